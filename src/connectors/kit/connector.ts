import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Capabilities } from './capabilities';
import type { ConnectorHttp } from './http';
import type { InboundItem } from './item';
import type {
  GivenReaction,
  KnownMessage,
  OutboundAttachment,
  OutboundConversation,
  OutboundMessage,
  SentMessage,
  TargetMessage,
} from './outbound-message';
import type { LookUp } from './look-up';
import type { SettingField } from './settings';
import type { ConnectorTemplate } from './template';

export type {
  GivenReaction,
  KnownMessage,
  OutboundAttachment,
  OutboundConversation,
  OutboundMessage,
  SentMessage,
  TargetMessage,
};

/** What a connector is, as data. */
export interface Manifest {
  /** Name of the folder and of the module, in kebab-case; stands in the webhook's URL. */
  id: string;
  /** What people call the platform. */
  label: string;
  description: string;
  /** The kind of its channels. */
  kind: string;
  /** Hosts that it speaks to; `*.example.com` for all below. Hosts that settings name come on top. */
  hosts: readonly string[];
  settings: readonly SettingField[];
  /** What can be sent in private talk, and in public; absent where there is none. */
  capabilities: { private?: Capabilities; public?: Capabilities };
  /** Visibility of its conversations, unless an item says otherwise. */
  visibility: 'PUBLIC' | 'PRIVATE';
  /**
   * Key of a setting of the kind `channel`: messages of these conversations go out by the channel that
   * it names, what answers them comes back into them, and this connector sends nothing itself.
   */
  answersBy?: string;
  /** Whether several attempts to send with one client key come to one message. */
  resend: 'idempotent' | 'looks' | 'unsafe';
}

/** The connected account as a connector sees it. */
export interface ConnectedChannel {
  /** The id that callers see: `chn_…`. */
  id: string;
  name: string;
  /** The account's id on the platform. */
  externalId: string;
  identityScope: string;
  /** As the manifest describes them, secret and internal ones included. */
  settings: Readonly<Record<string, unknown>>;
}

