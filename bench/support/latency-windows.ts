import type { Client } from 'pg';
import { watchCpu } from './cpu-watch';
import type { Helper } from './helper';
import type { PaceOrder, PipelineOrder, PipelineSkills } from './pipeline';
import { BenchError, type Run } from './run';
import { median, quantile, rounded } from './statistics';

/** A server that writes what it is posted to `message`, and sends it to whoever listens. */
export interface Line {
  name: string;
  pid: number;
  order: Omit<PipelineOrder, 'subscribers'>;
  /** Where the messages are; the number of each stands in `external_id` behind this and a dash. */
  database: Client;
  prefix: string;
  /** Like {@link committedAt}: when each message got its place in a log; absent where there is none. */
  sequencedAt?: string;
}

/** The paces that are measured. */
const paces = {
  '50/s': { perSecond: 50, subscribers: 1 },
  '500/s': { perSecond: 500, subscribers: 1 },
  '500/s to 10': { perSecond: 500, subscribers: 10 },
} as const;

export type PaceName = keyof typeof paces;
const paceNames = Object.keys(paces) as PaceName[];

/** Before each pace, its subscribers are warmed up at this one. */
const WARM_UP_PER_SECOND = 100;

/** How far the clocks of PostgreSQL and the clients may be apart, as they are read. */
const CLOCK_ERROR_MS = 0.2;

/** Writes under way when there are as many as can be. */
const FLOOD_UNDER_WAY = 32;

/** A steady pace of writes. Milliseconds; medians over the rounds. */
export interface PaceFigures {
  /** From the commit to the frame at a subscriber. */
  p50Ms: number;
  p99Ms: number;
  /** The part of the p50 until the event had its position; null where there is no such step. */
  sequencedP50Ms: number | null;
  /** The writes that were answered. */
  writesPerSecond: number;
  /** From the moment when a write was due to its answer. */
  writeP50Ms: number;
  writeP99Ms: number;
}

/** As many writes as are answered. CPU milliseconds per write; null where it can't be read. */
export interface FloodFigures {
  writesPerSecond: number;
  nodeCpuMs: number | null;
  postgresCpuMs: number | null;
}

/** What a line has reached. */
export interface LatencyFigures {
  paces: Record<PaceName, PaceFigures>;
  flood: FloodFigures;
}

/** Lengths in seconds. */
export interface LatencyPlan {
  rounds: number;
  warmUp: number;
  /** Of each pace. */
  seconds: number;
  flood: number;
}

export interface LatencyBench {
  run: Run;
  clients: Helper<PipelineSkills>;
  postmaster: number | null;
}

/** Writes to the lines in turn, at each pace, and then as much as they take. */
export async function measureLatency<Name extends string>(
  bench: LatencyBench,
  lines: Record<Name, Line>,
  plan: LatencyPlan,
): Promise<{ figures: Record<Name, LatencyFigures>; otherLoad: number | null }> {
  const names = Object.keys(lines) as Name[];
  const rounds = new Map(names.map((name) => [name, [] as LatencyFigures[]]));
  const otherLoads: (number | null)[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const shift = round % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
      bench.run.say(`round ${round + 1} of ${plan.rounds}: ${lines[name].name}`);
      const { otherLoad, ...figures } = await measureLine(bench, lines[name], plan);
      otherLoads.push(otherLoad);
      rounds.get(name)!.push(figures);
    }
  }
  const medians = names.map((name) => [name, mediansOf(rounds.get(name)!)] as const);
  return {
    figures: Object.fromEntries(medians) as Record<Name, LatencyFigures>,
    otherLoad: rounded(median(otherLoads), 2),
  };
}

