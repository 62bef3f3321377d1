import { randomUUID } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { systemActor, type Actor } from '../../src/auth/actor';
import { Sessions } from '../../src/db/sessions';
import { appendEvents } from '../../src/events/append';
import { LARGEST_BATCH } from '../../src/events/move-batch';
import type { NewEvent } from '../../src/events/registry';
import { advisoryLocks } from '../../src/db/advisory-locks';
import { Sequencer } from '../../src/events/sequencer';
import { createLogger } from '../../src/telemetry/logger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/process';

/** An event as it is in the log, as far as these tests look at it. */
export interface Logged {
  position: number;
  eventId: string;
  subject: string;
  /** What tells it from others: each test event has its own. */
  mark: string;
}

const OF_SEQUENCERS = `application_name = 'parley sequencer' and datname = current_database()`;

/** A database with the outbox and the log, its API's side on many connections, and its sequencers. */
export class OutboxWorld {
  /** What the sequencers have logged, one line each. */
  readonly logged: string[] = [];
  private readonly sessions: Sessions;
  private readonly log = createLogger('debug', { write: (line) => void this.logged.push(line) });
  private sequencers: Sequencer[] = [];

  private constructor(
    readonly database: TestDatabase,
    /** As the owner of the tables, who sees everything. */
    readonly owner: Pool,
    readonly pool: Pool,
  ) {
    this.sessions = new Sessions(pool);
  }

  /** @param connections how many the API's side has. */
  static async create(connections = 40): Promise<OutboxWorld> {
    const database = await createTestDatabase();
    const owner = new Pool({ connectionString: database.url, max: 6 });
    owner.on('error', () => undefined);
    await owner.query('select ensure_event_partitions(now())');
    const pool = new Pool({
      connectionString: database.url,
      max: connections,
      options: '-c role=parley_api -c timezone=UTC',
    });
    pool.on('error', () => undefined);
    return new OutboxWorld(database, owner, pool);
  }

  /** A workspace without events; gives its id. */
  async makeWorkspace(): Promise<string> {
    const id = randomUUID();
    await this.owner.query(`insert into workspace values ($1, 'Test', now())`, [id]);
    return id;
  }

  /** Opens a transaction as a command does, on a connection of its own. */
  async begin(workspaceId: string): Promise<OpenTransaction> {
    const client = await this.pool.connect();
    client.on('error', ignore);
    await this.sessions.bind(client, workspaceId);
    await client.query('begin');
    return new OpenTransaction(client, systemActor(workspaceId, new Set()));
  }

  /** Appends events and commits. */
  async commit(workspaceId: string, events: readonly NewEvent[]): Promise<void> {
    const transaction = await this.begin(workspaceId);
    await transaction.append(events);
    await transaction.commit();
  }

  /** Starts a sequencer; it is stopped after the test. */
  startSequencer(): Sequencer {
    const sequencer = new Sequencer({ url: this.database.url, log: this.log });
    this.sequencers.push(sequencer);
    sequencer.start();
    return sequencer;
  }

  /** The server processes of those who hold the lead: one at most. */
  async leaders(): Promise<number[]> {
    const { rows } = await this.owner.query<{ pid: number }>(
      `select pid from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and objid = ${advisoryLocks.sequencer} and granted and ${OF_SEQUENCERS}`,
    );
    return rows.map(({ pid }) => pid);
  }

  /** How many sequencers are connected, leading or not. */
  async connections(): Promise<number> {
    const { rowCount } = await this.owner.query(
      `select from pg_stat_activity where ${OF_SEQUENCERS}`,
    );
    return rowCount!;
  }

  /** How many have asked for the lead and were refused it. */
  async refusals(): Promise<number> {
    const { rowCount } = await this.owner.query(
      `select from pg_stat_activity a where ${OF_SEQUENCERS} and query like '%pg_try_advisory_lock%'
         and state = 'idle' and not exists (
           select from pg_locks l
           where l.pid = a.pid and l.locktype = 'advisory' and l.objid = ${advisoryLocks.sequencer}
         )`,
    );
    return rowCount!;
  }

  /** Waits until the server has noticed that the last sequencer is gone. */
  untilNobodyLeads(): Promise<void> {
    return until(async () => (await this.connections()) === 0, 'all sequencers are gone');
  }

  /** Waits until every committed event has its position. */
  untilSequenced(): Promise<void> {
    return until(async () => (await this.waiting()) === 0, 'every event gets its position');
  }

  /** How many committed events have no position yet. */
  async waiting(): Promise<number> {
    const { rows } = await this.owner.query<{ count: number }>(
      'select count(*)::int as count from event_outbox',
    );
    return rows[0]!.count;
  }

  /** How many connections wait for a lock that another one holds. */
  async waitingForLocks(): Promise<number> {
    const { rows } = await this.owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]!.count;
  }

  /** The log of a workspace, in the order of positions. */
  async read(workspaceId: string): Promise<Logged[]> {
    const { rows } = await this.owner.query<Logged>(
      `select position::int, event_id as "eventId", subject, data ->> 'tagId' as mark
       from event_log where workspace_id = $1 order by position`,
      [workspaceId],
    );
    return rows;
  }

  /** Whether a batch was as large as can be, which only happens with a backlog. */
  async hadFullBatch(): Promise<boolean> {
    const { rowCount } = await this.owner.query(
      'select from event_log group by sequenced_at having count(*) = $1 limit 1',
      [LARGEST_BATCH],
    );
    return rowCount! > 0;
  }

  /** Stops the sequencers. */
  async reset(): Promise<void> {
    await Promise.all(this.sequencers.map((sequencer) => sequencer.stop()));
    this.sequencers = [];
    this.logged.length = 0;
  }

  async close(): Promise<void> {
    await this.reset();
    await this.pool.end();
    await this.owner.end();
    await this.database.drop();
  }
}

/** A transaction that a test holds in its hand. */
export class OpenTransaction {
  constructor(
    readonly client: PoolClient,
    private readonly actor: Actor,
  ) {}

  append(events: readonly NewEvent[]): Promise<void> {
    return appendEvents(this.client, this.actor, new Date(), events);
  }

  async commit(): Promise<void> {
    await this.client.query('commit');
    this.release();
  }

  async rollback(): Promise<void> {
    await this.client.query('rollback');
    this.release();
  }

  /** Cuts the connection, as a crash does. */
  lose(): void {
    this.release(true);
  }

  private release(isLost = false): void {
    this.client.off('error', ignore);
    this.client.release(isLost);
  }
}

function ignore(): void {
  // a connection that is cut tells so twice
}

/** An event about a customer that is there already; gives it a mark of its own. */
export function tagged(subjectId: string, mark: string = randomUUID()): NewEvent {
  return { type: 'customer.tagged', subjectId, data: { tagId: mark } };
}
