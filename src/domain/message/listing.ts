import type { Order } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { raw } from '../../db/sql';
import {
  Attachment,
  Message,
  MessageAction,
  MessageReaction,
  MessageRevision,
} from '../../entities';
import type { Listing } from '../kit/paging';

export const messages: Listing<Message> = {
  shape: RowShape.of(Message),
  table: 'message',
  alias: 'm',
};

const columns = [
  { sql: 'm.sent_at', type: 'timestamptz', value: (m: Read<Message>) => m.sentAt },
  { sql: 'm.order_key', type: 'bigint', value: (m: Read<Message>) => m.orderKey },
  { sql: 'm.id', type: 'uuid', value: (m: Read<Message>) => m.id },
];

/** The orders of the messages of a conversation: the provider's time, its order key, then id. */
export const messageOrders = {
  SENT_ASC: { name: 'msg-sent-asc', descending: false, columns },
  SENT_DESC: { name: 'msg-sent-desc', descending: true, columns },
} as const satisfies Record<string, Order<Read<Message>>>;

export type MessageOrder = keyof typeof messageOrders;

export const revisions: Listing<MessageRevision> = {
  shape: RowShape.of(MessageRevision),
  table: 'message_revision',
  alias: 'r',
};

export const revisionOrder: Order<Read<MessageRevision>> = {
  name: 'rev-occurred',
  descending: false,
  columns: [
    { sql: 'r.occurred_at', type: 'timestamptz', value: (revision) => revision.occurredAt },
    { sql: 'r.id', type: 'uuid', value: (revision) => revision.id },
  ],
};

export const attachments: Listing<Attachment> = {
  shape: RowShape.of(Attachment),
  table: 'attachment',
  alias: 'a',
};

export const attachmentOrder: Order<Read<Attachment>> = {
  name: 'att-id',
  descending: false,
  columns: [{ sql: 'a.id', type: 'uuid', value: (attachment) => attachment.id }],
};

export const reactions: Listing<MessageReaction> = {
  shape: RowShape.of(MessageReaction),
  table: 'message_reaction',
  alias: 'e',
};

/** Which of them are there still. */
export const notTakenBack = [raw('e.removed_at is null')];

export const reactionOrder: Order<Read<MessageReaction>> = {
  name: 'rea-reacted',
  descending: false,
  columns: [
    { sql: 'e.reacted_at', type: 'timestamptz', value: (reaction) => reaction.reactedAt },
    { sql: 'e.id', type: 'uuid', value: (reaction) => reaction.id },
  ],
};

export const actions: Listing<MessageAction> = {
  shape: RowShape.of(MessageAction),
  table: 'message_action',
  alias: 'o',
};

export const actionOrder: Order<Read<MessageAction>> = {
  name: 'act-requested',
  descending: false,
  columns: [
    { sql: 'o.requested_at', type: 'timestamptz', value: (action) => action.requestedAt },
    { sql: 'o.id', type: 'uuid', value: (action) => action.id },
  ],
};
