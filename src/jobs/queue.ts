import { queryObjects, type Session } from '../db/sessions';
import { sql } from '../db/sql';
import type { TaskPayloads } from './payloads';

/** When and how a job runs. */
export interface JobOptions {
  /**
   * Replaces the job with this key that has not begun yet: the newest payload and time hold. One
   * queue serves all workspaces, so a workspace's own key has to contain its id.
   */
  key?: string;
  /** Not before this time; absent: at once. */
  runAt?: Date;
  /** Jobs of one queue run one after the other; absent: at the same time as any other. */
  queueName?: string;
  /** How often the job is tried before it is left as failed; absent: 25 times, over four days. */
  maxAttempts?: number;
}

/** A job to add: the task's name, the payload that belongs to it, and {@link JobOptions}. */
export type NewJob<Payloads extends object> = {
  [Name in keyof Payloads & string]: { task: Name; payload: Payloads[Name] } & JobOptions;
}[keyof Payloads & string];

/**
 * Adds a job in the session's own transaction: it runs after the commit, and never if that does not
 * come. It runs at least once, so its task is idempotent.
 */
export async function enqueue<Payloads extends object = TaskPayloads>(
  session: Session,
  { task, payload, key, runAt, queueName, maxAttempts }: NewJob<NoInfer<Payloads>>,
): Promise<void> {
  await queryObjects(
    session,
    sql`select parley_jobs.enqueue_job(${task}, ${JSON.stringify(payload)}, ${queueName ?? null},
          ${runAt ?? null}, ${maxAttempts ?? null}, ${key ?? null})`,
  );
}

/**
 * Adds one job of a task for each payload, with the usual options, in one statement.
 * @param keyOf gives each its {@link JobOptions.key}; absent: none.
 */
export async function enqueueAll<Name extends keyof TaskPayloads>(
  session: Session,
  task: Name,
  payloads: readonly TaskPayloads[Name][],
  keyOf: (payload: TaskPayloads[Name]) => string | null = () => null,
): Promise<void> {
  if (payloads.length === 0) return;
  const texts = payloads.map((payload) => JSON.stringify(payload));
  const keys = payloads.map(keyOf);
  await queryObjects(
    session,
    sql`select parley_jobs.enqueue_job(${task}, payload::json, null, null, null, key)
        from unnest(${texts}::text[], ${keys}::text[]) t(payload, key)`,
  );
}
