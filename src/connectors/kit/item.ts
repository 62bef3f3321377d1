import type { FilledTemplate, TemplateStatus } from './template';

/**
 * What a connector says has happened on its platform: the output of `normalise`, in the platform's
 * own names. Everything that an item names is found or made; the same item again changes nothing,
 * in whatever order items come.
 */

/** Who somebody is on the platform, in the channel's identity scope. */
export interface Party {
  /** The platform's id, which lasts longest: never a handle or phone number where there is another. */
  externalId: string;
  /** The name that people see, without decoration such as @. */
  handle?: string | null;
  displayName?: string | null;
  /** An e-mail address or phone number (E.164) that the platform vouches for. */
  email?: string | null;
  phone?: string | null;
  /**
   * Other ids of the same person on this platform, such as a phone number beside a user id. They may
   * pass on to somebody else later, who is known by an id of their own.
   */
  aliases?: readonly string[];
  profile?: PartyProfile;
}

/** What the platform tells of a person beside names. */
export interface PartyProfile {
  followerCount?: number;
  isVerified?: boolean;
  avatarUrl?: string;
  locale?: string;
  [fact: string]: unknown;
}

/** A file that came with a message. One of `url`, `externalId` and `bytes` tells where it is. */
export interface InboundAttachment {
  fileName?: string | null;
  /** Media type as the sender declares it. */
  contentType?: string | null;
  byteSize?: number | null;
  /** Where the platform keeps it; may expire. */
  url?: string | null;
  /** The platform's id of it, from which the connector's `fetchMedia` finds it. */
  externalId?: string | null;
  /** What the file is, where it came within the delivery itself. */
  bytes?: Buffer | null;
  /** By which an HTML body shows it. */
  contentId?: string | null;
  /** Where the kit has put `bytes`; not for connectors to give. */
  kept?: { storageKey: string; byteSize: number; sha256: Buffer };
  /** Why the file can't be had, for people. */
  failure?: string | null;
}

/** Structured parts of a message beside its text. */
export interface MessageContent {
  /** The message as HTML, as it came; made safe when it is shown. */
  html?: string;
  location?: { latitude: number; longitude: number; name?: string; address?: string; url?: string };
  contacts?: readonly { name?: string; phones?: readonly string[]; emails?: readonly string[] }[];
  /** What the customer pressed: a button, a quick reply, an item of a list. */
  choice?: { title?: string; payload?: string; description?: string };
  /** What the customer may press, of a message on its way out. */
  choices?: readonly Choice[];
  /** A template that is filled in, of a message on its way out. */
  fromTemplate?: FilledTemplate;
  order?: { catalogId?: string; items: readonly Record<string, unknown>[]; text?: string };
  /** A link or post that was shared. */
  share?: { url?: string; title?: string; externalId?: string };
  /** A story that it answers or mentions. */
  story?: { url?: string; externalId?: string; isMention?: boolean };
  /** What brought the customer here, such as an ad. */
  referral?: Record<string, unknown>;
  /** The kind of what the platform would not show or Parley can't, in the platform's word. */
  unsupported?: string;
  [part: string]: unknown;
}

/** Something that a customer may press. */
export interface Choice {
  title: string;
  /** What comes back beside the title; absent: nothing. */
  payload?: string | null;
  description?: string | null;
}

/** A public root that a conversation hangs from. */
export interface InboundPost {
  externalId: string;
  /** Where only a comment on it is known, the comment's: of several times the earliest counts. */
  publishedAt: Date;
  body?: string | null;
  url?: string | null;
  authorName?: string | null;
  platform?: Record<string, unknown>;
}

/** One utterance. */
export interface MessageItem {
  type: 'message';
  /** The platform's key of the conversation, unique in the channel. */
  threadKey: string;
  /**
   * External ids of messages in whose conversation it belongs, what counts first in front, on
   * platforms whose messages name each other but no conversation. Given, even if empty, `threadKey`
   * counts only where neither they nor answers to this one are here.
   */
  relatedTo?: readonly string[];
  /**
   * Whether the conversation is the one with the customer, and `threadKey` an id of theirs: where it
   * is here already under another id of the same person, it goes on there.
   */
  isWithCustomer?: boolean;
  /** The platform's id of the message, unique in the channel. */
  externalId: string;
  /**
   * For platforms on which two messages can have one id though they should not: what copies of one
   * message have in common and two messages have not, and the id that the second message gets.
   */
  namesake?: { fingerprint: string; externalId: string };
  /** OUTBOUND: the company's own, sent by Parley or beside it. */
  direction: 'INBOUND' | 'OUTBOUND';
  /** Who wrote it; of an OUTBOUND one, the name that spoke, null for the channel's own. */
  author: Party | { name: string } | null;
  /** Whom the conversation is with; absent: the author of an INBOUND one, unknown else. */
  customer?: Party | null;
  /** The provider's time. */
  sentAt: Date;
  /** The platform's own order among messages of the same time. */
  orderKey?: bigint;
  /** The text as written; empty where there is none. */
  body: string;
  /** The platform's id of the message that it answers, which may come later or never. */
  replyTo?: string | null;
  visibility?: 'PUBLIC' | 'PRIVATE' | null;
  subject?: string | null;
  post?: InboundPost | null;
  attachments?: readonly InboundAttachment[];
  content?: MessageContent | null;
  /** Our client key, where the platform gives it back with an echo. */
  clientKey?: string | null;
  /** Provider's time of the edit that `body` comes from. */
  editedAt?: Date | null;
  /** What sending an answer needs, kept with the message and with its conversation. */
  platform?: Record<string, unknown> | null;
  conversationPlatform?: Record<string, unknown> | null;
  /** Answers of a form that begins the conversation. */
  answers?: readonly { key: string; label: string; value: string }[];
  /** Sent by a machine: kept, but no reason to answer or to reopen a conversation. */
  isAutomatic?: boolean;
}

