import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** What a task works with. */
export interface TaskContext {
  /** Connections that see every workspace: each statement has to name its own. */
  system: Pool;
  clock: () => Date;
  /** How many days events stay in the log. */
  eventRetentionDays: number;
  /** How many days deliveries are kept. */
  deliveryRetentionDays: number;
  /** Adds task and attempt to each line; payloads don't belong in a log. */
  log: Logger;
  /**
   * Aborted when the worker stops: a long task then throws at its next safe point
   * (`signal.throwIfAborted()`), and its job goes back to the queue at once.
   */
  signal: AbortSignal;
}

/**
 * Does what a job asks for. It is idempotent: a job runs again after an error, after its worker was
 * killed, and while its first run still goes on where that process was paused for longer than its
 * lease. It must not block the event loop, because leases are renewed there.
 */
export type Task<Payload> = (payload: Payload, context: TaskContext) => Promise<void>;

/** Tasks by name; what fits the payload of each name is checked where the list is declared. */
export type TaskList = Readonly<Record<string, Task<never>>>;
