import { setTimeout } from 'node:timers/promises';
import { Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';

/** How a pool of the worker connects. */
export interface PoolOptions {
  url: string;
  size: number;
  /** Told of errors on idle connections: the server went away. */
  onError: (error: Error) => void;
}

/** How long a statement may take, in milliseconds: by the server's clock, and by ours in case it is gone. */
const limits = (longest: number) => ({
  statement_timeout: longest,
  query_timeout: longest + 5_000,
});

/** Pause before a query is tried again, in milliseconds. */
const RETRY_AFTER = 1_000;

/** Connections for tasks: they see every workspace. */
export function createSystemPool(options: PoolOptions): Pool {
  return createPool(options, {
    application_name: 'parley jobs parley_system',
    options: '-c role=parley_system',
    idle_in_transaction_session_timeout: 60_000,
    ...limits(30_000),
  });
}

/**
 * Connections for graphile-worker, as the role that owns its tables. Its cron ends for ever, with an
 * unhandled rejection that takes the process down, when a query of the pool fails. So those queries,
 * which may all be repeated, wait until the database is back; and when we close, they find nothing.
 * Everything else goes through {@link onClient}.
 */
export function createQueuePool(options: PoolOptions, closing: AbortSignal): Pool {
  const pool = createPool(options, { application_name: 'parley queue', ...limits(10_000) });
  const attempt = pool.query.bind(pool) as (
    text: string,
    values?: unknown[],
  ) => Promise<QueryResult>;
  const persist = async (text: string, values?: unknown[]): Promise<QueryResult> => {
    while (!closing.aborted) {
      try {
        return await attempt(text, values);
      } catch (error) {
        options.onError(error as Error);
        await setTimeout(RETRY_AFTER, undefined, { signal: closing }).catch(() => undefined);
      }
    }
    return { command: '', rowCount: 0, oid: 0, fields: [], rows: [] };
  };
  pool.query = persist as Pool['query'];
  return pool;
}

/** Runs `use` on one connection of the pool, which is closed when that fails. */
export async function onClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed = true;
  try {
    const result = await use(client);
    failed = false;
    return result;
  } finally {
    client.release(failed);
  }
}

function createPool({ url, size, onError }: PoolOptions, config: PoolConfig): Pool {
  const pool = new Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...config,
  });
  return pool.on('error', onError);
}
