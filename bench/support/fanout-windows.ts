import { deepStrictEqual } from 'node:assert';
import { memoryMb } from './cpu';
import { watchCpu } from './cpu-watch';
import type { CrowdSkills, OpenOrder, WindowOrder } from './crowd';
import type { Helper } from './helper';
import { BenchError, type Run } from './run';
import { median, rounded } from './statistics';

/** The same subscription at one server many times over. */
export interface Audience {
  name: string;
  /** The process that sends. */
  pid: number;
  order: OpenOrder;
}

/** What an audience has seen: medians over the rounds. CPU and memory are null where unknown. */
export interface FanoutFigures {
  /** CPU microseconds of the sending process for each frame that the crowd got. */
  cpuPerDeliveryUs: number | null;
  /** The same of PostgreSQL, all its processes. */
  postgresCpuPerDeliveryUs: number | null;
  /** From the moment before the message was posted to its frame in the crowd. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Resident memory of the sending process at the end of a window. */
  memoryMb: number | null;
}

/** How much is sent. */
export interface FanoutPlan {
  rounds: number;
  /** Before each window. */
  warmUp: WindowOrder;
  window: WindowOrder;
}

export interface FanoutBench {
  run: Run;
  crowd: Helper<CrowdSkills>;
  postmaster: number | null;
}

/** What a measurement comes to. */
export interface FanoutOutcome<Name extends string> {
  figures: Record<Name, FanoutFigures>;
  /** A message as each audience got it. */
  frames: Record<Name, string>;
  /** Share of the CPU of all cores that went to other programs; null where it can't be read. */
  otherLoad: number | null;
}

/** Gathers each audience in turn, sends it messages and lets it go, round after round. */
export async function measureFanout<Name extends string>(
  bench: FanoutBench,
  audiences: Record<Name, Audience>,
  plan: FanoutPlan,
): Promise<FanoutOutcome<Name>> {
  const names = Object.keys(audiences) as Name[];
  const rounds = new Map(names.map((name) => [name, [] as FanoutFigures[]]));
  const frames = {} as Record<Name, string>;
  const otherLoads: (number | null)[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const shift = round % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
      const audience = audiences[name];
      frames[name] = await bench.crowd.ask('open', audience.order);
      await bench.crowd.ask('window', plan.warmUp);
      const { otherLoad, ...figures } = await measure(bench, audience, plan.window);
      await bench.crowd.ask('close', null);
      otherLoads.push(otherLoad);
      rounds.get(name)!.push(figures);
      const { cpuPerDeliveryUs, p99Ms } = figures;
      const cpu = cpuPerDeliveryUs === null ? '' : ` ${cpuPerDeliveryUs.toFixed(2)} µs,`;
      bench.run.say(
        `round ${round + 1} of ${plan.rounds}: ${audience.name}${cpu} p99 ${p99Ms.toFixed(1)} ms`,
      );
    }
  }
  const medians = names.map((name) => [name, mediansOf(rounds.get(name)!)] as const);
  return {
    figures: Object.fromEntries(medians) as Record<Name, FanoutFigures>,
    frames,
    otherLoad: rounded(median(otherLoads), 2),
  };
}

async function measure(
  { crowd, postmaster }: FanoutBench,
  { pid }: Audience,
  order: WindowOrder,
): Promise<FanoutFigures & { otherLoad: number | null }> {
  const stop = watchCpu({ node: pid, postmaster, clients: crowd.pid });
  const { deliveries, p50Ms, p99Ms, maxMs } = await crowd.ask('window', order);
  const { nodeCpuMs, postgresCpuMs, otherLoad } = stop();
  const perDelivery = (ms: number | null) => (ms === null ? null : (ms * 1000) / deliveries);
  return {
    cpuPerDeliveryUs: perDelivery(nodeCpuMs),
    postgresCpuPerDeliveryUs: perDelivery(postgresCpuMs),
    p50Ms,
    p99Ms,
    maxMs,
    memoryMb: memoryMb(pid),
    otherLoad,
  };
}

function mediansOf(rounds: readonly FanoutFigures[]): FanoutFigures {
  const of = <T extends number | null>(pick: (figures: FanoutFigures) => T) =>
    rounded(median(rounds.map(pick)));
  return {
    cpuPerDeliveryUs: of((figures) => figures.cpuPerDeliveryUs),
    postgresCpuPerDeliveryUs: of((figures) => figures.postgresCpuPerDeliveryUs),
    p50Ms: of((figures) => figures.p50Ms),
    p99Ms: of((figures) => figures.p99Ms),
    maxMs: of((figures) => figures.maxMs),
    memoryMb: of((figures) => figures.memoryMb),
  };
}

interface Frame {
  payload: { data: { events: { message: { body: string; author: { name: string } } } } };
}

/** How far frames may differ in length: positions and numbers have more digits here than there. */
const SPARE_BYTES = 12;

/** All must send the same message in the same shape, else they would not be doing the same work. */
export function compareFrames(frames: Record<string, string>): void {
  const [first, ...others] = Object.values(frames);
  for (const other of others) {
    deepStrictEqual(shapeOf(other), shapeOf(first!));
    if (Math.abs(other.length - first!.length) > SPARE_BYTES) {
      throw new BenchError(`These frames are not of the same length:\n${first}\n${other}`);
    }
  }
}

function shapeOf(frame: string) {
  const { payload, ...envelope } = JSON.parse(frame) as Frame;
  const { events } = payload.data;
  const { author, body } = events.message;
  return {
    envelope: Object.keys(envelope).sort(),
    event: Object.keys(events),
    message: Object.keys(events.message),
    author,
    body: body.replace(/\d+/, ''),
  };
}
