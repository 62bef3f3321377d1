import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import type { Session } from '../db/sessions';
import { eventOf, readHeads, type StoredEvent } from './log';
import { EVENTS_CHANNEL, LOG_CHANNEL } from './move-batch';

/** How often the heads are read, in case that a notice got lost, in milliseconds. */
const LOOK_EVERY = 1_000;
/** Pause before the next try to connect, in milliseconds. */
const RETRY_AFTER = 500;

/**
 * The server keeps every notice until the slowest listener has taken it, and when it has no more room,
 * no event gets a position any longer. So it gives up a listener that takes nothing (a process that was
 * stopped, a machine that is gone).
 */
const unread =
  '-c tcp_user_timeout=30000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';

export interface LogWatchOptions {
  /** Connection string for the connection that listens. */
  url: string;
  /** Connections that see the heads of all workspaces. */
  system: Session;
  log: Pick<Logger, 'warn'>;
  /** The workspaces whose heads are wanted. */
  workspaceIds: () => string[];
  onHeads: (heads: ReadonlyMap<string, number>) => void;
  /** Told of events themselves, of any workspace, where the notice had room for them. */
  onEvents?: (events: readonly StoredEvent[]) => void;
  /** Told of notices on further channels, with their payloads. */
  channels?: Readonly<Record<string, (payload: string) => void>>;
  /** Told when notices come again, of which some may have been missed. */
  onListening?: () => void;
  /** Whether notices of new heads are listened to; absent: yes. Otherwise they come by another way. */
  listensToHeads?: boolean;
}

/**
 * Tells how far the logs have got: at once by PostgreSQL's notices, and by looking every second, so
 * that a lost notice or connection costs a moment and no event.
 */
export class LogWatch {
  private readonly closing = new AbortController();
  private listening: Promise<void> = Promise.resolve();
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: LogWatchOptions) {}

  start(): void {
    this.listening = this.listen();
    this.looking = this.lookAgainAndAgain();
  }

  /** Reads the heads now. */
  async look(): Promise<void> {
    const { system, workspaceIds, onHeads } = this.options;
    const ids = workspaceIds();
    if (ids.length > 0) onHeads(await readHeads(system, ids));
  }

  async stop(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.listening, this.looking]);
  }

  private async lookAgainAndAgain(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await delay(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
      // whoever needs the database says so when it is away
      if (!signal.aborted) await this.look().catch(() => undefined);
    }
  }

  private async listen(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.hold(signal);
      } catch (error) {
        if (!signal.aborted) {
          this.options.log.warn({ err: error }, 'the notices of the event log were interrupted');
        }
      }
      if (!signal.aborted) {
        await delay(RETRY_AFTER, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async hold(signal: AbortSignal): Promise<void> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: 'parley notices',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      options: unread,
    });
    let leave: () => void = () => undefined;
    const over = new Promise<void>((resolve, reject) => {
      leave = resolve;
      client.on('error', reject);
      client.on('end', resolve);
    });
    over.catch(() => undefined);
    signal.addEventListener('abort', leave);
    client.on('notification', ({ channel, payload = '' }) => this.hear(channel, payload));
    try {
      await client.connect();
      for (const channel of this.channelNames()) await client.query(`listen ${channel}`);
      // what was told before we listened
      await this.look();
      this.options.onListening?.();
      await over;
    } finally {
      signal.removeEventListener('abort', leave);
      await client.end().catch(() => undefined);
    }
  }

  private channelNames(): string[] {
    const { channels = {}, listensToHeads = true, onEvents } = this.options;
    const ofEvents = onEvents ? [EVENTS_CHANNEL] : [];
    return [...(listensToHeads ? [...ofEvents, LOG_CHANNEL] : []), ...Object.keys(channels)];
  }

  private hear(channel: string, payload: string): void {
    if (channel === EVENTS_CHANNEL) {
      this.options.onEvents?.((JSON.parse(payload) as unknown[][]).map(eventOf));
    } else if (channel !== LOG_CHANNEL) {
      this.options.channels?.[channel]?.(payload);
    } else if (payload === '') {
      void this.look().catch(() => undefined);
    } else {
      this.options.onHeads(new Map(Object.entries(JSON.parse(payload) as Heads)));
    }
  }
}

type Heads = Record<string, number>;
