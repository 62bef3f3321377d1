import { Logger, runMigrations } from 'graphile-worker';

/**
 * Installs or updates the tables of graphile-worker, in the schema `graphile_worker`. To be called
 * under the lock of the migrations, as the role that owns Parley's tables.
 *
 * @throws Error when the database belongs to a newer graphile-worker that this one can't work with.
 */
export async function installQueue(url: string): Promise<void> {
  await runMigrations({
    connectionString: url,
    maxPoolSize: 1,
    logger: new Logger(() => () => undefined),
  });
}
