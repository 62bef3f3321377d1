import { EventEmitter } from 'node:events';
import { setTimeout as timeLimit } from 'node:timers/promises';
import {
  run,
  type Runner,
  type Task as QueueTask,
  type Worker as QueueWorker,
  type WorkerEvents,
} from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { cronItems } from './cron';
import { drainQueue } from './drain';
import { endLeases, giveBackJobs, renewLeases, sweepLeases } from './leases';
import { createQueuePool, createSystemPool } from './pools';
import { GivenBack, logJobs, queueLogger } from './queue-log';
import type { Task, TaskList } from './task';
import { upkeep } from './tasks';

export interface WorkerOptions {
  /** Connection string of the role that owns the tables and may take on parley_system. */
  url: string;
  log: Logger;
  /** The time that tasks go by; the queue and the leases go by the database's. */
  clock: () => Date;
  /** How many days events stay in the log; absent: 90. */
  eventRetentionDays?: number;
  /** How many days deliveries are kept; absent: 30. */
  deliveryRetentionDays?: number;
  /** How many jobs run at the same time; absent: 4. */
  concurrency?: number;
  /** What it can run; jobs of other tasks are left to other workers. Absent: the upkeep of the database. */
  tasks?: TaskList;
  /** After how many seconds of silence a process counts as dead; absent: 30. */
  leaseSeconds?: number;
  /** How many seconds a stop waits for running jobs; absent: 20. */
  stopSeconds?: number;
}

/** The jobs of one process. */
export interface Worker {
  /**
   * Takes no more jobs and waits for those that run. A job that ends itself on the signal, or that
   * takes too long, goes back to the queue, and this attempt does not count.
   */
  stop(): Promise<void>;
  /**
   * Resolves when no job is due and none is running, in any process. For tests.
   * @throws Error when that takes longer than `seconds` (absent: 10).
   */
  drain(seconds?: number): Promise<void>;
}

