import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { ParsedCronItem } from 'graphile-worker';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, poolOf } from '../../src/db/data-source';
import { Sessions } from '../../src/db/sessions';
import { UnitOfWork } from '../../src/db/unit-of-work';
import { installQueue } from '../../src/db/install-queue';
import { cronItems } from '../../src/jobs/cron';
import type { TaskName } from '../../src/jobs/payloads';
import { enqueue, type NewJob } from '../../src/jobs/queue';
import { startWorker, type Worker, type WorkerOptions } from '../../src/jobs/worker';
import { createLogger } from '../../src/telemetry/logger';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** The tasks of these tests. */
export interface TestPayloads {
  note: { text: string };
  hold: Record<never, never>;
}

/** What a test knows of a job as it is in the database. */
export interface JobRow {
  id: string;
  task_identifier: string;
  attempts: number;
  locked_by: string | null;
  last_error: string | null;
}

/** A database with a job queue, the API's side of it, and the workers of a test. */
export class JobWorld {
  /** The lines that workers have logged, as text. */
  readonly logged: string[] = [];
  private workers: Worker[] = [];
  private readonly log = createLogger('trace', { write: (line) => void this.logged.push(line) });

  private constructor(
    readonly database: TestDatabase,
    readonly owner: Client,
    readonly api: DataSource,
    readonly units: UnitOfWork,
  ) {}

  static async create(): Promise<JobWorld> {
    const database = await createTestDatabase();
    await installQueue(database.url);
    const owner = new Client(database.url);
    await owner.connect();
    const api = createDataSource({ url: database.url, role: 'parley_api', poolSize: 4 });
    await api.initialize();
    const units = new UnitOfWork(api, new Sessions(poolOf(api)));
    return new JobWorld(database, owner, api, units);
  }

  /** Starts a worker; it is stopped after the test. */
  async startWorker(options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const { log } = this;
    const worker = await startWorker({
      url: this.database.url,
      log,
      clock: () => new Date(),
      ...options,
    });
    this.workers.push(worker);
    return worker;
  }

  /** Adds jobs as the API does, in one transaction. */
  async enqueue(...jobs: NewJob<TestPayloads>[]): Promise<void> {
    await this.units.transaction(randomUUID(), async (session) => {
      for (const job of jobs) await enqueue<TestPayloads>(session, job);
    });
  }

  /** The jobs that are in the queue, running or not. */
  async jobs(): Promise<JobRow[]> {
    const { rows } = await this.owner.query<JobRow>(
      `select id, task_identifier, attempts, locked_by, last_error from graphile_worker.jobs order by id`,
    );
    return rows;
  }

  /** When a task runs by the clock, as the queue knows it. */
  async schedule(task: TaskName): Promise<ParsedCronItem> {
    const { rows } = await this.owner.query<{ identifier: string }>(
      `select identifier from graphile_worker._private_known_crontabs`,
    );
    const known = rows.map(({ identifier }) => identifier);
    const [item] = cronItems().filter((it) => it.task === task && known.includes(it.identifier));
    if (!item) throw new Error(`${task} is not scheduled.`);
    return item;
  }

  /** Makes every waiting job due now, as time would. */
  async letTimePass(): Promise<void> {
    await this.owner.query(
      `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs`,
    );
  }

  /** Stops the workers, and empties the queue for the next test. */
  async reset(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    this.workers = [];
    this.logged.length = 0;
    await this.owner.query(`
      delete from graphile_worker._private_jobs;
      delete from graphile_worker._private_job_queues;
      delete from parley_jobs.job_lease`);
  }

  async close(): Promise<void> {
    await this.api.destroy();
    await this.owner.end();
    await this.database.drop();
  }
}

/** The times of a day at which a schedule has its task run. */
export function dueTimes({ match }: ParsedCronItem): { hour: number; min: number }[] {
  const times = Array.from({ length: 24 * 60 }, (_, at) => ({
    hour: Math.floor(at / 60),
    min: at % 60,
  }));
  return times.filter((time) => match({ ...time, date: 1, month: 3, dow: 0 }));
}

/** Where a task waits until the test lets it go on. */
export class Gate {
  /** How many have come to the gate so far. */
  arrivals = 0;
  /** Lets those that wait go, and all later ones. */
  open!: () => void;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  /** Resolves when the gate is open; rejects when the signal, if any, comes first. */
  async pass(signal?: AbortSignal): Promise<void> {
    this.arrivals++;
    await Promise.race([this.opened, ...(signal ? [once(signal, 'abort')] : [])]);
    signal?.throwIfAborted();
  }
}

/** Waits until a condition holds, and fails with its name when that takes too long. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 15,
): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}.`);
    await setTimeout(20);
  }
}
