import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { advisoryLocks } from '../db/advisory-locks';
import { bulkColumns, bulkTable } from '../db/bulk';
import { queryRows } from '../db/sessions';
import { sql, type Sql } from '../db/sql';
import { readHead, readLog, type LogBounds, type StoredEvent } from '../events/log';
import { LOG_CHANNEL } from '../events/move-batch';

/** How often the connection shows that we live, in milliseconds. */
const SIGN_OF_LIFE = 1_000;

/** How long the server may take to close the connection, in milliseconds. */
const LEAVE_WITHIN = 1_000;

/**
 * Who vanishes without a word loses the connection, and with it the lock, within five seconds: the
 * server hears nothing on it (a process that was stopped), or gets no answer to its probes (a machine
 * that is gone).
 */
const vanishing = [
  '-c idle_session_timeout=3500',
  '-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3',
  '-c tcp_user_timeout=4000',
];

/** Most workspaces that one look at the cursors brings. */
export const SWEEP_PAGE = 1_000;

/** Most events that one read of the log brings. */
export const LOG_PAGE = 500;

/** How far a workspace's log goes, and how far of it has been relayed. */
export interface Progress {
  head: number;
  cursor: number;
}

/** What a connection tells by itself. */
export interface RelayLogEvents {
  /** New heads, by workspace; null when there are too many to name. */
  onHeads: (heads: ReadonlyMap<string, number> | null) => void;
  /** The connection is gone, and the lead with it. */
  onLost: (error: Error) => void;
}

/**
 * The relay's side of the database, over all workspaces. Everything goes over one connection, which
 * also holds the lock that makes its process the one relay: who loses one loses all.
 */
export class RelayLog {
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: Client) {}

  /** Connects, and listens for new heads. */
  static async open(url: string, { onHeads, onLost }: RelayLogEvents): Promise<RelayLog> {
    const client = new Client({
      connectionString: url,
      application_name: 'parley relay',
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
      options: ['-c role=parley_system -c timezone=UTC', ...vanishing].join(' '),
    });
    client.on('error', onLost);
    client.on('notification', ({ payload }) => onHeads(headsOf(payload)));
    await client.connect();
    const log = new RelayLog(client);
    try {
      await client.query(`listen ${LOG_CHANNEL}`);
    } catch (error) {
      await log.close();
      throw error;
    }
    const showLife = () => log.inTurn(() => client.query('select')).catch(onLost);
    log.timer = setInterval(() => void showLife(), SIGN_OF_LIFE);
    return log;
  }

  /** Whether this process is the one relay from now on. */
  async takeLead(): Promise<boolean> {
    const statement = sql`select pg_try_advisory_lock(${advisoryLocks.relay}::bigint)`;
    const [row] = await this.rows(statement);
    return row![0] as boolean;
  }

  /** Workspaces with something to relay, in the order of their ids, after one of them. */
  async findBehind(after: string): Promise<Map<string, Progress>> {
    const rows = await this.rows(
      sql`select h.workspace_id, h.position, coalesce(r.position, 0)
          from event_head h left join event_relay r using (workspace_id)
          where h.workspace_id > ${after} and h.position > coalesce(r.position, 0)
          order by h.workspace_id limit ${SWEEP_PAGE}`,
    );
    return new Map(rows.map(([id, head, cursor]) => [id as string, progress(head, cursor)]));
  }

  /** How far some workspaces have been relayed; 0 for those that have not been at all. */
  async readCursors(workspaceIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.rows(
      sql`select workspace_id, position from event_relay
          where workspace_id = any(${workspaceIds}::uuid[])`,
    );
    const known = new Map(rows.map(([id, position]) => [id as string, Number(position)]));
    return new Map(workspaceIds.map((id) => [id, known.get(id) ?? 0]));
  }

  /** The next events of a workspace, a page at most. */
  read(workspaceId: string, after: number): Promise<StoredEvent[]> {
    return this.inTurn(() => readLog(this.client, workspaceId, { after, limit: LOG_PAGE }));
  }

  /** Where the log of a workspace begins and ends. */
  bounds(workspaceId: string): Promise<LogBounds> {
    return this.inTurn(() => readHead(this.client, workspaceId));
  }

  /** Writes down how far workspaces have been relayed; never takes anything back. */
  async advance(cursors: ReadonlyMap<string, number>): Promise<void> {
    const columns = bulkColumns([...cursors], {
      workspace_id: ['uuid', ([id]) => id],
      position: ['bigint', ([, position]) => position],
    });
    await this.rows(
      sql`insert into event_relay (workspace_id, position) select * from ${bulkTable('c', columns)}
          on conflict (workspace_id) do update set position = excluded.position
          where event_relay.position < excluded.position`,
    );
  }

  /** Gives the lead back, if it was ours. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    // a server that is out of reach can't take leave
    const ended = this.client.end().catch(() => undefined);
    await Promise.race([ended, delay(LEAVE_WITHIN, undefined, { ref: false })]);
  }

  private async rows(statement: Sql): Promise<unknown[][]> {
    return (await this.inTurn(() => queryRows(this.client, statement))).rows;
  }

  /** A connection takes one query at a time. */
  private inTurn<T>(query: () => Promise<T>): Promise<T> {
    const turn = this.last.then(query);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

/** Anybody in the database may notify: what is none of ours has us look at everything, as '' does. */
function headsOf(payload = ''): ReadonlyMap<string, number> | null {
  if (!isHeads(payload)) return null;
  return new Map(Object.entries(JSON.parse(payload) as Record<string, number>));
}

function isHeads(payload: string): boolean {
  return /^\{( *"[0-9a-f-]{36}" *: *\d+ *,?)+ *\}$/.test(payload);
}

function progress(head: unknown, cursor: unknown): Progress {
  return { head: Number(head), cursor: Number(cursor) };
}
