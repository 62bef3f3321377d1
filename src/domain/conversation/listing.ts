import type { Order } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { Conversation } from '../../entities';
import type { Channel, Customer, Message, User } from '../../entities';
import type { Listing } from '../kit/paging';

/** A conversation as read; what was joined is there, null included, and what was not is undefined. */
export type ConversationRow = Read<Conversation> & {
  customer?: Read<Customer> | null;
  channel?: Read<Channel> | null;
  assignee?: Read<User> | null;
  lastMessage?: Read<Message> | null;
};

export const conversationShape = RowShape.of(Conversation);

export const conversations: Listing<Conversation> = {
  shape: conversationShape,
  table: 'conversation',
  alias: 'c',
};

const byActivity = [
  {
    sql: 'c.last_message_at',
    type: 'timestamptz',
    value: (c: Read<Conversation>) => c.lastMessageAt,
  },
  { sql: 'c.id', type: 'uuid', value: (c: Read<Conversation>) => c.id },
];
const byStart = [
  { sql: 'c.started_at', type: 'timestamptz', value: (c: Read<Conversation>) => c.startedAt },
  { sql: 'c.id', type: 'uuid', value: (c: Read<Conversation>) => c.id },
];

/** The orders of conversation lists; each has an index. */
export const conversationOrders = {
  LAST_MESSAGE_DESC: { name: 'cnv-last-desc', descending: true, columns: byActivity },
  LAST_MESSAGE_ASC: { name: 'cnv-last-asc', descending: false, columns: byActivity },
  STARTED_DESC: { name: 'cnv-start-desc', descending: true, columns: byStart },
  STARTED_ASC: { name: 'cnv-start-asc', descending: false, columns: byStart },
} as const satisfies Record<string, Order<Read<Conversation>>>;

export type ConversationOrder = keyof typeof conversationOrders;

/** The property that each order goes by. */
export const orderedBy: Record<ConversationOrder, keyof Conversation> = {
  LAST_MESSAGE_DESC: 'lastMessageAt',
  LAST_MESSAGE_ASC: 'lastMessageAt',
  STARTED_DESC: 'startedAt',
  STARTED_ASC: 'startedAt',
};