async function measureLine(
  bench: LatencyBench,
  line: Line,
  plan: LatencyPlan,
): Promise<LatencyFigures & { otherLoad: number | null }> {
  const { run, clients } = bench;
  const figures = {} as Record<PaceName, PaceFigures>;
  for (const name of paceNames) {
    const { perSecond, subscribers } = paces[name];
    await clients.ask('open', { ...line.order, subscribers });
    await clients.ask('pace', { perSecond: WARM_UP_PER_SECOND, seconds: plan.warmUp });
    figures[name] = await keepPace(bench, line, { perSecond, seconds: plan.seconds });
    await clients.ask('close', null);
    const { p50Ms, p99Ms } = figures[name];
    run.say(`${line.name}, ${name}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
  }
  await clients.ask('open', { ...line.order, subscribers: 1 });
  const { otherLoad, ...flood } = await floodLine(bench, line, plan.flood);
  await clients.ask('close', null);
  return { paces: figures, flood, otherLoad };
}

async function keepPace(
  { clients }: LatencyBench,
  line: Line,
  order: PaceOrder,
): Promise<PaceFigures> {
  const { first, writes, arrivals, ...seen } = await clients.ask('pace', order);
  const commits = await timesOf(line, committedAt, first, writes);
  const { sequencedAt } = line;
  const sequenced = sequencedAt ? await timesOf(line, sequencedAt, first, writes) : null;
  const waits = arrivals.flatMap((times) => times.map((time, index) => time - commits[index]!));
  const sorted = Float64Array.from(waits).sort();
  if (sorted[0]! < -CLOCK_ERROR_MS) {
    throw new BenchError(`${line.name} has sent what was not yet committed.`);
  }
  return {
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    sequencedP50Ms: sequenced && median(sequenced.map((time, index) => time - commits[index]!)),
    writesPerSecond: seen.writesPerSecond,
    writeP50Ms: seen.writeP50Ms,
    writeP99Ms: seen.writeP99Ms,
  };
}

/** When PostgreSQL committed each message. */
const committedAt = `
  select extract(epoch from pg_xact_commit_timestamp(m.xmin)) * 1000 as ms
  from generate_series($2::int, $3::int) n
  join message m on m.external_id = $1 || '-' || n
  order by n`;

/** Milliseconds since 1970 by the clock of this machine, for each message. */
async function timesOf(
  { database, prefix }: Line,
  statement: string,
  first: number,
  writes: number,
): Promise<number[]> {
  const values = [prefix, first, first + writes - 1];
  const { rows } = await database.query<{ ms: string }>(statement, values);
  if (rows.length !== writes) {
    throw new BenchError(`${rows.length} messages are there instead of ${writes}.`);
  }
  return rows.map(({ ms }) => Number(ms));
}

async function floodLine(
  { clients, postmaster }: LatencyBench,
  { pid }: Line,
  seconds: number,
): Promise<FloodFigures & { otherLoad: number | null }> {
  const stop = watchCpu({ node: pid, postmaster, clients: clients.pid });
  const order = { underWay: FLOOD_UNDER_WAY, seconds };
  const { writes, writesPerSecond } = await clients.ask('flood', order);
  const { nodeCpuMs, postgresCpuMs, otherLoad } = stop();
  return {
    writesPerSecond,
    nodeCpuMs: nodeCpuMs && nodeCpuMs / writes,
    postgresCpuMs: postgresCpuMs && postgresCpuMs / writes,
    otherLoad,
  };
}

function mediansOf(rounds: readonly LatencyFigures[]): LatencyFigures {
  const paceFigures = paceNames.map((name) => {
    const of = <K extends keyof PaceFigures>(key: K) =>
      rounded(median(rounds.map(({ paces }) => paces[name][key])));
    const figures: PaceFigures = {
      p50Ms: of('p50Ms'),
      p99Ms: of('p99Ms'),
      sequencedP50Ms: of('sequencedP50Ms'),
      writesPerSecond: of('writesPerSecond'),
      writeP50Ms: of('writeP50Ms'),
      writeP99Ms: of('writeP99Ms'),
    };
    return [name, figures] as const;
  });
  const floods = rounds.map(({ flood }) => flood);
  return {
    paces: Object.fromEntries(paceFigures) as Record<PaceName, PaceFigures>,
    flood: {
      writesPerSecond: rounded(median(floods.map((each) => each.writesPerSecond))),
      nodeCpuMs: rounded(median(floods.map((each) => each.nodeCpuMs))),
      postgresCpuMs: rounded(median(floods.map((each) => each.postgresCpuMs))),
    },
  };
}
