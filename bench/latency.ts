import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startServer } from './support/child';
import {
  connect,
  copyDatabase,
  createDatabase,
  seededDatabase,
  startPostgres,
  type BenchServer,
} from './support/database';
import { Helper } from './support/helper';
import { measureLatency, type Line } from './support/latency-windows';
import { ratio } from './support/measure';
import { graphqlTarget, POOL_SIZE, startParley } from './support/parley';
import {
  AUTHOR,
  BODY_TAIL,
  LEAST_BYTES,
  makeChannel,
  parleySocket,
  recording,
} from './support/parley-live';
import type { PipelineSkills } from './support/pipeline';
import { printResult, printTable } from './support/report';
import type { Run } from './support/run';

const full = {
  template: 'latency_seed',
  seed: { customers: 20_000, conversations: 40_000, messagesPerConversation: 10 },
  plan: { rounds: 3, warmUp: 4, seconds: 15, flood: 6 },
};
const quick = {
  template: 'latency_seed_quick',
  seed: { customers: 2_000, conversations: 4_000, messagesPerConversation: 10 },
  plan: { rounds: 1, warmUp: 1, seconds: 2, flood: 2 },
};

/** When the sequencer gave each message's event its position. */
const sequencedAt = `
  select extract(epoch from pg_xact_commit_timestamp(e.xmin)) * 1000 as ms
  from generate_series($2::int, $3::int) n
  join message m on m.external_id = $1 || '-' || n
  join event_log e on e.conversation_id = m.conversation_id and e.workspace_id = m.workspace_id
    and e.type = 'message.added' and e.subject = m.id
  order by n`;

const subscription = `
  subscription {
    events(types: ["message.added"]) {
      position message { id body createdAt: sentAt author: authorCustomer { name } }
    }
  }`;

/** From the commit of a message to its frame at the subscriber, at a steady pace of writes. */
export async function latency(run: Run): Promise<void> {
  // PostgreSQL itself notes when each transaction was committed
  const postgres = await startPostgres(run, { track_commit_timestamp: 'on' });
  const { plan } = run.quick ? quick : full;
  const lines = { ours: await ourLine(run, postgres), limit: await bareLine(run, postgres) };
  const clients = await Helper.start<PipelineSkills>(
    run,
    'The subscribers',
    join(__dirname, 'support', 'pipeline-process.js'),
  );
  const { postmaster, machine } = postgres;
  const { figures, otherLoad } = await measureLatency({ run, clients, postmaster }, lines, plan);

  const { ours, limit } = figures;
  printTable(
    ['', 'p50 ms', 'p99 ms', 'sequenced p50', 'writes/s', 'write p50 ms', 'write p99 ms'],
    Object.entries({ Parley: ours, 'INSERT + NOTIFY + ws': limit }).flatMap(([name, { paces }]) =>
      Object.entries(paces).map(([pace, each]) => [
        `${name}, ${pace}`,
        each.p50Ms.toFixed(2),
        each.p99Ms.toFixed(2),
        each.sequencedP50Ms?.toFixed(2) ?? '-',
        each.writesPerSecond.toFixed(0),
        each.writeP50Ms.toFixed(2),
        each.writeP99Ms.toFixed(2),
      ]),
    ),
  );
  printTable(
    ['most writes', 'per second', 'CPU ms per write: node', 'PostgreSQL'],
    Object.entries({ Parley: ours, 'INSERT + NOTIFY + ws': limit }).map(([name, { flood }]) => [
      name,
      flood.writesPerSecond.toFixed(0),
      flood.nodeCpuMs?.toFixed(3) ?? '-',
      flood.postgresCpuMs?.toFixed(3) ?? '-',
    ]),
  );
  printResult({
    bench: run.name,
    quick: run.quick,
    ours,
    limit,
    peers: {},
    ratios: {
      p50At50: ratio(ours.paces['50/s'].p50Ms, limit.paces['50/s'].p50Ms),
      p99At50: ratio(ours.paces['50/s'].p99Ms, limit.paces['50/s'].p99Ms),
      p50At500: ratio(ours.paces['500/s'].p50Ms, limit.paces['500/s'].p50Ms),
      p99At500: ratio(ours.paces['500/s'].p99Ms, limit.paces['500/s'].p99Ms),
      writes: ratio(ours.flood.writesPerSecond, limit.flood.writesPerSecond),
    },
    machine: { ...machine, otherLoad },
  });
}

async function ourLine(run: Run, postgres: BenchServer): Promise<Line> {
  const { template, seed } = run.quick ? quick : full;
  await seededDatabase(run, postgres, template, seed);
  const url = await copyDatabase(postgres, 'latency', template);
  const server = await startParley(run, 'Parley', url);
  const prefix = randomUUID();
  const target = { channelId: await makeChannel(server), run: prefix, thread: '{{lane}}' };
  return {
    name: server.name,
    pid: server.pid,
    prefix,
    database: await connect(run, url),
    sequencedAt,
    order: {
      ...parleySocket(server, graphqlTarget(server, '', {}).headers),
      query: subscription,
      publication: recording(server, target),
      leastBytes: LEAST_BYTES,
    },
  };
}

async function bareLine(run: Run, postgres: BenchServer): Promise<Line> {
  const url = await createDatabase(postgres, 'pipeline');
  const server = await startServer(run, {
    name: 'INSERT + NOTIFY + ws',
    script: join(__dirname, 'limits', 'pipeline.js'),
    env: { DATABASE_URL: url, POOL_SIZE: String(POOL_SIZE) },
  });
  const prefix = randomUUID();
  const message = {
    externalId: `${prefix}-{{n}}`,
    body: `Message {{n}} ${BODY_TAIL}`,
    createdAt: '{{now}}',
    author: { name: AUTHOR },
  };
  return {
    name: server.name,
    pid: server.pid,
    prefix,
    database: await connect(run, url),
    order: {
      url: server.url.replace('http:', 'ws:'),
      query: null,
      init: {},
      publication: {
        url: `${server.url}/messages`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
        accepted: 'accepted',
      },
      leastBytes: LEAST_BYTES,
    },
  };
}
