import { Logger, runMigrations } from 'graphile-worker';
import { Pool } from 'pg';

/**
 * Installs or updates the tables of graphile-worker, in the schema `graphile_worker`. To be called
 * under the lock of the migrations, as the role that owns Parley's tables.
 *
 * @throws Error when the database belongs to a newer graphile-worker that this one can't work with.
 */
export async function installQueue(url: string): Promise<void> {
  // a pool of graphile-worker's own would still be closing when this returns
  const pgPool = new Pool({ connectionString: url, max: 1 });
  // a server that goes while the pool takes leave is no trouble any more
  pgPool.on('error', () => undefined);
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => undefined) });
  } finally {
    await pgPool.end();
  }
}
