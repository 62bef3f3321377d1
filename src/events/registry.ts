import { z } from 'zod';
import { Permission } from '../auth/permissions';
import type { IdKind } from '../domain/kit/ids';

const id = z.uuid();
const moment = z.iso.datetime();
const health = z.enum(['OK', 'DEGRADED', 'NEEDS_RECONNECT']);

/** What filters of conversations look at, as it is after an event. */
const conversationFacts = z.object({
  channelId: id,
  visibility: z.enum(['PUBLIC', 'PRIVATE']),
  status: z.enum(['OPEN', 'CLOSED']),
  assigneeId: id.nullable(),
  customerId: id.nullable(),
  startedAt: moment,
  lastMessageAt: moment,
  tagIds: z.array(id),
});

/** A conversation's facts in an event. */
export type ConversationFacts = z.infer<typeof conversationFacts>;

/**
 * How an event leaves its conversation, and how what it changed was before. By this alone a live list
 * tells whether the conversation matched before and matches now, however late it reads the event.
 */
const conversationChange = z.object({
  channelId: id,
  customerId: id.nullable(),
  conversation: conversationFacts,
  /** Only what this event changed; null for a conversation that did not exist. */
  was: conversationFacts.partial().nullable(),
});

/** What events say of the conversation that they touch. */
export type ConversationChange = z.infer<typeof conversationChange>;

const inConversation = conversationChange.extend({ conversationId: id });

/** An event type: the version and shape of its data, which holds ids and facts, no personal data. */
interface EventTypeEntry {
  version: number;
  data: z.ZodType;
  /** Its subject comes into the world with it. */
  begins?: true;
  /** Its subject is gone with it, or says nothing any longer. */
  ends?: true;
}

/** Every event type. */
export const eventTypes = {
  'workspace.created': { version: 1, begins: true, data: z.object({}) },
  'channel.created': { version: 1, begins: true, data: z.object({ kind: z.string() }) },
  'channel.connected': { version: 1, data: z.object({ connector: z.string() }) },
  'channel.updated': { version: 1, data: z.object({ fields: z.array(z.string()) }) },
  'channel.paused': { version: 1, data: z.object({}) },
  'channel.resumed': { version: 1, data: z.object({}) },
  'channel.disconnected': { version: 1, data: z.object({}) },
  'channel.health_changed': { version: 1, data: z.object({ from: health, to: health }) },
  'customer.created': { version: 1, begins: true, data: z.object({}) },
  'customer.updated': { version: 1, data: z.object({ fields: z.array(z.string()) }) },
  'customer.identity_added': { version: 1, data: z.object({ identityId: id }) },
  'customer.identity_changed': {
    version: 1,
    data: z.object({ identityId: id, fields: z.array(z.string()) }),
  },
  'customer.stage_changed': {
    version: 1,
    data: z.object({ from: z.string().nullable(), to: z.string() }),
  },
  'customer.tagged': { version: 1, data: z.object({ tagId: id }) },
  'customer.untagged': { version: 1, data: z.object({ tagId: id }) },
  'conversation.created': { version: 2, begins: true, data: conversationChange },
  'conversation.closed': { version: 2, data: conversationChange },
  'conversation.reopened': { version: 2, data: conversationChange },
  'conversation.assigned': {
    version: 2,
    data: conversationChange.extend({ assigneeId: id.nullable() }),
  },
  // a visitor of a chat has signed in, and is a customer who was known
  'conversation.customer_changed': { version: 1, data: conversationChange },
  'conversation.tagged': { version: 2, data: conversationChange.extend({ tagId: id }) },
  'conversation.untagged': { version: 2, data: conversationChange.extend({ tagId: id }) },
  'message.added': {
    version: 2,
    begins: true,
    data: inConversation.extend({ direction: z.enum(['INBOUND', 'OUTBOUND', 'NOTE']) }),
  },
  'message.status_changed': {
    version: 2,
    data: inConversation.extend({
      status: z.enum(['QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED']),
      failureCode: z.string().nullable(),
    }),
  },
  'message.attachment_stored': { version: 1, data: inConversation.extend({ attachmentId: id }) },
  'message.attachment_failed': { version: 1, data: inConversation.extend({ attachmentId: id }) },
  'message.reaction_added': {
    version: 1,
    data: inConversation.extend({ byCustomerId: id.nullable() }),
  },
  'message.reaction_removed': {
    version: 1,
    data: inConversation.extend({ byCustomerId: id.nullable() }),
  },
  'message.action_failed': {
    version: 1,
    data: inConversation.extend({
      kind: z.enum(['HIDE', 'SHOW', 'DELETE', 'REACT', 'UNREACT', 'MARK_READ']),
    }),
  },
  'message.hidden': { version: 1, data: inConversation },
  'message.shown': { version: 1, data: inConversation },
  'message.edited': { version: 2, data: inConversation },
  'message.deleted': { version: 2, ends: true, data: inConversation },
  'post.published': { version: 1, begins: true, data: z.object({ channelId: id }) },
  'post.edited': { version: 1, data: z.object({ channelId: id }) },
  'post.deleted': { version: 1, ends: true, data: z.object({ channelId: id }) },
  'touchpoint.recorded': {
    version: 1,
    begins: true,
    data: z.object({ customerId: id, channelId: id.nullable(), type: z.string() }),
  },
  'api_key.created': { version: 1, begins: true, data: z.object({}) },
  'api_key.revoked': { version: 1, ends: true, data: z.object({}) },
  'user.invited': { version: 1, begins: true, data: z.object({}) },
  'webhook_endpoint.created': { version: 1, begins: true, data: z.object({}) },
  'webhook_endpoint.updated': { version: 1, data: z.object({ fields: z.array(z.string()) }) },
  'webhook_endpoint.deleted': { version: 1, ends: true, data: z.object({}) },
  'webhook_endpoint.secret_rotated': { version: 1, data: z.object({}) },
  'webhook_endpoint.disabled': {
    version: 1,
    data: z.object({ reason: z.enum(['MANUAL', 'GONE', 'FAILING']) }),
  },
} as const satisfies Record<string, EventTypeEntry>;

