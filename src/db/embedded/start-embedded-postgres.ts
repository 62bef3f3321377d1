/**
 * The embedded PostgreSQL: the real server, started as a child process over a cluster in the data
 * directory, for whoever has set no DATABASE_URL.
 */
import { locateBinaries } from './binaries';
import { openCluster } from './cluster';
import { connectionUrl } from './connection-url';

import { OwnedServer } from './owned-server';
import { createClient, type ServerAddress } from './ownership';

/** A running embedded PostgreSQL that belongs to this process. */
export interface EmbeddedPostgres {
  /** Connection string of the superuser to the database: `postgres://…@127.0.0.1:PORT/parley`. */
  url: string;
  port: number;
  /** Closes every connection and ends the server; resolves when it is gone. Can be called again. */
  stop(): Promise<void>;
}

/** Where the embedded PostgreSQL lives and how it runs. */
export interface EmbeddedOptions {
  /** PARLEY_DATA_DIR; the cluster lives in `<dataDir>/postgres`. */
  dataDir: string;
  /** Gets a line for a person when something takes time or goes wrong. */
  log?: (line: string) => void;
  /** Settings of the server beside the defaults, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** The database to connect to, created when absent; default `parley`. */
  database?: string;
}

/**
 * Starts the embedded PostgreSQL, after creating its cluster the first time. The server outlives a
 * process that is killed; the next start over the same directory takes the data over.
 *
 * @throws EmbeddedPostgresError `IN_USE` when a living process owns the data directory, `DATA_DIR`
 * when the directory cannot be used, `START_FAILED` when the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log = () => undefined, settings = {}, database = 'parley' } = options;
  const binaries = await locateBinaries();
  const durable = settings['fsync'] !== 'off';
  const cluster = await openCluster({ dataDir, binaries, durable, log });
  const server = await OwnedServer.start({ cluster, binaries, settings, log });
  const { port } = server;
  const { password } = cluster;
  try {
    await ensureDatabase({ port, password }, database);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: connectionUrl(port, password, database),
    port,
    stop: () => server.stop(),
  };
}

async function ensureDatabase(address: ServerAddress, name: string): Promise<void> {
  const client = createClient(address);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
