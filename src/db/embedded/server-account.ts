/**
 * PostgreSQL refuses to run as root, and initdb wants its user to have a name. Instead of adding a
 * user to the system, the server is started in the first of a few ways that works here. Each way is
 * tried with the real binary and directory, because modes, ACLs, mounts and container profiles
 * decide it together.
 */
import { execFile, type ExecFileException, type SpawnOptions } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/** The uid and gid of `nobody` on Linux. */
const NOBODY = 65_534;

const run = promisify(execFile);

/** The user and group that own a file. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A way to run the PostgreSQL programs without the rights of root. */
export interface ServerAccount extends Owner {
  /** What to spawn so that `file` runs as this account; the process keeps the pid of the spawn. */
  command(file: string, args: readonly string[]): AccountCommand;
}

/** The arguments of a `spawn`. */
export interface AccountCommand {
  file: string;
  args: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'>;
}

/** What an account has to be able to do. */
export interface AccountNeeds {
  binaries: Binaries;
  /** A directory that the account must be able to enter. */
  directory: string;
  /** The owner of an existing cluster, or the owners to prefer for a new one, best first. */
  owners: readonly Owner[];
  /** initdb looks its user up by name, the server does not. */
  named: boolean;
}

/** PostgreSQL gets a small environment of its own: nothing of ours is meant for it. */
const SPAWN_OPTIONS = {
  cwd: '/',
  env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' },
};

/** The user and group of this process. */
export function ourselves(): Owner {
  return { uid: process.getuid?.() ?? NOBODY, gid: process.getgid?.() ?? NOBODY };
}

/** The unprivileged owner of a cluster that root creates in a directory of its own. */
export const unprivileged: Owner = { uid: NOBODY, gid: NOBODY };

/**
 * Chooses the account that runs the server.
 *
 * @throws EmbeddedPostgresError `DATA_DIR` when no account can reach both binaries and directory.
 */
export async function chooseAccount(needs: AccountNeeds): Promise<ServerAccount> {
  const failures: string[] = [];
  for (const account of needs.owners.flatMap(accountsOf)) {
    const failure = await probe(account, needs);
    if (failure === undefined) return account;
    failures.push(failure);
  }
  const reasons = [...new Set(failures)].map((reason) => `  ${reason}`).join('\n');
  throw new EmbeddedPostgresError(
    'DATA_DIR',
    `No account here can run PostgreSQL (which refuses root) with both ${dirname(needs.binaries.postgres)} ` +
      `and ${needs.directory}. Run Parley as an ordinary user with an entry in /etc/passwd, move both below ` +
      `directories that every user may enter, or set DATABASE_URL to a PostgreSQL of your own.\n${reasons}`,
  );
}

function accountsOf(owner: Owner): ServerAccount[] {
  const us = ourselves();
  if (us.uid === owner.uid) {
    return us.uid === 0 ? [inUserNamespace(us)] : [direct(us), inUserNamespace(us)];
  }
  if (us.uid !== 0) return [];
  // With only one capability more, it can enter what root keeps to itself, such as /root; container
  // runtimes often withhold the first and grant the second.
  return [
    direct(owner),
    withCapability(owner, 'dac_read_search'),
    withCapability(owner, 'dac_override'),
  ];
}

function direct({ uid, gid }: Owner): ServerAccount {
  const switched = uid === ourselves().uid ? {} : { uid, gid };
  return {
    uid,
    gid,
    command: (file, args) => ({
      file,
      args: [...args],
      options: { ...SPAWN_OPTIONS, ...switched },
    }),
  };
}

function withCapability({ uid, gid }: Owner, capability: string): ServerAccount {
  const only = `-all,+${capability}`;
  const flags = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
    // Without it access(2) ignores the capability, and PostgreSQL takes its own binary for unreadable.
    '--securebits=+no_setuid_fixup',
  ];
  return {
    uid,
    gid,
    command: (file, args) => ({
      file: 'setpriv',
      args: [...flags, '--', file, ...args],
      options: SPAWN_OPTIONS,
    }),
  };
}

/** In a user namespace without a mapping we look like `nobody`, and the files stay ours outside. */
function inUserNamespace(owner: Owner): ServerAccount {
  return {
    ...owner,
    command: (file, args) => ({
      file: 'unshare',
      args: ['--user', '--', file, ...args],
      options: SPAWN_OPTIONS,
    }),
  };
}

async function probe(account: ServerAccount, needs: AccountNeeds): Promise<string | undefined> {
  const name = needs.named ? ' && id -un' : '';
  const script = `cd -- "$1" && "$2" --version && "$3" --version${name}`;
  const { initdb, postgres } = needs.binaries;
  const { file, args, options } = account.command('/bin/sh', [
    '-c',
    script,
    'probe',
    needs.directory,
    postgres,
    initdb,
  ]);
  try {
    const { stderr } = await run(file, args, options);
    // PostgreSQL only warns of a binary that it cannot read, and fails later.
    return stderr === '' ? undefined : stderr.trim();
  } catch (error) {
    const { stderr, message } = error as ExecFileException;
    return stderr?.trim() || message;
  }
}