/** Starts to run jobs; rejects when the database can't be reached. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const worker = new JobWorker(options);
  await worker.start();
  return worker;
}

class JobWorker implements Worker {
  private readonly log: Logger;
  private readonly tasks: TaskList;
  private readonly concurrency: number;
  private readonly leaseSeconds: number;
  private readonly queue: Pool;
  private readonly system: Pool;
  private readonly closing = new AbortController();
  private readonly events = new EventEmitter() as WorkerEvents;
  /** Ids of graphile-worker's workers that live, each with a lease. */
  private readonly leased = new Set<string>();
  /** Those that take jobs. */
  private readonly taking = new Set<QueueWorker>();
  private runner: Runner | undefined;
  /** Earlier runners that still finish their jobs. */
  private readonly leaving = new Set<Promise<void>>();
  /** Whether a worker of the runner has died; graphile-worker does not replace it. */
  private crippled = false;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: WorkerOptions) {
    const { url, log, concurrency = 4, tasks = upkeep, leaseSeconds = 30 } = options;
    const onError = (err: Error) => {
      // connections that are being closed may see the server go before they are gone themselves
      if (!this.closing.signal.aborted) log.warn({ err }, 'the job queue lost its database');
    };
    this.log = log;
    this.tasks = tasks;
    this.concurrency = concurrency;
    this.leaseSeconds = leaseSeconds;
    // one to listen for jobs, one for the leases
    this.queue = createQueuePool({ url, size: concurrency + 2, onError }, this.closing.signal);
    // one to spare: tasks that hold one each while they wait for another must not wait for ever
    this.system = createSystemPool({ url, size: concurrency + 1, onError });
    this.watch();
  }

  async start(): Promise<void> {
    try {
      this.runner = await this.run();
    } catch (error) {
      await Promise.all([this.queue.end(), this.system.end()]);
      throw error;
    }
    this.beatFromNow();
    await this.beating;
  }

  drain(seconds = 10): Promise<void> {
    this.nudge();
    const { queue: pool, events } = this;
    return drainQueue({ pool, events, taskNames: Object.keys(this.tasks), seconds });
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private watch(): void {
    logJobs(this.events, this.log);
    this.events.on('worker:create', ({ worker }) => void this.taking.add(worker));
    this.events.on('worker:release', ({ worker }) => void this.taking.delete(worker));
    this.events.on('worker:stop', ({ worker, error }) => {
      // the lease of one that died runs out, and its job is given back then
      this.leased.delete(worker.workerId);
      if (error) this.crippled = true;
    });
  }

  private async run(): Promise<Runner> {
    const { tasks } = this;
    const runner = await run({
      pgPool: this.queue,
      events: this.events,
      logger: queueLogger(this.log, this.closing.signal),
      noHandleSignals: true,
      concurrency: this.concurrency,
      taskList: Object.fromEntries(
        Object.entries(tasks).map(([name, task]) => [name, this.runnable(name, task)]),
      ),
      parsedCronItems: cronItems().filter(({ task }) => task in tasks),
      preset: { plugins: [this.leasePlugin()] },
    });
    runner.promise
      .catch((err: unknown) => this.log.error({ err }, 'the job queue has ended'))
      .finally(() => {
        if (this.runner === runner) this.crippled = true;
      });
    return runner;
  }

  /** A worker has a lease before it takes its first job. */
  private leasePlugin(): GraphileConfig.Plugin {
    const startWorker = async (_: unknown, { worker }: { worker: QueueWorker }) => {
      this.leased.add(worker.workerId);
      await renewLeases(this.queue, [worker.workerId], this.leaseSeconds);
    };
    return { name: 'ParleyLeases', version: '1.0.0', worker: { hooks: { startWorker } } };
  }

  private runnable(name: string, task: Task<never>): QueueTask {
    const { system, log, closing } = this;
    const { clock, eventRetentionDays = 90, deliveryRetentionDays = 30 } = this.options;
    const retention = { eventRetentionDays, deliveryRetentionDays };
    const { signal } = closing;
    return async (payload, { job }) => {
      const about = { task: name, job: job.id, attempt: job.attempts };
      try {
        const context = { system, clock, ...retention, log: log.child(about), signal };
        await task(payload as never, context);
      } catch (error) {
        // whatever a task throws after the signal is its answer to the signal
        if (!signal.aborted || job.locked_by === null) throw error;
        await giveBackJobs(this.queue, [job.locked_by]);
        throw new GivenBack('The worker stops.', { cause: error });
      }
    };
  }

  /** Renews our leases, gives back jobs of the dead, replaces our own dead; and so on. */
  private beatFromNow(): void {
    this.beating = this.beat().finally(() => {
      this.timer = setTimeout(() => this.beatFromNow(), (this.leaseSeconds * 1_000) / 3);
    });
  }

  private async beat(): Promise<void> {
    try {
      await renewLeases(this.queue, [...this.leased], this.leaseSeconds);
      const { workers, jobs, lost } = await sweepLeases(this.queue, this.leaseSeconds);
      if (jobs) this.log.warn({ workers, jobs }, 'jobs of workers that went silent run again');
      if (lost.length) this.log.error({ tasks: lost }, 'jobs died in their last attempt');
      if (this.closing.signal.aborted) return;
      if (jobs) this.nudge();
      if (this.crippled) await this.replaceRunner();
    } catch (err) {
      this.log.warn({ err }, 'the leases of the job workers could not be kept');
    }
  }

  private async replaceRunner(): Promise<void> {
    const old = this.runner;
    this.runner = await this.run();
    this.crippled = false;
    this.log.warn('job workers that had died were replaced');
    if (old) this.leave(old);
  }

  /** Lets a runner finish its jobs. */
  private leave(runner: Runner): void {
    // it rejects when the runner has stopped already, by itself
    const left: Promise<void> = runner.stop().then(
      () => void this.leaving.delete(left),
      () => void this.leaving.delete(left),
    );
    this.leaving.add(left);
  }

  /** Has idle workers look for jobs now. */
  private nudge(): void {
    for (const worker of this.taking) worker.nudge();
  }

  private async end(): Promise<void> {
    const { log, queue, system } = this;
    const { stopSeconds = 20 } = this.options;
    this.closing.abort();
    // it may just be replacing the runner
    await this.beating;
    const { runner } = this;
    const ids = [...this.leased];
    this.runner = undefined;
    if (runner) this.leave(runner);

    const waiting = new AbortController();
    const inTime = await Promise.race([
      Promise.all(this.leaving).then(() => true),
      timeLimit(stopSeconds * 1_000, false, { signal: waiting.signal }),
    ]);
    waiting.abort();
    // the beat has gone on until here, because the jobs have
    await this.beating;
    clearTimeout(this.timer);
    try {
      if (!inTime) await giveBackJobs(queue, ids);
      await endLeases(queue, ids);
    } catch (err) {
      log.warn({ err }, 'the jobs of this process stay locked until its leases are over');
    }
    // jobs that did not end in time may still end as they should, for which they need connections
    const closed = Promise.all(this.leaving).then(() =>
      Promise.allSettled([queue.end(), system.end()]),
    );
    if (inTime) await closed;
    else log.warn('jobs that did not end in time were given back');
  }
}
