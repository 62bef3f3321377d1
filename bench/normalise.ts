import { join } from 'node:path';
import { loadSubject } from '../src/connectors/kit/conformance/load-subject';
import type { Fixture, Subject } from '../src/connectors/kit/conformance/subject';
import type { ConnectedChannel, RawDelivery } from '../src/connectors/kit/connector';
import { connectors } from '../src/connectors/registry';
import { watchCpu } from './support/cpu-watch';
import { describeMachine, printResult, printTable } from './support/report';
import { ratio } from './support/measure';
import type { Run } from './support/run';
import { median, rounded } from './support/statistics';

const full = { rounds: 5, warmUp: 1_000, milliseconds: 2_000 };
const quick = { rounds: 3, warmUp: 200, milliseconds: 200 };

const sources = join(__dirname, '..', '..', 'src', 'connectors');

/** Something that is done with one delivery. */
type Work = (delivery: RawDelivery) => unknown;

interface Measured {
  /** Deliveries per second. */
  perSecond: number;
  /** Microseconds of one delivery. */
  eachUs: number;
}

/** How long each connector takes to read its samples, beside parsing the same JSON alone. */
export async function normalise(run: Run): Promise<void> {
  const plan = run.quick ? quick : full;
  const stop = watchCpu({ node: null, postmaster: null, clients: null });
  const ours: Record<string, object> = {};
  const limit: Record<string, object> = {};
  const ratios: Record<string, number | null> = {};
  const rows: string[][] = [];
  for (const connector of Object.values(connectors)) {
    const subject = await loadSubject(connector, sources);
    if (subject.fixtures.length === 0) continue;
    const { id } = connector.manifest;
    const { read, parse } = await measure(subject, plan);
    const bytes = subject.fixtures.reduce((sum, { body }) => sum + body.length, 0);
    const samples = { samples: subject.fixtures.length, bytes: bytes / subject.fixtures.length };
    ours[id] = { ...read, ...samples };
    if (parse) limit[id] = parse;
    ratios[id] = parse && ratio(read.eachUs, parse.eachUs);
    rows.push([
      id,
      String(samples.samples),
      samples.bytes.toFixed(0),
      read.perSecond.toFixed(0),
      read.eachUs.toFixed(1),
      parse?.eachUs.toFixed(1) ?? '-',
    ]);
    run.say(`${id}: ${read.perSecond.toFixed(0)}/s`);
  }
  const { otherLoad } = stop();
  printTable(['', 'samples', 'bytes each', 'per second', 'µs each', 'JSON.parse µs'], rows);
  printResult({
    ...{ bench: run.name, quick: run.quick, ours, limit, peers: {}, ratios },
    machine: { ...(await describeMachine(null)), otherLoad: rounded(otherLoad, 2) },
  });
}

async function measure(
  { connector, facts, fixtures }: Subject,
  plan: typeof full,
): Promise<{ read: Measured; parse: Measured | null }> {
  const deliveries = fixtures.map(toDelivery);
  const channel: ConnectedChannel = {
    ...{ id: 'chn_bench', name: 'Bench', identityScope: '', settings: facts.settings },
    ...facts.account,
  };
  const read: Work = (delivery) => connector.normalise(delivery, channel);
  const parse: Work = ({ body }) => JSON.parse(body.toString()) as unknown;
  const works = fixtures.every(isJson) ? [read, parse] : [read];
  for (const work of works) await repeat(work, deliveries, plan.warmUp);
  const rounds: Measured[][] = works.map(() => []);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [index, work] of works.entries()) {
      rounds[index]!.push(await repeat(work, deliveries, plan.milliseconds));
    }
  }
  const [ofReading, ofParsing] = rounds.map(mediansOf);
  return { read: ofReading!, parse: ofParsing ?? null };
}

/** Does it with all deliveries in turn, again and again, until the time is up. */
async function repeat(
  work: Work,
  deliveries: readonly RawDelivery[],
  milliseconds: number,
): Promise<Measured> {
  const began = performance.now();
  let count = 0;
  let took = 0;
  while (took < milliseconds) {
    for (const delivery of deliveries) {
      const result = work(delivery);
      // what is done at once is not made to wait for a turn
      if (result instanceof Promise) await result;
    }
    count += deliveries.length;
    took = performance.now() - began;
  }
  return { perSecond: (count * 1_000) / took, eachUs: (took * 1_000) / count };
}

function mediansOf(rounds: readonly Measured[]): Measured {
  return {
    perSecond: rounded(median(rounds.map(({ perSecond }) => perSecond))),
    eachUs: rounded(median(rounds.map(({ eachUs }) => eachUs))),
  };
}

function toDelivery({ body, headers }: Fixture): RawDelivery {
  return { source: 'WEBHOOK', headers, body, receivedAt: new Date('2026-01-01T00:00:00Z') };
}

function isJson({ body }: Fixture): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}
