import { execFile } from 'node:child_process';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POLL_MS = 25;
/** Time for an orderly stop, and then for an immediate one. */
const STOP_LIMIT_MS = 10_000;

/** What `postmaster.pid` says of the server that wrote it, which need not live any more. */
export interface PostmasterRecord {
  pid: number;
  port: number;
  /** `starting`, `ready` or `stopping`; empty while the file is being written. */
  status: string;
  /** Milliseconds since the status changed. */
  age: number;
}

/** Reads `postmaster.pid`; nothing when no server has left one. */
export async function readPostmaster(data: string): Promise<PostmasterRecord | undefined> {
  try {
    const file = join(data, 'postmaster.pid');
    const [text, { mtimeMs }] = [await readFile(file, 'utf8'), await stat(file)];
    const lines = text.split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    if (Number.isNaN(pid)) return undefined;
    return {
      pid,
      port: Number.parseInt(lines[3] ?? '', 10),
      status: (lines[7] ?? '').trim(),
      age: Date.now() - mtimeMs,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process with this id exists, be it ours or not. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether a process is a server over this data directory. A process id alone proves nothing: after
 * a crash of the machine it may have gone to any other process, even to the server of another
 * directory, and a dead server that nobody reaped keeps its own.
 */
export async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const [program = '', ...args] = await commandLine(pid);
  if (basename(program) !== 'postgres') return false;
  const flag = args.indexOf('-D');
  const served = flag < 0 ? undefined : args[flag + 1];
  if (served === undefined || served === data) return true;
  // The directory may have been renamed under a running server; only another one acquits it.
  const [theirs, ours] = await Promise.all([stat(served).catch(() => undefined), stat(data)]);
  return theirs === undefined || (theirs.ino === ours.ino && theirs.dev === ours.dev);
}

async function commandLine(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  } catch {
    // No /proc outside Linux; ps joins the arguments, so only the program can be told.
    const { stdout } = await run('ps', ['-ww', '-o', 'comm=', '-p', String(pid)]).catch(() => ({
      stdout: isAlive(pid) ? 'postgres' : '',
    }));
    return [stdout.trim()];
  }
}

/**
 * Removes a `postmaster.pid` that names a process which is no server of this directory: PostgreSQL
 * itself gives way to any living process of the same user.
 */
export async function discardRecord(data: string, pid: number): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const aside = `${file}.stale-${process.pid}`;
  try {
    await rename(file, aside);
    const taken = Number.parseInt(await readFile(aside, 'utf8'), 10);
    // A server started since we looked; its record goes back.
    if (taken !== pid) await rename(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Stops a server: first in order (sessions are cut off, a checkpoint is written), after ten seconds
 * at once (the next start recovers from the log).
 *
 * @param hasEnded asked again and again until it is true.
 * @returns whether the server has ended.
 */
export async function stopServer(
  pid: number,
  hasEnded: () => boolean | Promise<boolean>,
): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (await hasEnded()) return true;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const limit = Date.now() + STOP_LIMIT_MS;
    while (Date.now() < limit) {
      if (await hasEnded()) return true;
      await delay(POLL_MS);
    }
  }
  return false;
}
