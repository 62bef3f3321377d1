import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { initialiseCluster, removeAbandoned } from './initialise-cluster';
import { chooseAccount, ourselves, type ServerAccount } from './server-account';

/** A PostgreSQL cluster on disk. */
export interface Cluster {
  /** `<dataDir>/postgres`, which holds the rest. */
  home: string;
  /** PostgreSQL's own data directory. */
  data: string;
  /** Output of the server. */
  logFile: string;
  /** Password of the superuser. */
  password: string;
  /** Runs the server. */
  account: ServerAccount;
}

/** Where a cluster lives, and how to create one that does not exist yet. */
export interface ClusterOptions {
  dataDir: string;
  binaries: Binaries;
  /** False to skip syncing a new cluster to disk (for tests). */
  durable: boolean;
  log: (line: string) => void;
}

/**
 * Opens the cluster below a data directory, and creates both when needed.
 *
 * @throws EmbeddedPostgresError `DATA_DIR` when the directory cannot be used, `START_FAILED` when
 * the cluster cannot be created.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  try {
    await mkdir(options.dataDir, { recursive: true });
    // The real path is what the server is started with, and later recognised by.
    const dataDir = await realpath(options.dataDir);
    const home = join(dataDir, 'postgres');
    await removeAbandoned(home);
    if (!(await exists(home))) await initialiseCluster(home, options);
    return await readCluster(home, options.binaries);
  } catch (error) {
    throw explainAccess(error, options.dataDir);
  }
}

async function readCluster(home: string, binaries: Binaries): Promise<Cluster> {
  const data = join(home, 'data');
  if (!(await exists(join(home, 'password'))) || !(await exists(data))) {
    throw new EmbeddedPostgresError(
      'DATA_DIR',
      `${home} exists, but holds no PostgreSQL cluster of Parley. Move it away, or set PARLEY_DATA_DIR to another directory.`,
    );
  }
  const owner = await stat(data);
  const us = ourselves();
  if (us.uid !== 0 && us.uid !== owner.uid) throw foreignOwner(home, owner.uid, us.uid);
  return {
    home,
    data,
    logFile: join(home, 'server.log'),
    password: (await readFile(join(home, 'password'), 'utf8')).trim(),
    account: await chooseAccount({ binaries, directory: home, owners: [owner], named: false }),
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

function foreignOwner(home: string, owner: number, us: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DATA_DIR',
    `The database in ${home} belongs to user id ${owner}, and this process runs as user id ${us}. ` +
      `Start Parley as the user that created it, give it away with \`sudo chown -R ${us} ${home}\` ` +
      'while Parley is stopped, or set PARLEY_DATA_DIR to another directory.',
  );
}

function explainAccess(error: unknown, dataDir: string): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (error instanceof EmbeddedPostgresError || code === undefined) return error;
  return new EmbeddedPostgresError(
    'DATA_DIR',
    `The data directory ${dataDir} cannot be used by user id ${ourselves().uid}: ${message}. ` +
      `Give this user the right to read and write ${path ?? dataDir}, or set PARLEY_DATA_DIR to another directory.`,
    { cause: error },
  );
}
