import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import type { NatsConfig } from '../config/nats';
import { Backoff } from './backoff';
import { Publisher } from './publisher';
import { RelayLog } from './relay-log';
import { RelayRounds } from './relay-rounds';
import { Trouble } from './trouble';

/** How often a stand-by asks whether it may lead, in milliseconds. */
const STAND_BY = 500;

/** How often the leader looks whether the stream is still there while there is nothing to do. */
const CHECK_EVERY = 3_000;

/** Every how many of those looks it also looks for events that nobody told it of. */
const CHECKS_PER_SWEEP = 10;

export interface RelayOptions {
  /** Connection string of a role that may take on parley_system. */
  url: string;
  nats: NatsConfig;
  /** For how many days the stream keeps an event: as many as the log. */
  retentionDays: number;
  log: Pick<Logger, 'info' | 'warn' | 'debug'>;
}

/** Relays the event log to NATS. */
export interface Relay {
  /** Whether this process is the one that relays. */
  readonly isLeader: boolean;
  /** Has the leader look at every workspace now; it is told of new events without this. */
  wake(): void;
  /**
   * Resolves when the stream has every event of the log, whichever process relays it. For tests.
   * @throws Error when that takes longer than `seconds` (absent: 10).
   */
  drain(seconds?: number): Promise<void>;
  /** Lets the round under way end, and gives the lead back. */
  stop(): Promise<void>;
}

/**
 * Starts to relay; resolves at once, whether NATS is there or not.
 *
 * Of all processes that do this, the one that holds an advisory lock relays; the others stand by, and
 * take over within seconds. An event counts as relayed when the stream has confirmed it: NATS may be
 * away for as long as the log keeps its events. What was in flight when something broke is published
 * again, and dropped by the stream as a duplicate. A log without any cursor is relayed from its oldest
 * event on.
 */
export function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = new NatsRelay(options);
  relay.start();
  return Promise.resolve(relay);
}

class NatsRelay implements Relay {
  isLeader = false;
  private readonly closing = new AbortController();
  private readonly backoff = new Backoff();
  private readonly trouble: Trouble;
  private rounds: RelayRounds | null = null;
  private running: Promise<void> = Promise.resolve();
  private rung = false;
  private ring: () => void = () => undefined;

  constructor(private readonly options: RelayOptions) {
    this.trouble = new Trouble(options.log, 'Events wait to be relayed to NATS; trying again.');
  }

  start(): void {
    this.running = this.run();
  }

  wake(): void {
    this.hear(null);
  }

  async stop(): Promise<void> {
    this.closing.abort();
    this.ring();
    await this.running;
  }

  async drain(seconds = 10): Promise<void> {
    const client = new Client({ connectionString: this.options.url });
    await client.connect();
    try {
      const limit = Date.now() + seconds * 1_000;
      this.wake();
      while (await isBehind(client)) {
        if (Date.now() > limit) throw new Error(`NATS lacks events after ${seconds} s.`);
        await delay(10);
      }
    } finally {
      await client.end();
    }
  }

  private hear(heads: ReadonlyMap<string, number> | null): void {
    // a stand-by has nothing to look at
    if (!this.rounds) return;
    this.rounds.note(heads);
    this.rung = true;
    this.ring();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.connect();
      } catch (error) {
        if (!signal.aborted) this.trouble.tell(error);
      }
      this.isLeader = false;
      this.rounds = null;
      await this.backoff.pause(signal);
    }
  }

  /** NATS first: who can't reach it does not ask for the lead, so that somebody else can have it. */
  private async connect(): Promise<void> {
    const lost = new AbortController();
    const onLost = (error: Error) => {
      lost.abort(error);
      this.ring();
    };
    const publisher = await Publisher.open(this.options.nats, onLost);
    try {
      const onHeads = (heads: ReadonlyMap<string, number> | null) => this.hear(heads);
      const source = await RelayLog.open(this.options.url, { onHeads, onLost });
      try {
        if (await this.standBy(source, lost.signal)) {
          await this.lead(source, publisher, lost.signal);
        }
      } finally {
        await source.close();
      }
    } finally {
      await publisher.close();
    }
  }

  /** Waits for the lead; false when we stop first. */
  private async standBy(source: RelayLog, lost: AbortSignal): Promise<boolean> {
    this.rung = false;
    while (!(await source.takeLead())) {
      this.works();
      await this.pause(STAND_BY);
      lost.throwIfAborted();
      if (this.closing.signal.aborted) return false;
    }
    return true;
  }

  private async lead(source: RelayLog, publisher: Publisher, lost: AbortSignal): Promise<void> {
    const { log, retentionDays } = this.options;
    await publisher.ensureStream(retentionDays);
    const rounds = new RelayRounds(source, publisher, log);
    this.rounds = rounds;
    this.isLeader = true;
    log.info('this process relays events to NATS');
    for (let checks = 1; !this.closing.signal.aborted;) {
      lost.throwIfAborted();
      this.rung = false;
      await rounds.run();
      this.works();
      if (!rounds.isIdle || (await this.pause(CHECK_EVERY))) continue;
      await publisher.ensureStream(retentionDays);
      if (checks++ % CHECKS_PER_SWEEP === 0) rounds.note(null);
    }
  }

  private works(): void {
    this.backoff.reset();
    this.trouble.end('the relay to NATS works again');
  }

  /** Waits to be rung, at most so many milliseconds; false when nobody rang. */
  private async pause(ms: number): Promise<boolean> {
    if (this.rung || this.closing.signal.aborted) return true;
    let timer: NodeJS.Timeout | undefined;
    const rang = await new Promise<boolean>((resolve) => {
      this.ring = () => resolve(true);
      timer = setTimeout(() => resolve(false), ms);
    });
    clearTimeout(timer);
    this.ring = () => undefined;
    return rang;
  }
}

async function isBehind(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from event_head h left join event_relay r using (workspace_id)
     where h.position > coalesce(r.position, 0) limit 1`,
  );
  return rowCount === 1;
}
