import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { advisoryLocks } from '../db/advisory-locks';
import { OUTBOX_CHANNEL } from './bell';
import { moveBacklog, moveRecent, NOTHING_SEEN, type Moved } from './move-batch';

/** The advisory lock of the leader: a constant that no other program locks, in every version the same. */
export const LEADER_LOCK = 7_264_410;

/** How often a stand-by asks whether it may lead, in milliseconds. */
const STAND_BY = 1_000;
/** How often the leader looks for events that nobody rang for, in milliseconds. */
const LOOK_EVERY = 200;
/** For how far ahead, in days, the log has its tables. */
const PARTITIONS_AHEAD = 14;

/**
 * A leader that vanishes without a word loses its connection, and with it the lock, soon enough for
 * another one to lead within five seconds: the server hears nothing on it (a process that was stopped)
 * or gets no answer to its probes (a machine that is gone).
 */
const vanishing = [
  '-c idle_session_timeout=2500',
  '-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2',
  '-c tcp_user_timeout=3000',
];

/** How long to wait for the server's answer, in milliseconds; a batch takes far less. */
const LONGEST_BATCH = 15_000;

/**
 * The outbox is a queue, whose statistics tell the planner nothing that holds for long: it goes by the
 * indexes, and joins what one batch holds by hashes, whatever they say.
 */
const planning = [
  '-c enable_seqscan=off -c enable_bitmapscan=off -c jit=off',
  '-c enable_nestloop=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan',
];

/** How the sequencer's session is set up, as options of a connection. */
export const sequencerSettings = [
  '-c role=parley_system -c timezone=UTC',
  ...vanishing,
  ...planning,
].join(' ');

export interface SequencerOptions {
  /** Connection string of a role that may take on parley_system. */
  url: string;
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
}

/**
 * Gives committed events their positions. Of all processes that run one, the one that holds an
 * advisory lock does the work, on the very connection that holds it: who loses the connection loses
 * both, so there are never two. The others ask for the lock every second.
 */
export class Sequencer {
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  private rung = false;
  /** Whether this process leads. */
  isLeader = false;

  constructor(private readonly options: SequencerOptions) {}

  /** Begins to ask for the lead; returns at once. */
  start(): void {
    this.running = this.run();
  }

  /** Has the leader look now. */
  ring(): void {
    this.rung = true;
    this.wake();
  }

  /** Lets the batch under way end, and gives the lead back. */
  async stop(): Promise<void> {
    this.closing.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { log } = this.options;
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.hold();
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'the sequencer lost its database');
      }
      this.isLeader = false;
      await this.standBy();
    }
  }

  /** Connects, waits for the lead and does the work until the connection is lost or we stop. */
  private async hold(): Promise<void> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: 'parley sequencer',
      connectionTimeoutMillis: 5_000,
      query_timeout: LONGEST_BATCH,
      options: sequencerSettings,
    });
    let lost: Error | undefined;
    client.on('error', (error) => {
      lost = error;
      this.wake();
    });
    client.on('notification', () => this.ring());
    await client.connect();
    try {
      while (!this.closing.signal.aborted && !lost) {
        if (await this.takeLead(client)) await this.lead(client, () => lost !== undefined);
        else await this.standBy();
      }
      if (lost) throw lost;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async takeLead(client: Client): Promise<boolean> {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [advisoryLocks.sequencer],
    );
    return rows[0]!.taken;
  }

  private async lead(client: Client, isLost: () => boolean): Promise<void> {
    this.options.log.info('this process sequences events');
    this.isLeader = true;
    await client.query(`listen ${OUTBOX_CHANNEL}`);
    await ensurePartitions(client);
    let snapshot = NOTHING_SEEN;
    let isBacklog = false;
    while (!this.closing.signal.aborted && !isLost()) {
      this.rung = false;
      const step = isBacklog ? moveBacklog : moveRecent;
      const moved = await this.move(client, () => step(client, snapshot));
      ({ snapshot } = moved);
      isBacklog = moved.isCut;
      if (!isBacklog && moved.events === 0) await this.pause(LOOK_EVERY);
    }
  }

  /** One batch; when the log has no table for this week, because nobody ran in time, it is made. */
  private async move(client: Client, step: () => Promise<Moved>): Promise<Moved> {
    try {
      return await step();
    } catch (error) {
      if ((error as { code?: string }).code !== NO_PARTITION) throw error;
      await ensurePartitions(client);
      return step();
    }
  }

  /** Waits for the next time to ask; who does not lead is not woken by rings. */
  private async standBy(): Promise<void> {
    await delay(STAND_BY, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  /** Waits to be rung, at most so many milliseconds. */
  private async pause(ms: number): Promise<void> {
    if (this.rung || this.closing.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.wake = () => undefined;
  }
}

/** SQLSTATE of a row that fits no partition. */
const NO_PARTITION = '23514';

/** Makes the tables that the log needs for the next days. */
async function ensurePartitions(client: Client): Promise<void> {
  await client.query(`select ensure_event_partitions(now() + $1 * interval '1 day')`, [
    PARTITIONS_AHEAD,
  ]);
}
