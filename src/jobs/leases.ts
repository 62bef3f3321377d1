/**
 * Leases: how a crash is noticed. graphile-worker keeps the jobs of a killed process locked for four
 * hours. Here each worker has a row that its process renews; when a row is out of date, any process
 * that looks gives the worker's jobs back. Only the database's clock counts.
 *
 * A process that was merely paused comes back, renews and finishes its job, which meanwhile runs
 * elsewhere too: jobs are idempotent by contract.
 */
import type { Pool, PoolClient } from 'pg';
import { onClient } from './pools';

/** What a sweep gave back. */
export interface Swept {
  /** Workers that had gone silent. */
  workers: number;
  /** Their jobs that run again. */
  jobs: number;
  /** Tasks of the jobs that don't, because this was their last attempt. */
  lost: string[];
}

/** Makes or renews the leases of workers, for so many seconds from now. */
export async function renewLeases(pool: Pool, workerIds: string[], seconds: number): Promise<void> {
  if (workerIds.length === 0) return;
  await onClient(pool, (client) =>
    client.query(
      `insert into parley_jobs.job_lease (worker_id, expires_at)
       select id, clock_timestamp() + $2 * interval '1 second' from unnest($1::text[]) id
       on conflict (worker_id) do update set expires_at = excluded.expires_at`,
      [workerIds, seconds],
    ),
  );
}

/**
 * Gives back the jobs of workers whose lease is over. Any number of processes may sweep at once: a
 * lease that another one renews or takes is passed over.
 *
 * @param seconds how old a lock without any lease has to be: a process that comes back from a pause
 *   may take a job before it renews.
 */
export function sweepLeases(pool: Pool, seconds: number): Promise<Swept> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ worker_id: string }>(
      `with over as (
         delete from parley_jobs.job_lease where worker_id in (
           select worker_id from parley_jobs.job_lease
           where expires_at < now() for update skip locked
         ) returning worker_id
       )
       select worker_id from over
       union
       select locked_by from graphile_worker.jobs
       where locked_at < now() - $1 * interval '1 second'
         and not exists (select from parley_jobs.job_lease where worker_id = locked_by)`,
      [seconds],
    );
    const workerIds = rows.map((row) => row.worker_id);
    const jobs = workerIds.length ? await unlock(client, workerIds) : [];
    await freeQueues(client, seconds);
    const lost = jobs.filter((job) => job.attempts >= job.max_attempts);
    return {
      workers: workerIds.length,
      jobs: jobs.length - lost.length,
      lost: lost.map((job) => job.task_identifier),
    };
  });
}

/** Gives back the jobs that workers hold; this attempt does not count. For workers that stop. */
export function giveBackJobs(pool: Pool, workerIds: string[]): Promise<void> {
  return transaction(pool, async (client) => {
    for (const { id, attempts } of await unlock(client, workerIds)) {
      await client.query(
        `select graphile_worker.reschedule_jobs(array[$1::bigint], attempts => $2::integer)`,
        [id, attempts - 1],
      );
    }
  });
}

/** Ends the leases of workers that are gone. */
export async function endLeases(pool: Pool, workerIds: string[]): Promise<void> {
  await onClient(pool, (client) =>
    client.query('delete from parley_jobs.job_lease where worker_id = any($1)', [workerIds]),
  );
}

interface HeldJob {
  id: string;
  task_identifier: string;
  attempts: number;
  max_attempts: number;
}

/** Unlocks jobs and queues as `forceUnlockWorkers` does, within the transaction. */
async function unlock(client: PoolClient, workerIds: string[]): Promise<HeldJob[]> {
  const { rows } = await client.query<HeldJob>(
    `select id, task_identifier, attempts, max_attempts from graphile_worker.jobs
     where locked_by = any($1)`,
    [workerIds],
  );
  await client.query('select graphile_worker.force_unlock_workers($1)', [workerIds]);
  return rows;
}

/**
 * Frees queues whose holder has no job there. That is so when a process comes back from a pause and
 * completes a job that another one has taken over: the job goes, and the other's hold on the queue
 * would stay. The age keeps out queues that change hands while this statement runs.
 */
async function freeQueues(client: PoolClient, seconds: number): Promise<void> {
  await client.query(
    `update graphile_worker._private_job_queues queue set locked_at = null, locked_by = null
     where locked_at < now() - $1 * interval '1 second' and not exists (
       select from graphile_worker._private_jobs job
       where job.job_queue_id = queue.id and job.locked_by = queue.locked_by
     )`,
    [seconds],
  );
}

function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  // on failure the connection is closed, which rolls back
  return onClient(pool, async (client) => {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  });
}
