import type { DataSource } from 'typeorm';
import { advisoryLocks } from './advisory-locks';
import { installQueue } from './install-queue';
import { createDataSource } from './data-source';

/** Raised when the database can't be used as it is; the message says what to change. */
export class DatabaseRefused extends Error {}

/**
 * Brings the schema up to date. Any number of processes may call it at once: one runs the
 * migrations, the others wait for it.
 * @returns the names of the migrations that ran here, oldest first.
 */
export function migrate(url: string): Promise<string[]> {
  return withMigrationLock(url, (ran) => Promise.resolve(ran));
}

/**
 * Brings the schema up to date and then does what only one process at a time may do at a start.
 * @param afterwards gets the names of the migrations that ran here, oldest first.
 */
export async function withMigrationLock<T>(
  url: string,
  afterwards: (ran: string[]) => Promise<T>,
): Promise<T> {
  const dataSource = createDataSource({ url, poolSize: 2 });
  await dataSource.initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await refuseOldServer(dataSource);
    await runner.query('select pg_advisory_lock($1)', [advisoryLocks.migration]);
    try {
      const ran = await dataSource.runMigrations();
      await installQueue(url);
      return await afterwards(ran.map((migration) => migration.name));
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [advisoryLocks.migration]);
      await runner.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

async function refuseOldServer(dataSource: DataSource): Promise<void> {
  const [{ version, encoding }] = await dataSource.query<[{ version: number; encoding: string }]>(
    `select current_setting('server_version_num')::int version, current_setting('server_encoding') encoding`,
  );
  if (version < 150_000) {
    throw new DatabaseRefused(
      `Parley needs PostgreSQL 15 or newer, and the server of DATABASE_URL is ${Math.floor(version / 10_000)}.`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseRefused(
      `Parley needs a database with the encoding UTF8, and that of DATABASE_URL has ${encoding}: create one with ENCODING 'UTF8'.`,
    );
  }
}
