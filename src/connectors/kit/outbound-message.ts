import type { MessageContent, Party } from './item';

/** A message on its way out. */
export interface OutboundMessage {
  /** The id that callers see: `msg_…`. */
  id: string;
  /** Our own name for it; the same in every attempt. */
  clientKey: string;
  body: string;
  content: MessageContent | null;
  attachments: readonly OutboundAttachment[];
  /** The message that it answers: by name, or else the newest of the customer's. */
  replyTo: KnownMessage | null;
  /** Whether whoever wrote it named the message that it answers. */
  isReplyNamed?: boolean;
  /** The public message that it answers in private; it is the first in its conversation then, mostly. */
  privateReplyTo?: KnownMessage | null;
  /** When it was queued. */
  queuedAt: Date;
  /** Whether a person wrote it. */
  isHuman: boolean;
  authorName: string | null;
  conversation: OutboundConversation;
  /** The platform's id that a connector’s `plannedId` gave. */
  plannedId: string | null;
}

export interface OutboundAttachment {
  fileName: string;
  contentType: string;
  byteSize: number;
  read(): Promise<Buffer>;
}

/** A message that the platform knows. */
export interface KnownMessage {
  /** It came by another channel than the one that sends: its id means nothing there. */
  isElsewhere?: boolean;
  externalId: string;
  direction: 'INBOUND' | 'OUTBOUND';
  body: string;
  sentAt: Date;
  platform: Readonly<Record<string, unknown>>;
}

export interface OutboundConversation {
  id: string;
  threadKey: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  subject: string | null;
  platform: Readonly<Record<string, unknown>>;
  /** Whom it is with: the handle on this platform. */
  customer: {
    externalId: string;
    handle: string | null;
    displayName: string | null;
    /** What the platform has told of them beside names. */
    profile?: Readonly<Record<string, unknown>>;
  } | null;
  /** Provider's time of the newest inbound message. */
  lastInboundAt: Date | null;
  /** Its messages that the platform knows, newest first, at most 50. */
  history: readonly KnownMessage[];
}

/** A message that something is done to, and the talk that it is in. */
export interface TargetMessage extends KnownMessage {
  /** The id that callers see: `msg_…`. */
  id: string;
  /** Who wrote it, by the handle on this platform; null for the company's own. */
  author: OutboundConversation['customer'];
  conversation: Omit<OutboundConversation, 'history'>;
}

/** A reaction that the company gives or takes back. */
export interface GivenReaction {
  /** An emoji, or the platform's word such as `like`. */
  reaction: string;
  removed: boolean;
  /** The platform's id of it, where `react` told one when it was given. */
  reactionId: string | null;
}

/** What the platform made of a message. */
export interface SentMessage {
  externalId: string;
  /** Where the platform said so; absent: now. */
  sentAt?: Date;
  /** DELIVERED where sending is delivering. */
  status?: 'SENT' | 'DELIVERED';
  platform?: Record<string, unknown>;
  conversationPlatform?: Record<string, unknown>;
  /** Of a private answer to a public message: the key of its conversation, and whom it is with, where only now known. */
  private?: { threadKey: string; customer: Party };
}
