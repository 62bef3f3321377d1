/**
 * Commands over one data directory share the PostgreSQL of whichever of them started it. Each of the
 * others holds a lock in it, for which its owner waits in the end. The locks end with their sessions,
 * so also with a `kill -9`.
 */
import { once } from 'node:events';
import { Client } from 'pg';
import { advisoryLocks } from '../db/advisory-locks';

const LOCK = advisoryLocks.sharedDatabase;

/** A session that keeps a database up. */
export interface Hold {
  release(): Promise<void>;
}

/** Keeps the database of another command up until it is released; rejects when it is on its way out. */
export async function holdDatabase(url: string): Promise<Hold> {
  const client = await connect(url);
  try {
    await client.query('select pg_advisory_lock_shared($1)', [LOCK]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return { release: () => client.end() };
}

/**
 * Waits until no other command holds the database, or for a stop.
 * @param onWait called when there is one to wait for.
 */
export async function untilReleased(
  url: string,
  stop: AbortSignal,
  onWait: () => void,
): Promise<void> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ free: boolean }>(
      'select pg_try_advisory_lock($1) as free',
      [LOCK],
    );
    if (rows[0]?.free || stop.aborted) return;
    onWait();
    const released = client.query('select pg_advisory_lock($1)', [LOCK]);
    await Promise.race([released, once(stop, 'abort')]);
    // ending the session cuts the wait short
    released.catch(() => undefined);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'parley command' });
  // a lost connection is told by the next statement; without a listener it would end the process
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
