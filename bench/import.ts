import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrate } from '../src/db/migrate';
import { runToEnd } from './support/child';
import { difference, postgresCpu } from './support/cpu';
import { createDatabase, dropDatabase, startPostgres, type BenchServer } from './support/database';
import { ratio } from './support/measure';
import { printResult, printTable } from './support/report';
import { BenchError, type Run } from './support/run';
import { median, rounded } from './support/statistics';
import { writeTwcsFile } from './support/twcs-file';

const full = { rows: 200_000, rounds: 3 };
const quick = { rows: 10_000, rounds: 2 };

/** The file brought in once. */
interface Pass {
  seconds: number;
  /** Largest resident memory of the importing process in MiB. */
  memoryMb: number | null;
  /** CPU milliseconds of the importing process and of PostgreSQL. */
  nodeCpuMs: number | null;
  postgresCpuMs: number | null;
}

/** An import of an archive by the command line, beside `COPY` of the same file into a bare table. */
export async function importFile(run: Run): Promise<void> {
  const { rows, rounds } = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const file = join(run.dataDir, `twcs-${rows}.csv`);
  run.say(`writing a file of ${rows.toLocaleString('en')} rows`);
  await writeTwcsFile(file, rows);

  const imports: Pass[] = [];
  const copies: Pass[] = [];
  const say = (what: string, { seconds }: Pass) =>
    run.say(`${what}: ${Math.round(rows / seconds).toLocaleString('en')} rows/s`);
  for (let round = 1; round <= rounds; round++) {
    imports.push(await importOnce(run, postgres, file, rows));
    say(`round ${round} of ${rounds}: Parley`, imports.at(-1)!);
    copies.push(await copyOnce(postgres, file, rows));
    say(`round ${round} of ${rounds}: COPY`, copies.at(-1)!);
  }
  for (const name of ['import', 'bare']) await dropDatabase(postgres, name);

  const ours = summary(imports, rows);
  const limit = summary(copies, rows);
  printTable(
    ['', 'rows/s', 'seconds', 'memory MB', 'CPU ms per row: node', 'PostgreSQL'],
    Object.entries({ Parley: ours, COPY: limit }).map(([name, each]) => [
      name,
      each.rowsPerSecond.toFixed(0),
      each.seconds.toFixed(2),
      each.memoryMb?.toFixed(0) ?? '-',
      each.nodeCpuMs?.toFixed(4) ?? '-',
      each.postgresCpuMs?.toFixed(4) ?? '-',
    ]),
  );
  printResult({
    bench: run.name,
    quick: run.quick,
    ours,
    limit,
    peers: {},
    ratios: { copy: ratio(ours.rowsPerSecond, limit.rowsPerSecond) },
    machine: postgres.machine,
  });
}

/** Imports into an empty, migrated database, and checks that every row has arrived. */
async function importOnce(
  run: Run,
  postgres: BenchServer,
  file: string,
  rows: number,
): Promise<Pass> {
  const url = await createDatabase(postgres, 'import');
  await migrate(url);
  await postgres.admin.query('checkpoint');
  const before = postgresCpu(postgres.postmaster);
  const { seconds, memoryMb, cpuMs } = await runToEnd(run, {
    name: 'parley import',
    script: join(__dirname, '..', 'src', 'cli', 'bin.js'),
    args: ['import', 'twcs', file],
    env: { DATABASE_URL: url, LOG_LEVEL: 'warn' },
  });
  const after = postgresCpu(postgres.postmaster);
  await expectRows(url, 'message', rows);
  return { seconds, memoryMb, nodeCpuMs: cpuMs, postgresCpuMs: difference(after, before) };
}

/** Copies the file into a table without keys or indexes. */
async function copyOnce(postgres: BenchServer, file: string, rows: number): Promise<Pass> {
  const url = await createDatabase(postgres, 'bare');
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(`create table tweet (
      tweet_id text, author_id text, inbound text, created_at text, body text,
      response_tweet_id text, in_response_to_tweet_id text)`);
    await client.query('checkpoint');
    const before = postgresCpu(postgres.postmaster);
    const ownBefore = process.cpuUsage();
    const began = performance.now();
    const copy = client.query(copyFrom('copy tweet from stdin with (format csv, header)'));
    await pipeline(createReadStream(file), copy);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(ownBefore);
    const postgresCpuMs = difference(postgresCpu(postgres.postmaster), before);
    await expectRows(url, 'tweet', rows);
    return { seconds, memoryMb: null, nodeCpuMs: (user + system) / 1000, postgresCpuMs };
  } finally {
    await client.end();
  }
}

async function expectRows(url: string, table: string, expected: number): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from ${table}`,
    );
    const { count } = rows[0]!;
    if (count !== expected) {
      throw new BenchError(`${table} has ${count} rows instead of ${expected}.`);
    }
  } finally {
    await client.end();
  }
}

/** Medians over the rounds, and the most memory of any. CPU is per row. */
function summary(passes: readonly Pass[], rows: number) {
  const seconds = median(passes.map((pass) => pass.seconds));
  const perRow = (pick: (pass: Pass) => number | null) => {
    const total = median(passes.map(pick));
    return total === null ? null : rounded(total / rows);
  };
  const memory = passes.map(({ memoryMb }) => memoryMb);
  return {
    rowsPerSecond: rounded(rows / seconds),
    seconds: rounded(seconds),
    memoryMb: memory.includes(null) ? null : rounded(Math.max(...(memory as number[]))),
    nodeCpuMs: perRow((pass) => pass.nodeCpuMs),
    postgresCpuMs: perRow((pass) => pass.postgresCpuMs),
  };
}