export type EventType = keyof typeof eventTypes;

/** Whether events of a type say that their subject is gone, or says nothing any longer. */
export function isTombstone(type: string): boolean {
  const entry: EventTypeEntry | undefined = eventTypes[type as EventType];
  return entry?.ends === true;
}

/** What an event type's first word names: the kind of its subject, and the permission to hear of it. */
export const subjectKinds: Record<string, { kind: IdKind; permission: Permission } | undefined> = {
  workspace: { kind: 'Workspace', permission: Permission.WORKSPACE_READ },
  channel: { kind: 'Channel', permission: Permission.CHANNEL_READ },
  customer: { kind: 'Customer', permission: Permission.CUSTOMER_READ },
  conversation: { kind: 'Conversation', permission: Permission.CONVERSATION_READ },
  message: { kind: 'Message', permission: Permission.CONVERSATION_READ },
  post: { kind: 'Post', permission: Permission.CONVERSATION_READ },
  touchpoint: { kind: 'Touchpoint', permission: Permission.TOUCHPOINT_READ },
  api_key: { kind: 'ApiKey', permission: Permission.ACCESS_MANAGE },
  user: { kind: 'User', permission: Permission.ACCESS_MANAGE },
  webhook_endpoint: { kind: 'WebhookEndpoint', permission: Permission.WEBHOOK_MANAGE },
};

/** The first word of an event's type. */
export function subjectWord(type: string): string {
  return type.slice(0, type.indexOf('.'));
}

/** An event as a command states it; the envelope around it is added when it is appended. */
export type NewEvent = {
  [T in EventType]: {
    type: T;
    /** Bare UUID of the object that it is about; its kind is the type's first word. */
    subjectId: string;
    /** When it happened in the world; absent: when it is recorded. */
    occurredAt?: Date;
    data: z.input<(typeof eventTypes)[T]['data']>;
  };
}[EventType];

/** The objects that feeds of one conversation or customer, and limits to channels, go by. */
export interface About {
  conversationId: string | null;
  customerId: string | null;
  channelId: string | null;
}

/** What an event is about: its subject, or what its data names. */
export function aboutOf({ type, subjectId, data }: NewEvent): About {
  const word = subjectWord(type);
  const named = data as Partial<About>;
  return {
    conversationId: word === 'conversation' ? subjectId : (named.conversationId ?? null),
    customerId: word === 'customer' ? subjectId : (named.customerId ?? null),
    channelId: word === 'channel' ? subjectId : (named.channelId ?? null),
  };
}
