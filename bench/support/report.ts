import { cpus, totalmem, type } from 'node:os';
import type { Client } from 'pg';
import { cpuPerRequest, type Figures } from './measure';

/** Where a benchmark ran. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  /** Its version; null where none took part. */
  postgres: string | null;
}

/** Share of the machine's CPU that others may take before figures are not worth much. */
const MOST_OTHER_LOAD = 0.1;

/** What a benchmark ends with: one line of JSON, everything from the same run. */
export interface Result {
  bench: string;
  quick: boolean;
  ours: object;
  /** The same work done by hand, without a platform around it. */
  limit: object | null;
  peers: Record<string, object>;
  /** What `ours` comes to, beside what each ratio is named after. */
  ratios: Record<string, number | null>;
  /** `otherLoad`: share of the CPU of all cores that went to other programs during the measurement. */
  machine: Machine & { otherLoad?: number | null };
}

/** Describes this machine and the PostgreSQL behind a connection, if there is one. */
export async function describeMachine(client: Client | null): Promise<Machine> {
  const found = await client?.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.versions.node,
    postgres: found?.rows[0]!.version ?? null,
  };
}

/** Prints figures side by side for a person. */
export function printFigures(figures: Record<string, Figures>): void {
  const rows = Object.entries(figures).map(([name, each]) => [
    name,
    each.requestsPerSecond.toFixed(0),
    each.p50Ms.toFixed(2),
    each.p99Ms.toFixed(2),
    cpuCell(each.nodeCpuMs),
    cpuCell(each.postgresCpuMs),
    cpuCell(cpuPerRequest(each)),
  ]);
  printTable(['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms: node', 'PostgreSQL', 'both'], rows);
}

/** Prints a table for a person: the first column to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

/** Prints the ratios for a person and then the result for machines, which is the last line. */
export function printResult(result: Result): void {
  for (const [name, value] of Object.entries(result.ratios)) {
    console.log(`${name}: ${value === null ? 'unknown' : value.toFixed(3)}`);
  }
  const { otherLoad } = result.machine;
  if (otherLoad != null && otherLoad > MOST_OTHER_LOAD) {
    const share = `${Math.round(otherLoad * 100)} %`;
    console.log(`Other programs took ${share} of the CPU: run it again on a quiet machine.`);
  }
  console.log(JSON.stringify(result));
}

function cpuCell(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
