import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { peakMemoryMb, processCpu } from './cpu';
import { BenchError, type Run } from './run';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5_000;
const POLL_MS = 50;
const STDERR_TAIL = 4_000;

/** A server in a process of its own that is measured. */
export interface Server {
  name: string;
  pid: number;
  /** `http://127.0.0.1:PORT` */
  url: string;
}

/** How to start a server: a Node script that listens on PORT and answers `/health/ready` with 200. */
export interface ServerCommand {
  name: string;
  script: string;
  cwd?: string;
  /** Behind the script. */
  args?: readonly string[];
  env: Record<string, string>;
}

/** The flags that `npm start` gives to Node; every contender gets them. */
function nodeFlags(): string[] {
  const manifest = readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Starts a server and waits until it is ready; the run fails when the server ends before it. */
export async function startServer(run: Run, command: ServerCommand): Promise<Server> {
  const { name, script, cwd, args = [] } = command;
  const port = await freePort();
  const env = {
    ...ownEnvironment(),
    NODE_ENV: 'production',
    ...command.env,
    PORT: String(port),
  };
  const child = spawn(process.execPath, [...nodeFlags(), script, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const failed = watch(run, name, child);
  await run.atEnd(() => stop(child));
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([untilReady(name, `${url}/health/ready`), failed]);
  return { name, pid: child.pid!, url };
}

/** Starts a Node script that talks over IPC; the run fails when it ends before it. */
export async function startHelper(run: Run, name: string, script: string): Promise<ChildProcess> {
  const child = fork(script, { env: ownEnvironment(), stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  void watch(run, name, child).catch(() => undefined);
  await run.atEnd(() => stop(child));
  return child;
}

/** A Node script that runs to its end. */
export interface Task {
  name: string;
  script: string;
  args: string[];
  env: Record<string, string>;
}

/** What a task took. */
export interface TaskResult {
  seconds: number;
  /** Largest resident memory in MiB; null where it can't be read. */
  memoryMb: number | null;
  /** CPU milliseconds of the process; null where it can't be read. */
  cpuMs: number | null;
}

/** Runs a script to its end and watches what it takes; an exit code other than 0 is an error. */
export async function runToEnd(run: Run, { name, script, args, env }: Task): Promise<TaskResult> {
  const began = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...ownEnvironment(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const tail = keepTail(child);
  await run.atEnd(() => stop(child));
  let memoryMb: number | null = null;
  let cpuMs: number | null = null;
  // both only rise, so the last look tells them but for the last moment
  const watching = setInterval(() => {
    memoryMb = peakMemoryMb(child.pid!) ?? memoryMb;
    cpuMs = processCpu(child.pid!) ?? cpuMs;
  }, POLL_MS);
  const [code, signal] = await ended.finally(() => clearInterval(watching));
  if (code !== 0) {
    throw new BenchError(`${name} failed (${signal ?? `exit code ${code}`}).\n${tail()}`);
  }
  return { seconds: (performance.now() - began) / 1000, memoryMb, cpuMs };
}

/** Our environment without what would configure Parley or PostgreSQL behind the benchmark's back. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const configures = /^(PARLEY_|PG|DATABASE_URL$|PORT$|HOST$|LOG_LEVEL$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !configures.test(name)));
}

/** Ends a process by SIGTERM, and by SIGKILL when that does not help. */
export async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  stopping.add(child);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(patience);
}

const stopping = new WeakSet<ChildProcess>();

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Rejects, and fails the run, when the process ends without being asked to. */
function watch(run: Run, name: string, child: ChildProcess): Promise<never> {
  const tail = keepTail(child);
  const failed = new Promise<never>((_resolve, reject) => {
    const end = (reason: string) => {
      if (stopping.has(child)) return;
      const error = new BenchError(`${name} has ended (${reason}).\n${tail()}`);
      reject(error);
      run.fail(error);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  failed.catch(() => undefined);
  return failed;
}

/** Remembers the last that a process has written to stderr. */
function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL);
  });
  return () => tail.trim();
}

async function untilReady(name: string, url: string): Promise<void> {
  for (const limit = Date.now() + START_LIMIT_MS; ; await delay(POLL_MS)) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > limit) {
      throw new BenchError(`${name} is not ready after ${START_LIMIT_MS / 1000} s.`);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
