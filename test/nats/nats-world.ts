import { jetstream } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { loadConfig } from '../../src/config/config';
import type { NatsConfig } from '../../src/config/nats';
import type { StoredEvent } from '../../src/events/log';
import { decodeEvent, POSITION_HEADER } from '../../src/nats/envelope';
import { startRelay, type Relay, type RelayOptions } from '../../src/nats/relay';
import { startNatsSource, type NatsSource, type NatsSourceOptions } from '../../src/nats/source';
import { createLogger } from '../../src/telemetry/logger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import type { NatsServer } from '../support/nats-server';
import { until } from '../support/process';

/** A message as it is in the stream. */
export interface Stored {
  seq: number;
  subject: string;
  messageId: string;
  position: number;
  payload: Record<string, unknown>;
  event: StoredEvent;
}

/** A database with an event log, and the relays and sources of a test. */
export class NatsWorld {
  /** What relays and sources have logged, one line each. */
  readonly logged: string[] = [];
  private stops: (() => Promise<void>)[] = [];
  private readonly log = createLogger('debug', { write: (line) => void this.logged.push(line) });

  private constructor(
    readonly database: TestDatabase,
    readonly owner: Client,
  ) {}

  static async create(): Promise<NatsWorld> {
    const database = await createTestDatabase();
    const owner = new Client(database.url);
    await owner.connect();
    await owner.query('select ensure_event_partitions(now())');
    return new NatsWorld(database, owner);
  }

  /** A workspace without events. */
  async makeWorkspace(): Promise<string> {
    const id = randomUUID();
    await this.owner.query(
      `insert into workspace (workspace_id, name, created_at) values ($1, 'Test', now())`,
      [id],
    );
    return id;
  }

  /**
   * Appends so many events to the log of a workspace, as the sequencer does: many at once, quickly.
   * @param notice absent: the head of the workspace.
   */
  async append(workspaceId: string, count = 1, notice?: string): Promise<void> {
    await this.owner.query(
      `with head as (
         insert into event_head as h (workspace_id, position) values ($1, $2)
         on conflict (workspace_id) do update set position = h.position + excluded.position
         returning position
       ), moved as (
         insert into event_log (workspace_id, position, sequenced_at, event_id, type, version,
           occurred_at, recorded_at, actor, subject, conversation_id, customer_id, channel_id, data)
         select $1, position - $2 + n, now(), gen_random_uuid(), 'customer.tagged', 1, now(), now(),
           json_build_object('kind', 'USER', 'id', gen_random_uuid()), subject, null, subject, null,
           json_build_object('tagId', gen_random_uuid())
         from head, generate_series(1, $2) n, lateral (select gen_random_uuid() as subject where n > 0) s
       )
       select pg_notify('parley_log',
         coalesce($3, json_build_object($1::text, position)::text)) from head`,
      [workspaceId, count, notice],
    );
  }

  /** Starts a relay; it is stopped after the test. */
  async startRelay(server: NatsServer, options: Partial<RelayOptions> = {}): Promise<Relay> {
    const relay = await startRelay({
      url: this.database.url,
      nats: natsConfig(server),
      retentionDays: 30,
      log: this.log,
      ...options,
    });
    this.stops.push(() => relay.stop());
    return relay;
  }

  /** Starts a source; it is stopped after the test. */
  async startSource(
    server: Pick<NatsServer, 'url'>,
    options: Pick<NatsSourceOptions, 'onEvents' | 'onGap'>,
  ): Promise<NatsSource> {
    const nats = natsConfig(server);
    const source = await startNatsSource({ nats, log: this.log, ...options });
    this.stops.push(() => source.stop());
    return source;
  }

  /** Stops what the test has started, and forgets what was logged. */
  async reset(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
    this.stops = [];
    this.logged.length = 0;
    await this.owner.query('truncate event_log, event_head, event_relay');
  }

  async close(): Promise<void> {
    await this.owner.end();
    await this.database.drop();
  }

  /** Waits until something was logged. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => this.logged.some((line) => pattern.test(line)), `the log says ${pattern}`);
  }

  /** How many lines of the log say something. */
  count(pattern: RegExp): number {
    return this.logged.filter((line) => pattern.test(line)).length;
  }
}

/** The configuration for a server, by way of the environment. */
export function natsConfig({ url }: Pick<NatsServer, 'url'>, env: object = {}): NatsConfig {
  return loadConfig({ NATS_URL: url, ...env }).nats!;
}

/** Every message of the stream, oldest first. */
export function readStream(server: NatsServer, stream = 'PARLEY'): Promise<Stored[]> {
  return server.with(async (manager, connection) => {
    const { messages } = (await manager.streams.info(stream)).state;
    const found: Stored[] = [];
    if (messages === 0) return found;
    const consumer = await jetstream(connection).consumers.get(stream);
    const batch = await consumer.consume({ max_messages: 1_000 });
    for await (const message of batch) {
      found.push({
        seq: message.seq,
        subject: message.subject,
        messageId: message.headers!.get('Nats-Msg-Id'),
        position: Number(message.headers!.get(POSITION_HEADER)),
        payload: message.json(),
        event: decodeEvent(message.string())!,
      });
      if (found.length === messages) break;
    }
    return found;
  });
}

/** The positions of a workspace's events, in the order of the stream. */
export function positionsOf(stored: readonly Stored[], workspaceId: string): number[] {
  return stored
    .filter(({ event }) => event.workspaceId === workspaceId)
    .map(({ event }) => event.position);
}

/** 1, 2, 3 … */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
