import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The leases of job workers, and the API's door to the job queue. Both belong to the whole
 * installation and not to a workspace, so they live in a schema of their own: in the main one, every
 * table has a workspace and row-level security. Old code does not notice them.
 */
export class CreateJobLeases1764000000006 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create schema parley_jobs;

      create table parley_jobs.job_lease (
        worker_id text primary key,
        expires_at timestamptz not null
      );

      -- Runs as the owner, because nobody else may touch the queue's own tables: the caller can add
      -- a job and nothing more. The queue may be installed later: the body is bound when it runs.
      create function parley_jobs.enqueue_job(
        task text, payload json, queue_name text, run_at timestamptz, max_attempts integer, job_key text
      ) returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp
        as $$ begin
          perform graphile_worker.add_job(
            identifier => task, payload => payload, queue_name => queue_name, run_at => run_at,
            max_attempts => max_attempts, job_key => job_key
          );
        end $$;
      revoke all on function parley_jobs.enqueue_job(text, json, text, timestamptz, integer, text) from public;
      grant execute on function parley_jobs.enqueue_job(text, json, text, timestamptz, integer, text)
        to parley_api, parley_system;
      grant usage on schema parley_jobs to parley_api, parley_system;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop function parley_jobs.enqueue_job(text, json, text, timestamptz, integer, text);
      drop table parley_jobs.job_lease;
      drop schema parley_jobs;
    `);
  }
}
