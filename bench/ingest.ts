import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { connectBenchChannel } from './support/bench-channel';
import { startServer } from './support/child';
import { watchCpu } from './support/cpu-watch';
import { connect, createDatabase, startPostgres, type BenchServer } from './support/database';
import { Helper } from './support/helper';
import type { DeliveryTarget, FloodResult, IngestSkills } from './support/ingest-load';
import { ratio } from './support/measure';
import { MemoryWatch } from './support/memory-watch';
import { graphqlTarget, POOL_SIZE, startParley } from './support/parley';
import { parleySocket } from './support/parley-live';
import type { PlatformName } from './support/platform-messages';
import { printResult, printTable } from './support/report';
import type { Run } from './support/run';
import { median, rounded } from './support/statistics';

const full = { rounds: 3, warmUp: 3, seconds: 10, stream: 60, backlog: 100_000 };
const quick = { rounds: 1, warmUp: 1, seconds: 3, stream: 5, backlog: 4_000 };

const CONNECTIONS = 32;
/** More than any of the contenders takes in a second. */
const MOST_PER_SECOND = 14_000;
/** Deliveries under way at the most while the whole way is measured: so the backlog can't grow. */
const UNDER_WAY = 512;

const subscription = `
  subscription { events(types: ["message.added"]) { position message { id body } } }`;

interface Bench {
  run: Run;
  postgres: BenchServer;
  clients: Helper<IngestSkills>;
}

/** From a signed delivery to its acceptance, to its frame at a subscriber, and out of a backlog. */
export async function ingest(run: Run): Promise<void> {
  const postgres = await startPostgres(run);
  const plan = run.quick ? quick : full;
  const clients = await Helper.start<IngestSkills>(
    run,
    'The senders',
    join(__dirname, 'support', 'ingest-process.js'),
  );
  const bench = { run, postgres, clients };
  const url = await createDatabase(postgres, 'ingest');
  const { ours, limit, otherLoad } = await accept(bench, url, plan);
  const { sustained: stream, platforms } = await wholeWay(bench, plan);
  const backlog = await drain(bench, url, plan.backlog);

  printTable(
    ['accepted', 'per second', 'p50 ms', 'p99 ms', 'CPU ms: node', 'PostgreSQL'],
    Object.entries({ Parley: ours, 'node:http + INSERT': limit }).map(([name, each]) => [
      name,
      each.perSecond.toFixed(0),
      each.p50Ms.toFixed(2),
      each.p99Ms.toFixed(2),
      each.nodeCpuMs?.toFixed(3) ?? '-',
      each.postgresCpuMs?.toFixed(3) ?? '-',
    ]),
  );
  printTable(
    ['delivery to frame, in turns', 'per second'],
    Object.entries(platforms).map(([name, perSecond]) => [name, perSecond.toFixed(0)]),
  );
  printTable(
    ['', 'per second', 'p50 ms', 'p99 ms', 'left', 'memory MB: start', 'end', 'most'],
    [
      [
        'delivery to frame',
        stream.perSecond.toFixed(0),
        stream.p50Ms.toFixed(1),
        stream.p99Ms.toFixed(1),
        String(stream.left),
        ...memoryCells(stream.memory),
      ],
      [
        `backlog of ${backlog.deliveries}`,
        backlog.perSecond.toFixed(0),
        ...['-', '-', '0'],
        ...memoryCells(backlog.memory),
      ],
    ],
  );
  printResult({
    bench: run.name,
    quick: run.quick,
    ours: { accept: ours, stream, platforms, backlog },
    limit,
    peers: {},
    ratios: {
      limit: ratio(ours.perSecond, limit.perSecond),
      whatsapp: ratio(platforms.whatsapp, platforms.custom),
      x: ratio(platforms.x, platforms.custom),
    },
    machine: { ...postgres.machine, otherLoad },
  });
}

interface AcceptFigures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU milliseconds per delivery. */
  nodeCpuMs: number | null;
  postgresCpuMs: number | null;
}

/** A node that takes deliveries beside the bare server, in turns. */
async function accept(bench: Bench, url: string, plan: typeof full) {
  const { run, postgres } = bench;
  const node = await startParley(run, 'Parley', url, 'api');
  const bare = await startServer(run, {
    name: 'node:http + INSERT',
    script: join(__dirname, 'limits', 'ingest.js'),
    env: {
      DATABASE_URL: await createDatabase(postgres, 'ingest_limit'),
      POOL_SIZE: String(POOL_SIZE),
    },
  });
  const target = await connectBenchChannel(await connect(run, url), node, 'custom');
  const contenders = [
    { server: node, target },
    { server: bare, target: { ...target, url: `${bare.url}/` } },
  ];
  const rounds: AcceptFigures[][] = [[], []];
  const otherLoads: (number | null)[] = [];
  for (const { target: to } of contenders) {
    await flood(bench, to, plan.warmUp);
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const { server, target: to } = contenders[at]!;
      const stop = watchCpu({
        node: server.pid,
        postmaster: postgres.postmaster,
        clients: bench.clients.pid,
      });
      const { accepted, seconds, p50Ms, p99Ms } = await flood(bench, to, plan.seconds);
      const { nodeCpuMs, postgresCpuMs, otherLoad } = stop();
      const each = (ms: number | null) => (ms === null ? null : ms / accepted);
      const perSecond = accepted / seconds;
      rounds[at]!.push({
        ...{ perSecond, p50Ms, p99Ms },
        ...{ nodeCpuMs: each(nodeCpuMs), postgresCpuMs: each(postgresCpuMs) },
      });
      otherLoads.push(otherLoad);
      run.say(`round ${round + 1} of ${plan.rounds}: ${server.name} ${perSecond.toFixed(0)}/s`);
    }
  }
  return {
    ours: mediansOf(rounds[0]!),
    limit: mediansOf(rounds[1]!),
    otherLoad: rounded(median(otherLoads), 2),
  };
}

