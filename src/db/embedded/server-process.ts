import { spawn } from 'node:child_process';
import { constants, open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { readPostmaster, stopServer } from './postmaster';
import { ourselves } from './server-account';

const POLL_MS = 25;
/** Time until the server says that it is starting or ready. */
const START_LIMIT_MS = 60_000;
/** Time for the recovery after a crash, which may have much to replay. */
const RECOVERY_LIMIT_MS = 10 * 60_000;
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
const LOG_TAIL_LINES = 12;

const DEFAULT_SETTINGS = {
  max_connections: '100',
  shared_buffers: '256MB',
  jit: 'off',
  autovacuum_naptime: '10s',
  wal_level: 'replica',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What the server has to say of itself. Failed statements are told to their caller; here they
  // would grow the file without bound and leave personal data in it.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** A PostgreSQL server that this process has started. */
export interface ServerProcess {
  pid: number;
  port: number;
  /** Resolves, with the reason in words, when the server has ended for whatever reason. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** Stops the server; false when it is still there after all patience. */
  stop(): Promise<boolean>;
}

/** Reasons that pass: a port taken at the last moment, a rival, or remains of a dead server. */
const PASSING =
  /could not bind|"postmaster\.pid" already exists|shared memory block .* still in use/;

/** The server ended before it was of use, but another attempt may succeed. */
export class EarlyExitError extends Error {}

/**
 * Starts a server over a cluster, on a free port of 127.0.0.1 only, and waits until it is ready.
 *
 * @throws EarlyExitError when it ends for a passing reason, EmbeddedPostgresError `START_FAILED` when
 * it ends for any other or hangs.
 */
export async function launchServer(
  cluster: Cluster,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const port = await findFreePort();
  const log = await openLog(cluster);
  const { size } = await log.stat();
  try {
    const server = spawnServer(cluster, binaries, { ...DEFAULT_SETTINGS, ...settings }, port, log);
    await server.spawned;
    await waitUntilReady(server, cluster, size);
    return server;
  } finally {
    await log.close();
  }
}

function spawnServer(
  cluster: Cluster,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
  port: number,
  log: FileHandle,
): ServerProcess & { spawned: Promise<void> } {
  const all = {
    ...settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    // No socket files: their path has a length limit, and a directory that all may write to.
    unix_socket_directories: '',
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, args, options } = cluster.account.command(binaries.postgres, [
    '-D',
    cluster.data,
    ...flags,
  ]);
  // Detached: a Ctrl-C at the terminal reaches only us, and we still need the database to drain.
  const child = spawn(file, args, {
    ...options,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  // It must not keep a process alive that has failed to claim it.
  child.unref();
  const ended = new Promise<string>((settle) => {
    child.once('exit', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    ended,
    hasEnded,
    spawned: new Promise((settle, reject) => {
      child.once('spawn', settle);
      child.once('error', reject);
    }),
    stop: () => stopServer(pid, hasEnded),
  };
}

async function waitUntilReady(
  server: ServerProcess,
  cluster: Cluster,
  logStart: number,
): Promise<void> {
  const began = Date.now();
  for (;;) {
    const record = await readPostmaster(cluster.data);
    const own = record?.pid === server.pid ? record : undefined;
    if (own?.status === 'ready') return;
    if (server.hasEnded()) {
      const tail = await readLogTail(cluster, logStart);
      const end = await server.ended;
      // An orderly end is the work of another start, which is replacing our server.
      if (end === 'exit code 0' || PASSING.test(tail)) throw new EarlyExitError(tail);
      throw startFailed(cluster, `${tail}\n(${end})`);
    }
    const limit = own === undefined ? START_LIMIT_MS : RECOVERY_LIMIT_MS;
    if (Date.now() - began > limit) {
      await server.stop();
      const tail = await readLogTail(cluster, logStart);
      throw startFailed(cluster, `${tail}\n(not ready after ${limit / 1000} seconds)`);
    }
    await delay(POLL_MS);
  }
}

/** The error for a server that does not start; the reason is what the server itself says. */
export function startFailed({ home }: Cluster, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'START_FAILED',
    `PostgreSQL does not start over ${home}. Correct what it reports, set PARLEY_DATA_DIR to another directory, ` +
      `or set DATABASE_URL to a PostgreSQL of your own.\n${reason}`,
  );
}

/** A port that is free now; a server that finds it taken meanwhile is started again. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', settle);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((settle) => server.close(settle));
  return port;
}

async function openLog({ home, logFile }: Cluster): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const log = await open(logFile, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    if ((await log.stat()).size > LOG_LIMIT_BYTES) await log.truncate();
    if (ourselves().uid === 0) {
      const keeper = await stat(home);
      await log.chown(keeper.uid, keeper.gid);
    }
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function readLogTail({ logFile }: Cluster, start: number): Promise<string> {
  const written = (await readFile(logFile)).subarray(start).toString().trim();
  return written.split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