/** A delivery as it came. */
export interface RawDelivery {
  source: 'WEBHOOK' | 'POLL' | 'STREAM';
  /** By their names in lower case; credentials are left out. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  receivedAt: Date;
}

/** A request to the channel's address. */
export interface WebhookRequest {
  method: 'GET' | 'POST' | 'OPTIONS';
  /** The part after `?`, parsed flat: the last of several values counts. */
  query: Readonly<Record<string, string>>;
  headers: IncomingHttpHeaders;
  /** The raw bytes; empty for GET. */
  body: Buffer;
  /** The URL as the caller sees it. */
  url: string;
  /** The network address that it comes from: behind a proxy, the one that the proxy tells. */
  clientAddress: string;
  receivedAt: Date;
}

/** A plain answer to a request. */
export interface WebhookAnswer {
  status: number;
  contentType?: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
}

/** What a request comes to whose sender waits to be told. */
export type Screening =
  | { isTaken: false; answer: WebhookAnswer }
  /** Stored under the key, then answered. */
  | { isTaken: true; eventKey: string; answer: WebhookAnswer };

/** How much may come from one address; an IPv6 network of 64 bits counts as one. */
export interface SenderLimit {
  allowance(channel: ConnectedChannel): { most: number; seconds: number };
  /** What is answered where it was more. */
  tooMany(request: WebhookRequest, channel: ConnectedChannel, waitSeconds: number): WebhookAnswer;
}

/** How the platform's requests are taken in. All of it is pure. */
export interface InboundWebhook {
  /**
   * Whether the request is the platform's, by its raw bytes; false too where a secret is missing.
   * A connector whose senders can't sign (a form on a page) says so by what else it checks.
   */
  verify(request: WebhookRequest, channel: ConnectedChannel): boolean;
  /** Answers a GET that asks whether the address is ours; null refuses. */
  handshake?(request: WebhookRequest, channel: ConnectedChannel): WebhookAnswer | null;
  /** Answers a browser that asks whether a page may post (OPTIONS); absent or null refuses. */
  preflight?(request: WebhookRequest, channel: ConnectedChannel): WebhookAnswer | null;
  /** Where anybody may send: how much of it is read. */
  senderLimit?: SenderLimit;
  /**
   * Reads what `verify` let in before it is stored, where senders are people who want to know what
   * is wrong; `eventKey` and `answer` are not asked then.
   */
  screen?(request: WebhookRequest, channel: ConnectedChannel): Promise<Screening>;
  /** The platform's name for what happened; absent or null: a digest of the body. */
  eventKey?(body: Buffer, headers: IncomingHttpHeaders): string | null;
  /**
   * External ids of the accounts that a request is about, where the platform has one address for
   * several: it is then stored for those of them that are connected in the same workspace and whose
   * own secrets verify it. `normalise` reads of it what is the channel's own.
   */
  accounts?(body: Buffer): readonly string[];
  /** What is answered once it is stored; absent: an empty 200. */
  answer?(request: WebhookRequest, channel: ConnectedChannel): WebhookAnswer;
  /** Largest body in bytes; absent: 3 MiB. */
  largestBody?: number;
}

/** What a connector does its work with. */
export interface ConnectorContext {
  channel: ConnectedChannel;
  /** The channel's address for the platform's requests; null where it has none, or nobody knows it. */
  webhookUrl: string | null;
  http: ConnectorHttp;
  log: Logger;
  signal: AbortSignal;
  clock: () => Date;
  /**
   * The addresses of a host that may be connected to, for what is not HTTP.
   * @throws Rejected where the operator does not allow it.
   */
  resolve(host: string, encrypted: boolean): Promise<{ address: string; family: 4 | 6 }[]>;
  /**
   * Changes internal settings, such as tokens: one process at a time. `renew` gets the settings as
   * they are now, and gives what changes; null when another one has renewed them meanwhile.
   */
  renewSettings(
    renew: (settings: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown> | null>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** Where a poller or stream brings what it reads. */
export interface SourceContext extends ConnectorContext {
  /** How far it has read, as it was last given to `deliver`; null at the first start. */
  cursor: Readonly<Record<string, unknown>> | null;
  /**
   * Stores deliveries, and how far has been read now, in one transaction. What is stored already is
   * not stored again, so that to read again from an older place does no harm.
   */
  deliver(
    deliveries: readonly { eventKey: string; body: Buffer; headers?: Record<string, string> }[],
    cursor: Record<string, unknown>,
  ): Promise<void>;
  /** Tells how it gets on; a failure that is thrown is told by the kit. */
  report(health: 'OK' | 'DEGRADED', reason?: string): Promise<void>;
}

/** What is known of an account once it is connected. */
export interface Account {
  externalId: string;
  /** What people call it there. */
  name?: string;
  /** Absent: empty, for ids that are global on the platform. */
  identityScope?: string;
  /** Internal settings to keep, such as a session's tokens. */
  settings?: Record<string, unknown>;
}

/** One platform. */
export interface Connector {
  manifest: Manifest;
  webhook?: InboundWebhook;
  /**
   * What a delivery says, without asking anybody: the same delivery gives the same items. What it
   * does not know gives none.
   * @throws Unreadable where it can't be read at all.
   */
  normalise(
    delivery: RawDelivery,
    channel: ConnectedChannel,
  ): InboundItem[] | Promise<InboundItem[]>;
  /**
   * Asks the platform what an item of the type `lookUp` wants to know; changes nothing there. The
   * answer is JSON, and comes to `normalise` as a delivery of its own (`readLookUp`). Rejected means
   * that there never is one; whatever else is thrown, it is asked again for a day.
   */
  lookUp?(asked: LookUp, context: ConnectorContext): Promise<unknown>;
  /** Reads for as long as the signal allows; when it throws, it is started again after a while. */
  source?(context: SourceContext): Promise<void>;
  /**
   * Sends one message. Throws as `errors.ts` says; anything else counts as an unknown outcome.
   */
  send?(message: OutboundMessage, context: ConnectorContext): Promise<SentMessage>;
  /**
   * Why nobody can be written to in a conversation, for people; absent or null where somebody can. For
   * conversations with somebody who may not have said how they can be reached.
   */
  unreachable?(conversation: {
    platform: Readonly<Record<string, unknown>>;
    lastInboundAt: Date | null;
  }): string | null;
  /**
   * The id that a message is going to have, where the platform lets us choose it. Ids that carry a
   * time take that of the queueing, which is the same in every attempt too.
   */
  plannedId?(
    message: Pick<OutboundMessage, 'clientKey' | 'queuedAt'>,
    channel: ConnectedChannel,
  ): string | null;
  /** Looks whether a message got through whose outcome is unknown; null when surely not. */
  findSent?(message: OutboundMessage, context: ConnectorContext): Promise<SentMessage | null>;
  /**
   * Deletes a message: one of ours, or where `deletionsOfOthers` says so anybody's. Like all that is
   * done to messages it may be done again after a crash, and that it is done already is just as well.
   */
  remove?(message: TargetMessage, context: ConnectorContext): Promise<void>;
  /** Hides a message of somebody else's from the public, or shows it again. */
  hide?(message: TargetMessage, hidden: boolean, context: ConnectorContext): Promise<void>;
  /**
   * Reacts to a message in the company's name, or takes that back. Gives the platform's id of the
   * reaction, and whether it takes the place of those that the company gave before.
   */
  react?(
    message: TargetMessage,
    reaction: GivenReaction,
    context: ConnectorContext,
  ): Promise<{ reactionId?: string; replacesOthers?: boolean } | void>;
  /** Tells the customer that everything up to a message of theirs was read. */
  markRead?(message: TargetMessage, context: ConnectorContext): Promise<void>;
  /** The key that the private talk has in which a public message is answered; see `privateReplyTo`. */
  privateThread?(message: TargetMessage, channel: ConnectedChannel): string;
  /** All messages of the account that the platform has approved, or may, to be filled in. */
  templates?(context: ConnectorContext): Promise<readonly ConnectorTemplate[]>;
  /** Gets the bytes of a file that an item named. */
  fetchMedia?(
    file: { externalId: string | null; url: string | null },
    context: ConnectorContext,
    largestBytes: number,
  ): Promise<{ bytes: Buffer; contentType: string | null }>;
  /**
   * Signs in and finds out whose account it is, without changing anything there. Also tried when
   * settings change. Absent: each channel is an account of its own.
   */
  connect?(context: ConnectorContext): Promise<Account>;
  /** Has the platform tell `webhookUrl` what happens; doing it again changes nothing. */
  register?(context: ConnectorContext): Promise<void>;
  /**
   * The same for platforms that call the address at once: the channel is there already, and stays
   * connected if it fails; its health says why.
   */
  announce?(context: ConnectorContext): Promise<void>;
  /** Whether the account can be used, without changing anything. Throws as `errors.ts` says. */
  probe?(context: ConnectorContext): Promise<void>;
  /** Undoes on the platform what was done there for the channel. */
  disconnect?(context: ConnectorContext): Promise<void>;
}

/** Declares a connector; here only so that its types are checked. */
export function defineConnector<const T extends Connector>(connector: T): T {
  return connector;
}
