import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import { onClient } from './pools';

/** What {@link drainQueue} watches. */
export interface DrainOptions {
  pool: Pool;
  /** Those of the workers that run the jobs. */
  events: WorkerEvents;
  /** Jobs of other tasks are not waited for. */
  taskNames: string[];
  /** After how many seconds to give up. */
  seconds: number;
}

/**
 * Resolves when no job is due and none is running, in any process.
 *
 * @throws Error when that takes too long; the message names the tasks of the jobs that are left.
 */
export async function drainQueue({
  pool,
  events,
  taskNames,
  seconds,
}: DrainOptions): Promise<void> {
  let wake: () => void = () => undefined;
  let late = false;
  const onChange = () => wake();
  const timer = setTimeout(() => {
    late = true;
    wake();
  }, seconds * 1_000);
  // idle workers look again every other second, which also shows what other processes have done
  const changes = ['job:complete', 'worker:getJob:empty'] as const;
  for (const change of changes) events.on(change, onChange);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const left = await unfinishedTasks(pool, taskNames);
      if (left.length === 0) return;
      if (late) {
        throw new Error(`Jobs are still unfinished after ${seconds} s: ${left.join(', ')}.`);
      }
      await changed;
    }
  } finally {
    clearTimeout(timer);
    for (const change of changes) events.off(change, onChange);
  }
}

async function unfinishedTasks(pool: Pool, taskNames: string[]): Promise<string[]> {
  const { rows } = await onClient(pool, (client) =>
    client.query<{ task: string }>(
      `select distinct task_identifier as task from graphile_worker.jobs
       where task_identifier = any($1)
         and (locked_at is not null or (run_at <= now() and attempts < max_attempts))`,
      [taskNames],
    ),
  );
  return rows.map(({ task }) => task);
}
