import type { Visibility } from '../../entities/channel';
import type { FormAnswer } from '../../entities/conversation';
import type { MessageStatus } from '../../entities/message';

/** Who a customer is on a platform. */
export interface IdentityRef {
  channelKind: string;
  /** Empty where ids are global on the platform. */
  scope: string;
  externalId: string;
  /** The name that people see, without decoration such as @. */
  handle?: string | null;
  displayName?: string | null;
  /** Further ids of the same person in the same scope. */
  aliases?: readonly string[];
  /** In lower case. */
  email?: string | null;
  /** E.164. */
  phone?: string | null;
  /** What the platform tells of the person beside names. */
  profile?: Readonly<Record<string, unknown>> | null;
  /** Provider's time of what is told; absent: what is known already stays. */
  toldAt?: Date;
}

/** Who wrote a message: a customer by an identity of theirs, a user of the workspace, or a name. */
export type Author = { identity: IdentityRef } | { userId: string } | { name: string };

/**
 * One message as a connector, an importer or `messageRecord` states it. Everything that it names is
 * found or made; the same (channel, externalId) again changes nothing.
 */
export interface InboundItem {
  /** UUID of the channel. */
  channelId: string;
  /** UUID of the channel that it went out or came in by, where that is another one. */
  carrierId?: string | null;
  /** The platform's key of the conversation, unique in the channel. */
  threadKey: string;
  /**
   * External ids of messages in whose conversation it belongs, what counts first in front. Given, even
   * if empty, `threadKey` counts only where neither they nor what waits for it are here.
   */
  relatedTo?: readonly string[] | null;
  /** Whether `threadKey` is an id of the customer: the conversation goes on under their others. */
  isWithCustomer?: boolean;
  /** The platform's id of the message, unique in the channel; null never matches another. */
  externalId: string | null;
  /** What tells it from another message of the same id, and the id that it gets then. */
  namesake?: { fingerprint: string; externalId: string } | null;
  /** The platform's own order among messages of the same time. */
  orderKey: bigint;
  direction: 'INBOUND' | 'OUTBOUND';
  author: Author;
  /** Whom the conversation is with; null while that is not known. */
  customer: IdentityRef | null;
  /** The message that it answers, which may come later or never; its channel when it is another one. */
  replyTo: { externalId: string; channelId?: string | null } | null;
  /** The provider's time. */
  sentAt: Date;
  body: string;
  /** Absent: the channel's. */
  visibility?: Visibility | null;
  subject?: string | null;
  /** UUID of the post that the conversation hangs from. */
  postId?: string | null;
  /** Structured parts beside the text. */
  content?: Record<string, unknown> | null;
  /** Provider's time of the edit that `body` comes from. */
  editedAt?: Date | null;
  /** Of what goes out by a connector: how far it has come, and our own name for it. */
  status?: MessageStatus | null;
  clientKey?: string | null;
  /** What the connector needs to answer it, and to answer in its conversation. */
  platform?: Record<string, unknown> | null;
  conversationPlatform?: Record<string, unknown> | null;
  /** Answers of the form that began the conversation. */
  answers?: readonly FormAnswer[] | null;
  /** Sent by a machine: no reason to answer or to reopen a conversation, and no answer. */
  isAutomatic?: boolean;
  /** Sent by a machine for a person, whose name it gives. */
  isForPerson?: boolean;
}

/** Whether a message is one that customers wait for an answer to. */
export function isQuestion({ direction, isAutomatic }: InboundItem): boolean {
  return direction === 'INBOUND' && !isAutomatic;
}

/** Whether a message may be what answers one. */
export function isAnswer({ direction, isAutomatic }: InboundItem): boolean {
  return direction === 'OUTBOUND' && !isAutomatic;
}

/** What became of an item. */
export interface Ingested {
  outcome: 'CREATED' | 'UNCHANGED';
  messageId: string;
  conversationId: string;
}

/** Key of an identity in a map. */
export function identityKey({ channelKind, scope, externalId }: IdentityRef): string {
  return JSON.stringify([channelKind, scope, externalId]);
}
