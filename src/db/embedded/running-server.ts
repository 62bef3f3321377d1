import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionUrl } from './connection-url';
import { isAlive, isServerOf, readPostmaster } from './postmaster';

/**
 * The connection string of the embedded PostgreSQL that another process is running over a data
 * directory, or null when none is. For commands that work beside a running Parley.
 */
export async function findRunningPostgres(
  dataDir: string,
  database = 'parley',
): Promise<string | null> {
  try {
    const home = join(await realpath(dataDir), 'postgres');
    const data = join(home, 'data');
    const record = await readPostmaster(data);
    if (record?.status !== 'ready' || !isAlive(record.pid)) return null;
    if (!(await isServerOf(record.pid, data))) return null;
    const password = (await readFile(join(home, 'password'), 'utf8')).trim();
    return connectionUrl(record.port, password, database);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
