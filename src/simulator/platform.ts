import type { IncomingHttpHeaders } from 'node:http';
import type { Cast } from './cast';
import type { Faults } from './faults';
import type { Hook } from './hooks';
import type { MediaShelf } from './media-shelf';
import type { Random } from './random';

/** A request to the platform. */
export interface Call {
  method: string;
  /** Without the query. */
  path: string;
  /** What stood for the names in the route's path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body where it is a JSON object; empty where it is not. */
  json: Readonly<Record<string, unknown>>;
  /** The body where it is a form. */
  form: URLSearchParams;
  /** Of the header `Authorization: Bearer`, or else `access_token` in the query, form or body. */
  token: string | null;
}

/** What the platform answers. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  body?: Buffer | string;
}

/** Thrown by a route for what the platform does not do, with its answer. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** One thing that can be asked of the platform. */
export interface Route<State> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/:version/:page/messages`; the first route that fits counts. */
  path: string;
  /** Whether it makes something: faults that come after having done so are of these. */
  creates?: boolean;
  /** Whether neither tokens nor limits are asked about. */
  isOpen?: boolean;
  handle(call: Call, world: World<State>): Answer | Promise<Answer>;
}

/** An event that is to be told to the company's address. */
export interface Told {
  /** Whose it is: the id of an account that the company has connected. */
  account: string;
  event: unknown;
  at: Date;
}

/** How soon, and whether, customers do something about what they are sent; in seconds. */
export interface Habits {
  deliveredAfter: number;
  readAfter: number;
  answerAfter: number;
  /** Share of messages that are answered. */
  answers: number;
}

/** What surrounds the state of a platform. */
export interface World<State> {
  readonly state: State;
  /** Where the platform is, without a slash at its end. */
  readonly url: string;
  readonly random: Random;
  readonly faults: Faults;
  readonly cast: Cast;
  readonly habits: Habits;
  readonly media: MediaShelf;
  now(): Date;
  /** The next of all numbers that the platform gives. */
  serial(): number;
  /** Has the company told, by a signed request to its address. */
  tell(account: string, event: unknown): void;
  /** Does something after a while. */
  later(seconds: number, task: () => void): void;
  /** A line about what happens, for people. */
  note(text: string): void;
  readonly hooks: readonly Hook[];
  /** Registers an address, after it has passed the platform's handshake. */
  addHook(hook: NewHook): Promise<Hook>;
  removeHook(id: string): void;
}

/** An address that events are to be told to. */
export interface NewHook {
  url: string;
  /** What requests to it are signed with; absent: the platform's usual one. */
  secret?: string;
  /** Given back in the handshake, on platforms that do so. */
  verifyToken?: string;
  /** Whose events it gets; absent: those of every account that no other hook names. */
  accounts?: readonly string[];
}

/** Something that may happen by itself. */
export interface Happening<State> {
  /** In kebab-case, such as `customer-writes`. */
  name: string;
  /** How often, compared with the others. */
  weight: number;
  happen(world: World<State>): void;
}

/** What a platform begins with. */
export interface Beginning {
  random: Random;
  now: Date;
  /** Who lives there. */
  cast: Cast;
  /** Ids of the company's accounts there, where the caller wants certain ones. */
  accounts?: readonly string[];
  /** The secret that requests to the company are signed with; absent: made up. */
  secret?: string;
}

/** One platform's side. */
export interface Platform<State> {
  /** That of the connector. */
  id: string;
  label: string;
  begin(beginning: Beginning): State;
  routes: readonly Route<State>[];
  /** What to set in a channel so that it connects here, by the names of the connector's settings. */
  settings(world: World<State>): Record<string, unknown>;
  /** The usual secret for requests to the company. */
  secret(state: State): string;
  /** What the platform gives back in its handshake, where it does; absent: nothing. */
  verifyToken?(state: State): string;
  /** Those of the company. */
  accounts(state: State): readonly string[];
  /** Checks the token of a call; absent: every token counts. @throws Refusal */
  authorise?(call: Call, world: World<State>): void;
  /** The body of a request that tells these events, as it is sent. */
  envelope(told: readonly Told[]): string;
  /** The headers that go with a body. */
  sign(request: { id: string; body: Buffer; at: Date }, hook: Hook): Record<string, string>;
  /** Asks an address whether it is the company's; says what is wrong, or null. */
  handshake?(hook: Hook, random: Random): Promise<string | null>;
  /** After how many seconds each next attempt follows one that failed; then the event is dropped. */
  retrySeconds: readonly number[];
  /** After how many failures in a row nothing is told any longer; null: never. */
  disableAfter: number | null;
  /** For how many seconds the addresses of files lead somewhere. */
  mediaSeconds: number;
  /** How it says what every platform has to say now and then. */
  answers: {
    rateLimited(call: Call, world: World<State>): Answer;
    failed(call: Call): Answer;
    tokenDead(call: Call): Answer;
    notFound(call: Call): Answer;
  };
  happenings: readonly Happening<State>[];
}

/** Declares a platform; here only so that its types are checked. */
export function definePlatform<State>(platform: Platform<State>): Platform<State> {
  return platform;
}
