import type { Writable } from 'node:stream';
import { DataSource, DefaultNamingStrategy, type Table } from 'typeorm';
import { Client, Pool, type ClientConfig } from 'pg';
import { migrations } from '../../migrations';
import { entities } from '../entities';
import { snakeCase } from './row-shape';
import { installTimestampParser } from './timestamps';

class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(property: string, customName: string | undefined): string {
    return customName || snakeCase(property);
  }

  /** The name that PostgreSQL gives to a foreign key without one. */
  override foreignKeyName(table: Table | string, columns: string[]): string {
    return `${this.getTableName(table)}_${columns.join('_')}_fkey`;
  }
}

/**
 * A connection that is in use tells its loss twice: to whoever awaits its query, and by an event that
 * ends the process when nobody listens. The pool listens to connections at rest only.
 */
class PooledConnection extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    sendTogether(this);
  }
}

/** Has what is asked at the same moment written to the socket at once: a write costs more than its bytes. */
function sendTogether(client: Client): void {
  const { connection } = client as unknown as { connection: { stream: Writable } };
  const { prototype } = Client as unknown as {
    prototype: { query: (...args: unknown[]) => unknown };
  };
  let isHeld = false;
  const send = (...args: unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      const { stream } = connection;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return prototype.query.apply(client, args);
  };
  client.query = send as typeof client.query;
}

/**
 * Commands touch a few rows, by their keys. They go by the indexes whatever a planner thinks that has
 * seen the tables empty, and by plans that are made once for each connection: left to itself it plans
 * most of them anew each time, which takes longer than to carry them out.
 */
const commandPlanning = [
  '-c plan_cache_mode=force_generic_plan -c jit=off',
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
];

export interface ConnectionOptions {
  url: string;
  /** The role that every connection takes on; absent: the role of the URL, which owns the tables. */
  role?: 'parley_api' | 'parley_system';
  poolSize: number;
  /** Whether nothing but commands runs on these connections. */
  forCommands?: boolean;
  /** Told of errors on idle connections: the server went away. */
  onError?: (error: Error) => void;
}

installTimestampParser();

/** A TypeORM data source over the entities and migrations; not connected yet. */
export function createDataSource(options: ConnectionOptions): DataSource {
  const { url, poolSize, onError } = options;
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNames(),
    installExtensions: false,
    poolSize,
    poolErrorHandler: onError ?? (() => undefined),
    logging: false,
    extra: connectionSettings(options),
  });
}

/** Connections alone, without entities; each is made when it is needed. */
export function createPool(options: ConnectionOptions): Pool {
  const { url: connectionString, poolSize: max, onError } = options;
  const pool = new Pool({ connectionString, max, ...connectionSettings(options) });
  return pool.on('error', onError ?? (() => undefined));
}

function connectionSettings({ role, forCommands }: ConnectionOptions) {
  return {
    application_name: `parley${role ? ` ${role}` : ''}`,
    Client: PooledConnection,
    // statements that don't need each other's results are sent together, and run one after the other
    pipeline: true,
    // A role taken on in the start-up packet holds from the first statement and costs no round trip.
    options: [
      '-c timezone=UTC',
      ...(role ? [`-c role=${role}`] : []),
      ...(forCommands ? commandPlanning : []),
    ].join(' '),
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: role ? 30_000 : 0,
    idle_in_transaction_session_timeout: 60_000,
  };
}

/** The pg pool beneath a connected data source. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}
