/** What the API gives, as far as the widget reads it. */

export interface Question {
  key: string;
  label: string;
  kind: 'LINE' | 'TEXT' | 'EMAIL' | 'PHONE' | 'CHOICE' | 'CONSENT';
  required: boolean;
  choices: string[];
}

/** What a chat says of itself to everybody on its pages. */
export interface Greeting {
  name: string;
  welcome: string | null;
  questions: Question[];
  /** Whether only those can chat who are signed in on the company's side. */
  signInNeeded: boolean;
  files: { contentTypes: string[]; largestBytes: number; most: number };
}

export interface ChatFile {
  fileName: string | null;
  contentType: string | null;
  url: string | null;
}

export interface ChatMessage {
  id: string;
  clientKey: string | null;
  author: 'CUSTOMER' | 'COMPANY';
  authorName: string | null;
  body: string;
  sentAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  attachments: ChatFile[];
}

export interface ChatConversation {
  id: string;
  status: 'OPEN' | 'CLOSED';
  messages: {
    nodes: ChatMessage[];
    pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
  };
}

export interface ChatUpdate {
  kind: 'MESSAGE' | 'CONVERSATION' | 'HEARTBEAT' | 'RESYNC_REQUIRED';
  position: number;
  message: ChatMessage | null;
  conversation: Pick<ChatConversation, 'status'> | null;
}

/** What a mutation that writes gives. */
export interface Written {
  message: ChatMessage | null;
  conversation: Pick<ChatConversation, 'id' | 'status'> | null;
  userErrors: { message: string; path: string[] | null }[];
}

const MESSAGE = `id clientKey author authorName body sentAt editedAt deletedAt
  attachments { fileName contentType url }`;
const CONVERSATION = `id status
  messages(last: $last, before: $before) {
    nodes { ${MESSAGE} } pageInfo { hasPreviousPage startCursor }
  }`;
const WRITTEN = `message { ${MESSAGE} } conversation { id status } userErrors { message path }`;

/** Everything that the widget asks for. */
export const documents = {
  newest: `query ($last: Int!, $before: String) {
    chat { conversations(first: 1) { nodes { ${CONVERSATION} } } } }`,
  earlier: `query ($id: ID!, $last: Int!, $before: String) {
    chat { conversation(id: $id) { ${CONVERSATION} } } }`,
  start: `mutation ($input: ChatStartInput!) { written: chatStart(input: $input) { ${WRITTEN} } }`,
  send: `mutation ($id: ID!, $input: ChatMessageInput!) {
    written: chatMessageSend(conversationId: $id, input: $input) { ${WRITTEN} } }`,
  typing: `mutation ($id: ID!, $isTyping: Boolean!) {
    chatTyping(conversationId: $id, isTyping: $isTyping) { userErrors { message } } }`,
  read: `mutation ($id: ID!) { chatRead(conversationId: $id) { userErrors { message } } }`,
  claim: `mutation ($token: String!) {
    chatVisitorClaim(visitorToken: $token) { userErrors { message } } }`,
  updates: `subscription ($id: ID!, $after: Position) {
    chatUpdates(conversationId: $id, after: $after) {
      kind position message { ${MESSAGE} } conversation { status } } }`,
  companyTypes: `subscription ($id: ID!) { chatTyping(conversationId: $id) { isTyping } }`,
};
