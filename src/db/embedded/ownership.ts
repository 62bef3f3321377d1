/**
 * A session-level advisory lock proves which process owns a running cluster: it ends with the
 * connection, so also with a `kill -9`, and cannot be left behind.
 */
import { dirname } from 'node:path';
import { Client } from 'pg';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { SUPERUSER } from './initialise-cluster';

const LOCK = [0x7061, 0x726c] as const;
const NAME = 'parley-owner';

/** Where a running cluster answers. */
export interface ServerAddress {
  port: number;
  password: string;
}

/** The answer to a claim: the session that holds the cluster, or who holds it already. */
export type Claim =
  { owned: true; session: Client } | { owned: false; ownerPid: number | undefined };

/** A superuser connection to one database of the cluster; the environment has no say in it. */
export function createClient(address: ServerAddress, database = 'postgres'): Client {
  const client = new Client({
    host: '127.0.0.1',
    port: address.port,
    user: SUPERUSER,
    password: address.password,
    database,
    ssl: false,
    options: '-c statement_timeout=0',
    application_name: `${NAME} ${process.pid}`,
    connectionTimeoutMillis: 10_000,
  });
  // A lost connection is told by `end`; without a listener the error would end the process.
  client.on('error', () => undefined);
  return client;
}

/**
 * Tries to become the owner of a running cluster.
 *
 * @throws EmbeddedPostgresError `DATA_DIR` when the server does not know the password; the error of
 * the connection when there is no answer.
 */
export async function claimOwnership(cluster: Cluster, port: number): Promise<Claim> {
  const session = createClient({ port, password: cluster.password });
  try {
    await session.connect();
    const { rows } = await session.query<{ owned: boolean }>(
      'select pg_try_advisory_lock($1, $2) as owned',
      [...LOCK],
    );
    if (rows[0]?.owned) return { owned: true, session };
    const ownerPid = await findOwner(session);
    await session.end();
    return { owned: false, ownerPid };
  } catch (error) {
    await session.end().catch(() => undefined);
    throw (error as { code?: string }).code === '28P01' ? wrongPassword(cluster, error) : error;
  }
}

/** The refusal of a second start over the same data directory. */
export function inUse({ home }: Cluster, ownerPid: number | undefined): EmbeddedPostgresError {
  const owner = ownerPid === undefined ? '' : ` (process ${ownerPid})`;
  return new EmbeddedPostgresError(
    'IN_USE',
    `Another Parley process${owner} is using ${dirname(home)}; stop it, or set PARLEY_DATA_DIR to another directory.`,
  );
}

function wrongPassword({ home }: Cluster, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DATA_DIR',
    `The password in ${home} is not that of its database. Restore the file \`password\`, ` +
      'or set PARLEY_DATA_DIR to another directory.',
    { cause },
  );
}

async function findOwner(session: Client): Promise<number | undefined> {
  const { rows } = await session.query<{ pid: number | null }>(
    `select substring(a.application_name from '^${NAME} (\\d+)$')::int as pid
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and (l.classid, l.objid) = ($1::oid, $2::oid)`,
    [...LOCK],
  );
  return rows[0]?.pid ?? undefined;
}
