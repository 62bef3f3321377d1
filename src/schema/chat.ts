import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ChatAuthor, ChatQuestionKind, ChatUpdateKind, ConversationStatus } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { DateTime, Position } from './shared/scalars';

/*
 * The end customer's side. None of these types leads to one of the team's, so that nothing of those
 * can reach a customer.
 */

@ObjectType({
  description: 'A question that is asked before the first message.',
  simpleResolvers: true,
})
export class ChatQuestion {
  @Field({ description: 'Names the answer.' })
  key: string;

  @Field({ description: 'The question.' })
  label: string;

  @Field(() => ChatQuestionKind, { description: 'What kind of answer it takes.' })
  kind: keyof typeof ChatQuestionKind;

  @Field({ description: 'Whether it has to be answered.' })
  required: boolean;

  @Field(() => [String], { description: 'What can be chosen; empty for other kinds.' })
  choices: readonly string[];
}

@ObjectType({ description: 'The chat that a customer token is for.', simpleResolvers: true })
export class Chat {
  @Field({ description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What to show above the first message.' })
  welcome: string | null;

  @Field(() => [ChatQuestion], { description: 'What to ask before the first message.' })
  questions: ChatQuestion[];
}

@ObjectType({ description: 'A file in a chat.', simpleResolvers: true })
export class ChatAttachment {
  @Field(() => String, { nullable: true, description: 'Its name.' })
  fileName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its media type, as the sender declared it.',
  })
  contentType: string | null;

  @Field(() => String, { nullable: true, description: 'Its size in bytes, a whole number.' })
  byteSize: string | null;
}

@ObjectType({ description: 'A message as the customer sees it.', simpleResolvers: true })
export class ChatMessage {
  @Field(() => ChatAuthor, { description: 'Who wrote it.' })
  author: keyof typeof ChatAuthor;

  @Field({ description: 'The text; empty once it is deleted.' })
  body: string;

  @Field(() => String, {
    nullable: true,
    description: 'Of your own messages: the name that you sent it by (`clientKey`).',
  })
  clientKey: string | null;

  @Field(() => DateTime, { description: 'When it was sent.' })
  sentAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last edited.' })
  editedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was deleted.' })
  deletedAt: Date | null;
}

export const ChatMessageConnection = connectionOf('ChatMessage', () => ChatMessage);

@ObjectType({ description: 'A conversation as the customer sees it.', simpleResolvers: true })
export class ChatConversation {
  @Field(() => ConversationStatus, { description: 'Whether it is still open.' })
  status: keyof typeof ConversationStatus;

  @Field(() => DateTime, { description: 'When it began.' })
  startedAt: Date;

  @Field(() => DateTime, { description: 'When something was last said in it.' })
  lastMessageAt: Date;
}

export const ChatConversationConnection = connectionOf('ChatConversation', () => ChatConversation);

@ObjectType({ description: 'Something new in a conversation, or a notice.', simpleResolvers: true })
export class ChatUpdate {
  @Field(() => ChatUpdateKind, { description: 'What it is.' })
  kind: keyof typeof ChatUpdateKind;

  @Field(() => Position, { description: 'Pass it as `after` to go on from here.' })
  position: number;

  @Field(() => ChatMessage, {
    nullable: true,
    description: 'The message that is new or has changed, as it is now.',
  })
  message: ChatMessage | null;

  @Field(() => ChatConversation, { nullable: true, description: 'The conversation, as it is now.' })
  conversation: ChatConversation | null;
}

@ObjectType({ description: 'Whether the company is typing.', simpleResolvers: true })
export class ChatTypingUpdate {
  @Field({ description: 'Whether somebody of the company types at this moment.' })
  isTyping: boolean;
}

@InputType({ description: 'What a customer writes.' })
export class ChatMessageInput {
  @Field(() => String, {
    nullable: true,
    description: 'The text, at most 10,000 characters; may be left out where there are files.',
  })
  body?: string | null;

  @Field({
    description:
      'Your own name for the message, new for each one, 1 to 64 visible ASCII characters: the same again changes nothing, however often it is sent.',
  })
  clientKey: string;

  @Field(() => [ID], {
    nullable: true,
    description: 'Files that were uploaded with the same token (`POST /uploads`); at most 10.',
  })
  uploadIds?: string[] | null;
}

@InputType({ description: 'An answer to a question of the chat.' })
export class ChatAnswerInput {
  @Field({ description: 'Of the question.' })
  key: string;

  @Field({ description: 'The answer; of a CONSENT `yes` or `no`.' })
  value: string;
}

@InputType({ description: 'How a customer begins a conversation.' })
export class ChatStartInput extends ChatMessageInput {
  @Field(() => [ChatAnswerInput], {
    nullable: true,
    description: 'What the customer answered to `Chat.questions`.',
  })
  answers?: ChatAnswerInput[] | null;
}

@ObjectType({ description: 'What `chatStart` did.', simpleResolvers: true })
export class ChatStartPayload extends Payload {
  @Field(() => ChatMessage, { nullable: true, description: 'The message.' })
  message: ChatMessage | null;

  @Field(() => ChatConversation, { nullable: true, description: 'Its conversation.' })
  conversation: ChatConversation | null;
}

@ObjectType({ description: 'What `chatMessageSend` did.', simpleResolvers: true })
export class ChatMessageSendPayload extends Payload {
  @Field(() => ChatMessage, { nullable: true, description: 'The message.' })
  message: ChatMessage | null;

  @Field(() => ChatConversation, { nullable: true, description: 'Its conversation.' })
  conversation: ChatConversation | null;
}

@ObjectType({ description: 'What `chatTyping` did.', simpleResolvers: true })
export class ChatTypingPayload extends Payload {
  @Field(() => ChatConversation, { nullable: true, description: 'The conversation.' })
  conversation: ChatConversation | null;
}

@ObjectType({ description: 'What `chatRead` did.', simpleResolvers: true })
export class ChatReadPayload extends Payload {
  @Field(() => ChatConversation, { nullable: true, description: 'The conversation.' })
  conversation: ChatConversation | null;
}

@ObjectType({ description: 'What `chatVisitorClaim` did.', simpleResolvers: true })
export class ChatVisitorClaimPayload extends Payload {
  @Field(() => Chat, { nullable: true, description: 'The chat; what the visitor said is yours.' })
  chat: Chat | null;
}