/** A message or post was edited. */
export interface EditItem {
  type: 'edit';
  externalId: string;
  body: string;
  editedAt: Date;
}

/**
 * A message or post was deleted; what it said is kept as history. A reaction or moment with an id of
 * its own is taken back by it.
 */
export interface DeletionItem {
  type: 'deletion';
  externalId: string;
  deletedAt: Date;
}

/** A message was hidden from the public, or shown again. */
export interface HidingItem {
  type: 'hiding';
  externalId: string;
  hidden: boolean;
  at: Date;
}

/** A reaction to a message or post was given or taken back. */
export interface ReactionItem {
  type: 'reaction';
  /** The message or post that it is to. */
  externalId: string;
  /** Who reacted; null for the company itself. */
  actor: Party | null;
  /** An emoji, or the platform's word such as `like`. Of a removal null takes back all of the actor's. */
  reaction: string | null;
  removed: boolean;
  at: Date;
  /** The platform's id of the reaction itself, by which another item may take it back. */
  reactionId?: string | null;
}

/** What became of messages of ours. Order does not matter: states only move forward. */
export interface ReceiptItem {
  type: 'receipt';
  status: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  at: Date;
  /**
   * Which: by the platform's id, by our client key, or all of a conversation up to `at`. With both id
   * and key it is told too which id ours has.
   */
  about:
    { externalId: string } | { clientKey: string; externalId?: string } | { threadKey: string };
  /** Of a failure: a code for programs, and what a person can do. */
  failure?: { code: string; message: string };
  /** Facts to keep, such as what it cost. */
  platform?: Record<string, unknown>;
}

/** Facts of a conversation that no message brings, such as which app has it; the newest count. */
export interface ConversationItem {
  type: 'conversation';
  threadKey: string;
  /** As `conversationPlatform` of messages. */
  platform: Record<string, unknown>;
  at: Date;
}

/** A moment of experience that is no message: a like, a follow, an ad click. */
export interface TouchpointItem {
  type: 'touchpoint';
  party: Party;
  /** In snake_case, such as `follow`, `post_liked`. */
  touchpoint: string;
  /** The platform's id of the moment; the same one again changes nothing. */
  externalId: string;
  occurredAt: Date;
  properties?: Record<string, unknown>;
}

/** News of a person: names, facts, another id of the same person. */
export interface PartyItem {
  type: 'party';
  party: Party;
  at: Date;
  /** The id that the person had until now, where it changed. */
  formerExternalId?: string | null;
}

/** A post of the company's, or one that others talk under. */
export interface PostItem {
  type: 'post';
  post: InboundPost;
}

/** What became of a template; the platform is asked for its text. */
export interface TemplateItem {
  type: 'template';
  name: string;
  language: string;
  status: TemplateStatus;
  /** Why, in the platform's words. */
  reason: string | null;
  at: Date;
}

/** The account itself: something that a person has to know or do. */
export interface HealthItem {
  type: 'health';
  health: 'OK' | 'DEGRADED' | 'NEEDS_RECONNECT';
  reason: string | null;
  at: Date;
}

/**
 * Something that the delivery names and only the platform can tell, such as who somebody is. It is
 * asked by the connector's `lookUp`, once for each key while the answer is kept; see `look-up.ts`.
 */
export interface LookUpItem {
  type: 'lookUp';
  /** Such as `profile:` and an id; at most 400 characters. */
  key: string;
  /** What `lookUp` needs to ask. */
  about: Record<string, unknown>;
}

export type InboundItem =
  | MessageItem
  | EditItem
  | DeletionItem
  | HidingItem
  | ReactionItem
  | ReceiptItem
  | ConversationItem
  | TouchpointItem
  | PartyItem
  | PostItem
  | TemplateItem
  | HealthItem
  | LookUpItem;
