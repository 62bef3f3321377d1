import type { Connector, OutboundMessage } from '../connector';

/** What the conformance suite has to know of a connector; each has it in its `conformance.ts`. */
export interface ConformanceFacts {
  /** The account of the fixtures. */
  account: { externalId: string; identityScope?: string };
  /** Settings of a channel of it, secret and internal ones included. */
  settings: Readonly<Record<string, unknown>>;
  /** How the platform's requests are known; null where it makes none. */
  webhook: SignedWebhook | UnsignedWebhook | null;
  /** Why nothing is ever delivered, where customers use Parley's own API; absent for all others. */
  local?: string;
  /** A message that can be sent; null where nothing is sent by HTTP. */
  outbound: OutboundMessage | null;
}

/** The platform signs what it sends. */
export interface SignedWebhook {
  /** The headers of a request with this body. */
  sign(body: Buffer, settings: Readonly<Record<string, unknown>>, at: Date): Record<string, string>;
  /** The setting that is signed with, and another account's value of it. */
  secret: { key: string; other: string };
  /** The headers without which nothing is taken, in lower case. */
  headers: readonly string[];
  /** After how many seconds a request is too old; null where the platform gives no time. */
  staleAfter: number | null;
}

/** Whoever sends can't sign, such as a page that everybody may open. */
export interface UnsignedWebhook {
  /** Why, and what is checked instead. */
  unsigned: string;
}

/** A delivery, and what it says. */
export interface Fixture {
  name: string;
  body: Buffer;
  /** From `<name>.headers.json`, where it is there. */
  headers: Record<string, string>;
  /** From `<name>.items.json`; null where it is missing. */
  items: unknown;
}

/** A connector with all that is beside its code. */
export interface Subject {
  connector: Connector;
  facts: ConformanceFacts;
  fixtures: readonly Fixture[];
  /** The text of BEHAVIOR.md; null where it is missing. */
  behaviour: string | null;
  /** What its files say is still TO WRITE, with the file's name. */
  leftToWrite: readonly string[];
}

/** One thing that every connector has to do. */
export interface Check {
  /** Reads on from the connector's name: «… gives the same items for the same delivery». */
  name: string;
  /** What is wrong, for whoever writes the connector; empty where all is well. */
  problems(subject: Subject): string[] | Promise<string[]>;
}
