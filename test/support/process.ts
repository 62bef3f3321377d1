import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from './client';

const runner = join(__dirname, '../process/run-source.mjs');
const sources = join(__dirname, '../../src');

/** Variables for a child; undefined removes one that it would have otherwise. */
export type Variables = Record<string, string | undefined>;

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What a command came to. */
export interface Ran extends End {
  stdout: string;
  stderr: string;
}

export interface SpawnOptions {
  env?: Variables;
  /** The working directory; absent: that of the tests. */
  cwd?: string;
  /** Runs it as another account, which only root can do. */
  uid?: number;
  args?: readonly string[];
}

const children = new Set<Running>();
const directories = new Set<string>();

/** Ends what a test left running, and removes what it left on disk; for `afterAll`. */
export async function endProcesses(): Promise<void> {
  await Promise.all([...children].map((child) => child.kill('SIGKILL')));
  for (const directory of directories) {
    const postmaster = await postmasterOf(join(directory, 'data'));
    if (postmaster !== null && (await alive([postmaster])).length > 0) {
      process.kill(postmaster, 'SIGQUIT');
      await until(
        async () => (await alive([postmaster])).length === 0,
        'the left-over PostgreSQL ends',
      );
    }
    await rm(directory, { recursive: true, force: true });
  }
  directories.clear();
}

/** A path for a data directory that does not exist yet, where any account could make it. */
export async function newDataDir(): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'parley-process-')));
  await chmod(parent, 0o777);
  directories.add(parent);
  return join(parent, 'data');
}

/** A process of Parley's, run from the sources in a process group of its own, as by a shell. */
export class Running {
  readonly child: ChildProcess;
  readonly end: Promise<End>;
  stdout = '';
  stderr = '';
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(entry: string, { env = {}, cwd, uid, args = [] }: SpawnOptions = {}) {
    this.child = spawn(process.execPath, [runner, join(sources, entry), ...args], {
      detached: true,
      cwd,
      env: environment(env),
      ...(uid !== undefined && { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.wake();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.wake();
    });
    children.add(this);
    this.end = once(this.child, 'close').then((end) => {
      this.ended = true;
      children.delete(this);
      this.wake();
      const [code, signal] = end as [End['code'], End['signal']];
      return { code, signal };
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  /** Waits until the output holds something; throws when the process ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found) return found;
      if (this.ended) throw new Error(`It ended before it said ${pattern.source}:\n${this.output}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Sends a signal to the process alone and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<End> {
    this.child.kill(signal);
    return this.end;
  }

  /** Sends a signal to its whole group, as a terminal does for Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }
}

/** A server that is up. */
export class Server extends Running {
  url = '';
  /** The token of the banner, where it printed one. */
  token: string | null = null;

  /** Starts a server on a free port and waits for its banner; throws with its output when it ends. */
  static async start(options: SpawnOptions = {}): Promise<Server> {
    const server = new Server('main.ts', options);
    await server.says(/Parley is up[^]*\n\n$/);
    server.url = /GraphQL +(\S+)\/graphql/.exec(server.stdout)![1]!;
    server.token = /Token +(parley_\S+)/.exec(server.stdout)?.[1] ?? null;
    return server;
  }

  /** A caller with the banner's token, or another one. */
  as(token: string | null = this.token): Client {
    return new Client(`${this.url}/graphql`, token);
  }
}

/** Runs a command of the CLI to its end. */
export function parley(args: readonly string[], options: SpawnOptions = {}): Promise<Ran> {
  return run('cli/bin.ts', { ...options, args });
}

/** Runs an entry of the sources to its end. */
export async function run(entry: string, options: SpawnOptions = {}): Promise<Ran> {
  const running = new Running(entry, options);
  const end = await running.end;
  return { ...end, stdout: running.stdout, stderr: running.stderr };
}

/** The environment of the tests without what configures Parley, on a port that is free. */
function environment(env: Variables): NodeJS.ProcessEnv {
  const configures = /^(PARLEY_.*|DATABASE_URL|NATS_URL|HOST|PORT|LOG_LEVEL|PG.*)$/;
  const kept = Object.entries(process.env).filter(([name]) => !configures.test(name));
  return { ...Object.fromEntries(kept), PORT: '0', PARLEY_DEMO: 'off', ...env };
}

interface Listed {
  pid: number;
  parent: number;
  args: string;
}

/** Every process that lives; the dead that nobody reaped are left out. */
async function listProcesses(): Promise<Listed[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,args=']);
  return stdout.split('\n').flatMap((text) => {
    const [, pid, parent, state, args = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(text) ?? [];
    if (state === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), args }];
  });
}

/** The process ids of the PostgreSQL over a data directory, none when it is down. */
export async function postgresOf(dataDir: string): Promise<number[]> {
  const all = await listProcesses();
  const roots = all
    .filter(({ args }) => args.includes(dataDir) && /^\S*(postgres|initdb)\b/.test(args))
    .map(({ pid }) => pid);
  return all
    .filter(({ pid, parent }) => roots.includes(pid) || roots.includes(parent))
    .map(({ pid }) => pid);
}

/** Those of some processes that live. */
export async function alive(pids: readonly number[]): Promise<number[]> {
  const all = await listProcesses();
  return pids.filter((wanted) => all.some(({ pid }) => pid === wanted));
}

/** The postmaster that a data directory's record names, which need not live any more. */
export async function postmasterOf(dataDir: string): Promise<number | null> {
  try {
    const pid = Number.parseInt(
      await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'),
      10,
    );
    return Number.isNaN(pid) ? null : pid;
  } catch {
    return null;
  }
}

/** Looks again and again until something holds; throws, with what was waited for, after 20 seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
