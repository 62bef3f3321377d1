import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ClusterOptions } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { isAlive } from './postmaster';
import {
  chooseAccount,
  ourselves,
  unprivileged,
  type Owner,
  type ServerAccount,
} from './server-account';

/** The superuser of every embedded cluster. */
export const SUPERUSER = 'postgres';

/**
 * Creates the cluster in a directory beside `home` and moves it into place as a whole: it is there
 * completely or not at all, and of several first starts at once one wins and the others use its
 * cluster.
 *
 * @throws EmbeddedPostgresError `DATA_DIR` or `START_FAILED`.
 */
export async function initialiseCluster(home: string, options: ClusterOptions): Promise<void> {
  const { binaries, durable, log } = options;
  const directory = dirname(home);
  // Password and log belong to whoever owns the data directory, so that it can change hands.
  const keeper = await stat(directory);
  const account = await chooseAccount({
    binaries,
    directory,
    owners: ownersOfNew(keeper),
    named: true,
  });
  log(`Preparing a PostgreSQL database in ${home}`);
  const staging = await mkdtemp(stagingPrefix(home) + `${process.pid}-`);
  try {
    await prepare(staging, account);
    await runInitdb(staging, account, options);
    await give(join(staging, 'password'), keeper);
    await give(staging, keeper);
    if (durable) await sync(staging);
    await rename(staging, home).catch(ignoreOccupied);
    if (durable) await sync(directory);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Removes what first starts that were killed half-way have left beside `home`. */
export async function removeAbandoned(home: string): Promise<void> {
  const prefix = basename(stagingPrefix(home));
  for (const name of await readdir(dirname(home))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (isAlive(pid)) continue;
    await rm(join(dirname(home), name), { recursive: true, force: true });
  }
}

function stagingPrefix(home: string): string {
  return `${home}.new-`;
}

function ownersOfNew(keeper: Owner): Owner[] {
  const us = ourselves();
  if (us.uid !== 0) return [us];
  return keeper.uid === 0 ? [unprivileged, us] : [keeper, unprivileged, us];
}

async function prepare(staging: string, account: ServerAccount): Promise<void> {
  await chmod(staging, account.uid === ourselves().uid ? 0o700 : 0o711);
  const file = await open(join(staging, 'password'), 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(24).toString('base64url') + '\n');
    await file.sync();
  } finally {
    await file.close();
  }
  await mkdir(join(staging, 'data'), { mode: 0o700 });
  await give(join(staging, 'password'), account);
  await give(join(staging, 'data'), account);
}

async function give(path: string, owner: Owner): Promise<void> {
  if (ourselves().uid === 0) await chown(path, owner.uid, owner.gid);
}

async function runInitdb(
  staging: string,
  account: ServerAccount,
  { binaries, durable }: ClusterOptions,
): Promise<void> {
  const { file, args, options } = account.command(binaries.initdb, [
    `--pgdata=${join(staging, 'data')}`,
    `--pwfile=${join(staging, 'password')}`,
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built into PostgreSQL: sorts the same on every machine and needs no locale of the system.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]);
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const end = await new Promise<string>((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
  if (end === 'exit code 0') return;
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `initdb could not create a PostgreSQL database below ${dirname(staging)} (${end}). ` +
      `Correct what it reports, set PARLEY_DATA_DIR to another directory, or set DATABASE_URL.\n${output.trim()}`,
  );
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Another first start was faster; its cluster is as good as ours. */
function ignoreOccupied(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
