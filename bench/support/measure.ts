import { cpus } from 'node:os';
import { difference, machineCpu, postgresCpu, processCpu } from './cpu';
import type { LoadGenerator, Target } from './load';
import type { Run } from './run';
import { median, rounded } from './statistics';

/** Connections that the generator keeps busy, one request on each at a time. */
const CONNECTIONS = 16;

/** What is measured: a request, and whose CPU it costs. */
export interface Contender extends Target {
  name: string;
  /** The Node process that answers. */
  pid: number;
}

/** What a contender has reached: medians over the rounds. CPU is null where it can't be read. */
export interface Figures {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU milliseconds of the Node process per request. */
  nodeCpuMs: number | null;
  /** CPU milliseconds of PostgreSQL, all its processes, per request. */
  postgresCpuMs: number | null;
}

/** How long to measure, in seconds. */
export interface Windows {
  warmUp: number;
  rounds: number;
  seconds: number;
}

/** What a measurement comes to. */
export interface Outcome<Name extends string> {
  figures: Record<Name, Figures>;
  /** Share of the CPU of all cores that went to other programs; null where it can't be read. */
  otherLoad: number | null;
}

/** What all contenders share. */
export interface Bench {
  run: Run;
  generator: LoadGenerator;
  postmaster: number | null;
}

/** Measures the contenders in turns, so that what drifts (heat, neighbours, caches) meets all alike. */
export async function measureInTurns<Name extends string>(
  bench: Bench,
  contenders: Record<Name, Contender>,
  windows: Windows,
): Promise<Outcome<Name>> {
  const names = Object.keys(contenders) as Name[];
  const rounds = new Map(names.map((name) => [name, [] as Figures[]]));
  const otherLoads: (number | null)[] = [];
  const sizes = new Map<Name, number>();
  for (const name of names) {
    bench.run.say(`warming up ${contenders[name].name}`);
    sizes.set(name, await answerBytes(contenders[name]));
    await measure(bench, contenders[name], windows.warmUp, sizes.get(name)!);
  }
  for (let round = 0; round < windows.rounds; round++) {
    const shift = round % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
      const contender = contenders[name];
      const window = await measure(bench, contender, windows.seconds, sizes.get(name)!);
      const { otherLoad, ...figures } = window;
      otherLoads.push(otherLoad);
      rounds.get(name)!.push(figures);
      const rate = `${Math.round(figures.requestsPerSecond)} requests/s`;
      bench.run.say(`round ${round + 1} of ${windows.rounds}: ${contender.name} ${rate}`);
    }
  }
  const medians = names.map((name) => [name, mediansOf(rounds.get(name)!)] as const);
  return {
    figures: Object.fromEntries(medians) as Record<Name, Figures>,
    otherLoad: rounded(median(otherLoads), 2),
  };
}

/** CPU milliseconds per request, Node and PostgreSQL together. */
export function cpuPerRequest({ nodeCpuMs, postgresCpuMs }: Figures): number | null {
  return nodeCpuMs === null || postgresCpuMs === null ? null : nodeCpuMs + postgresCpuMs;
}

/** How one figure stands to another, or null where one is unknown. */
export function ratio(value: number | null, base: number | null): number | null {
  return value === null || base === null ? null : rounded(value / base);
}

async function measure(
  { generator, postmaster }: Bench,
  { pid, url, method, headers, body }: Contender,
  seconds: number,
  leastBytes: number,
): Promise<Figures & { otherLoad: number | null }> {
  const spent = () => [processCpu(pid), postgresCpu(postmaster), machineCpu()] as const;
  const began = performance.now();
  const before = spent();
  const order = { url, method, headers, body, connections: CONNECTIONS, seconds, leastBytes };
  const result = await generator.run(order);
  const after = spent();
  const available = (performance.now() - began) * cpus().length;
  const [node, postgres, machine] = after.map((value, index) => difference(value, before[index]!));
  const known = node != null && postgres != null && machine != null;
  return {
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    nodeCpuMs: node == null ? null : node / result.requests,
    postgresCpuMs: postgres == null ? null : postgres / result.requests,
    otherLoad: known ? Math.max(0, machine - node - postgres - result.cpuMs) / available : null,
  };
}

function mediansOf(rounds: readonly Figures[]): Figures {
  const of = <T extends number | null>(pick: (figures: Figures) => T) =>
    rounded(median(rounds.map(pick)));
  return {
    requestsPerSecond: of((figures) => figures.requestsPerSecond),
    p50Ms: of((figures) => figures.p50Ms),
    p99Ms: of((figures) => figures.p99Ms),
    nodeCpuMs: of((figures) => figures.nodeCpuMs),
    postgresCpuMs: of((figures) => figures.postgresCpuMs),
  };
}

/** Bytes of the contender's answer without its head: what an answer has at least. */
async function answerBytes(target: Target): Promise<number> {
  return (await ask(target)).byteLength;
}

/** Asks a target once, and gives its answer as it came. */
export async function ask({ url, method, headers, body }: Target): Promise<Buffer> {
  const response = await fetch(url, { method, headers, body });
  return Buffer.from(await response.arrayBuffer());
}
