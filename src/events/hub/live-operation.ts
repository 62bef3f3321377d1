import type { Actor } from '../../auth/actor';
import type { StoredEvent } from '../log';

/** What an operation's root field is resolved from, for one event or notice. */
export type Item = object;

/** A notice to a subscriber that is no event. */
export type Notice = 'HEARTBEAT' | 'RESYNC_REQUIRED';

/** Which part of the log concerns a subscription; none of them: all of it. */
export interface Scope {
  conversationId?: string;
  customerId?: string;
}

/**
 * A subscription over the log, ready to run: its operation is valid and allowed, its arguments are
 * checked. `Context` is what executions share that are made at the same moment with the same rights.
 */
export interface LiveOperation<Context = unknown> {
  /** The same for operations that get the same results: operation, variables but for `after`, rights. */
  key: string;
  /** The same for operations that make the same result of an event, where it concerns them at all. */
  resultKey: string;
  /** The same for actors with the same rights in the same workspace. */
  rights: string;
  actor: Actor;
  scope: Scope;
  /** The position to begin after; null: now. */
  after: number | null;
  /** A context for executions from now on. */
  openContext(): Context;
  /** The items of events, null for those that don't concern it or that the actor may not see. */
  select(events: readonly StoredEvent[], context: Context): Promise<(Item | null)[]>;
  /** The item of a notice. */
  notice(kind: Notice, position: number): Item;
  /** Executes the operation for one item; the GraphQL result as JSON. */
  execute(item: Item, context: Context): Promise<string>;
}