function flood(
  { clients }: Bench,
  target: Omit<DeliveryTarget, 'prefix'>,
  seconds: number,
): Promise<FloodResult> {
  const most = Math.ceil(seconds * MOST_PER_SECOND);
  const order = { ...target, prefix: randomUUID(), connections: CONNECTIONS, seconds, most };
  return clients.ask('flood', order);
}

/** One node that does everything: from the delivery to the frame with its message. */
async function wholeWay({ run, postgres, clients }: Bench, plan: typeof full) {
  const url = await createDatabase(postgres, 'ingest_stream');
  const node = await startParley(run, 'Parley, everything', url);
  const database = await connect(run, url);
  const { url: socketUrl, init } = parleySocket(node, graphqlTarget(node, '', {}).headers);
  const stream = (to: Omit<DeliveryTarget, 'prefix'>, length: number) =>
    clients.ask('stream', {
      ...{ ...to, prefix: randomUUID(), connections: CONNECTIONS, seconds: length },
      ...{ underWay: UNDER_WAY, socket: { url: socketUrl, init, query: subscription } },
    });
  const plain = await connectBenchChannel(database, node, 'custom');
  await stream(plain, Math.ceil(plan.stream / 6));
  await database.query('analyze');
  run.say('delivery to frame');
  const memory = new MemoryWatch(node.pid);
  const { delivered, seconds: took, p50Ms, p99Ms } = await stream(plain, plan.stream);
  const perSecond = rounded(delivered / took);
  run.say(`delivery to frame: ${perSecond}/s`);
  const sustained = {
    ...{ perSecond, p50Ms: rounded(p50Ms), p99Ms: rounded(p99Ms), seconds: rounded(took) },
    ...{ left: await queueLength(database), memory: memory.stop() },
  };
  const rates: Record<PlatformName, number[]> = { custom: [], whatsapp: [], x: [] };
  const targets = {
    custom: plain,
    whatsapp: await connectBenchChannel(database, node, 'whatsapp'),
    x: await connectBenchChannel(database, node, 'x'),
  };
  const names = Object.keys(rates) as PlatformName[];
  for (const name of names) await stream(targets[name], plan.warmUp);
  for (let round = 0; round < plan.rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const window = await stream(targets[name], plan.seconds);
      rates[name].push(window.delivered / window.seconds);
      run.say(`${name}, delivery to frame: ${rates[name].at(-1)!.toFixed(0)}/s`);
    }
  }
  const platforms = {
    custom: rounded(median(rates.custom)),
    whatsapp: rounded(median(rates.whatsapp)),
    x: rounded(median(rates.x)),
  };
  return { sustained, platforms };
}

/** A node that comes up beside a backlog. */
async function drain(bench: Bench, url: string, deliveries: number) {
  const { run } = bench;
  const database = await connect(run, url);
  const filler = await connectBenchChannel(
    database,
    await startParley(run, 'Parley, filling', url, 'api'),
    'custom',
  );
  while ((await queueLength(database)) < deliveries) await flood(bench, filler, 2);
  await database.query(
    `delete from inbound_queue where delivery_id in (
       select delivery_id from inbound_queue order by delivery_id desc
       limit (select greatest(0, count(*) - $1) from inbound_queue))`,
    [deliveries],
  );
  await database.query('vacuum analyze');
  run.say(`a backlog of ${deliveries}`);
  const node = await startParley(run, 'Parley, draining', url);
  const began = performance.now();
  const memory = new MemoryWatch(node.pid);
  const left = await queueLength(database);
  while ((await queueLength(database)) > 0) await delay(50);
  const perSecond = rounded(left / ((performance.now() - began) / 1_000));
  run.say(`out of the backlog: ${perSecond}/s`);
  return { deliveries, perSecond, memory: memory.stop() };
}

async function queueLength(database: Client): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from inbound_queue',
  );
  return rows[0]!.count;
}

function mediansOf(rounds: readonly AcceptFigures[]): AcceptFigures {
  const of = <T extends number | null>(pick: (figures: AcceptFigures) => T) =>
    rounded(median(rounds.map(pick)));
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    nodeCpuMs: of(({ nodeCpuMs }) => nodeCpuMs),
    postgresCpuMs: of(({ postgresCpuMs }) => postgresCpuMs),
  };
}

function memoryCells({ startMb, endMb, peakMb }: ReturnType<MemoryWatch['stop']>): string[] {
  return [startMb, endMb, peakMb].map((mb) => mb?.toFixed(0) ?? '-');
}
