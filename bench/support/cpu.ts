import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import type { Client } from 'pg';

/** CPU time in milliseconds, user and system, since its process began; null where /proc is missing. */
export type CpuMs = number | null;

/** Only Linux tells the CPU time of other processes through files. */
export const cpuIsKnown = platform() === 'linux';

const tickMs = cpuIsKnown ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'])) : 0;

interface Stat {
  parent: number;
  /** Ticks of the process itself. */
  own: number;
  /** Ticks of its children that have ended. */
  ended: number;
}

/** CPU time of one process, all its threads included; null also when it is gone. */
export function processCpu(pid: number): CpuMs {
  const stat = cpuIsKnown ? tryStat(pid) : null;
  return stat && stat.own * tickMs;
}

/**
 * CPU time of one process to the nanosecond, for short windows; null where the kernel does not tell.
 * Threads that have ended are left out, and Node keeps its own until the end.
 */
export function processCpuExactly(pid: number): CpuMs {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
  } catch {
    return processCpu(pid);
  }
}

/** Resident memory of a process at this moment, in MiB; null when it is gone or unknown. */
export function memoryMb(pid: number): number | null {
  return memoryLine(pid, 'VmRSS');
}

/** CPU time of PostgreSQL: the postmaster and every process that it has started, ended ones too. */
export function postgresCpu(postmaster: number | null): CpuMs {
  if (postmaster === null) return null;
  const { own, ended } = readStat(postmaster);
  let ticks = own + ended;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = tryStat(Number(name));
    if (stat?.parent === postmaster) ticks += stat.own;
  }
  return ticks * tickMs;
}

/** CPU time that all programs together have had on all cores. */
export function machineCpu(): CpuMs {
  if (!cpuIsKnown) return null;
  const [user, nice, system, , , irq, softIrq, stolen] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .replace(/^cpu +/, '')
    .split(' ')
    .map(Number) as [number, number, number, number, number, number, number, number];
  return (user + nice + system + irq + softIrq + stolen) * tickMs;
}

/** What was spent between two readings; null when one of them is unknown. */
export function difference(after: CpuMs, before: CpuMs): CpuMs {
  return after === null || before === null ? null : after - before;
}

/** The process id of the postmaster behind a connection on this machine; null where /proc is missing. */
export async function postmasterOf(client: Client): Promise<number | null> {
  if (!cpuIsKnown) return null;
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() pid');
  return readStat(rows[0]!.pid).parent;
}

/** Largest resident memory that a process has had, in MiB; null when it is gone or unknown. */
export function peakMemoryMb(pid: number): number | null {
  return memoryLine(pid, 'VmHWM');
}

function memoryLine(pid: number, name: 'VmRSS' | 'VmHWM'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

function readStat(pid: number): Stat {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the program's name stands in brackets and may hold blanks and brackets itself
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [
    number,
    number,
    number,
    number,
  ];
  return { parent: fields[1]!, own: user + system, ended: endedUser + endedSystem };
}

/** A process may end between the listing and the look. */
function tryStat(pid: number): Stat | null {
  try {
    return readStat(pid);
  } catch {
    return null;
  }
}
