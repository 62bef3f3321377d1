import { z } from 'zod';

const id = z.uuid();

/** Every event type with its version and the shape of its data: ids and facts, no personal data. */
export const eventTypes = {
  'workspace.created': { version: 1, data: z.object({}) },
  'channel.created': { version: 1, data: z.object({ kind: z.string() }) },
  'customer.created': { version: 1, data: z.object({}) },
  'customer.updated': { version: 1, data: z.object({ fields: z.array(z.string()) }) },
  'customer.identity_added': { version: 1, data: z.object({ identityId: id }) },
  'customer.stage_changed': {
    version: 1,
    data: z.object({ from: z.string().nullable(), to: z.string() }),
  },
  'customer.tagged': { version: 1, data: z.object({ tagId: id }) },
  'customer.untagged': { version: 1, data: z.object({ tagId: id }) },
  'conversation.created': {
    version: 1,
    data: z.object({ channelId: id, customerId: id.nullable() }),
  },
  'conversation.closed': { version: 1, data: z.object({ channelId: id }) },
  'conversation.reopened': { version: 1, data: z.object({ channelId: id }) },
  'conversation.assigned': {
    version: 1,
    data: z.object({ channelId: id, assigneeId: id.nullable() }),
  },
  'conversation.tagged': { version: 1, data: z.object({ channelId: id, tagId: id }) },
  'conversation.untagged': { version: 1, data: z.object({ channelId: id, tagId: id }) },
  'message.added': {
    version: 1,
    data: z.object({
      conversationId: id,
      channelId: id,
      direction: z.enum(['INBOUND', 'OUTBOUND', 'NOTE']),
    }),
  },
  'message.edited': { version: 1, data: z.object({ conversationId: id, channelId: id }) },
  'message.deleted': { version: 1, data: z.object({ conversationId: id, channelId: id }) },
  'touchpoint.recorded': {
    version: 1,
    data: z.object({ customerId: id, channelId: id.nullable(), type: z.string() }),
  },
  'api_key.created': { version: 1, data: z.object({}) },
  'api_key.revoked': { version: 1, data: z.object({}) },
  'user.invited': { version: 1, data: z.object({}) },
} as const satisfies Record<string, { version: number; data: z.ZodType }>;

export type EventType = keyof typeof eventTypes;

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
