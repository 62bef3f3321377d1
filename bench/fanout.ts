import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { globalId, newId } from '../src/domain/kit/ids';
import { startServer, type Server } from './support/child';
import type { CrowdSkills, OpenOrder } from './support/crowd';
import { createDatabase, startPostgres } from './support/database';
import { compareFrames, measureFanout, type Audience } from './support/fanout-windows';
import { Helper } from './support/helper';
import { ratio } from './support/measure';
import { graphqlTarget, startParley } from './support/parley';
import {
  AUTHOR,
  BODY_TAIL,
  LEAST_BYTES,
  makeChannel,
  parleySocket,
  recording,
} from './support/parley-live';
import { printResult, printTable } from './support/report';
import { peersRoot, type Run } from './support/run';

const full = {
  sockets: 5_000,
  rounds: 5,
  warmUp: { messages: 12, intervalMs: 400 },
  window: { messages: 20, intervalMs: 500 },
};
const quick = {
  sockets: 1_000,
  rounds: 1,
  warmUp: { messages: 20, intervalMs: 100 },
  window: { messages: 6, intervalMs: 500 },
};

const ourFields = 'position message { id body createdAt: sentAt author: authorCustomer { name } }';
const theirFields = 'position message { id body createdAt author { name } }';

/** All subscribers alike. */
const shared = (fields: string) =>
  `subscription { events(types: ["message.added"]) { ${fields} } }`;
/** A filter of one's own for each, though all of them match. */
const unshared = (fields: string) =>
  `subscription ($channelIds: [ID!]!) {
    events(types: ["message.added"], filter: { channelIds: $channelIds }) { ${fields} }
  }`;

/** Thousands of subscribers of one node, and a message for all of them twice a second. */
export async function fanout(run: Run): Promise<void> {
  const plan = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const ours = await startParley(run, 'Parley', await createDatabase(postgres, 'fanout'));
  const channelId = await makeChannel(ours);
  const everyone = [{}];
  const oneEach = Array.from({ length: plan.sockets }, () => ({
    channelIds: [channelId, globalId('Channel', newId())],
  }));

  const toParley = { ...parleyOrder(ours, channelId), sockets: plan.sockets };
  const limit = await startLimit(run);
  const toLimit = { ...plainOrder(limit, channelId), sockets: plan.sockets };
  const plain = await startPlain(run);
  const toPlain = { ...plainOrder(plain, channelId), sockets: plan.sockets };
  const audiences = {
    ours: audience(ours, 'Parley', { ...toParley, query: shared(ourFields), variables: everyone }),
    limit: audience(limit, 'bare ws', { ...toLimit, query: null, variables: everyone }),
    plain: audience(plain, 'graphql-ws', {
      ...toPlain,
      query: shared(theirFields),
      variables: everyone,
    }),
    unshared: audience(ours, 'Parley, a filter each', {
      ...toParley,
      query: unshared(ourFields),
      variables: oneEach,
    }),
    plainUnshared: audience(plain, 'graphql-ws, a filter each', {
      ...toPlain,
      query: unshared(theirFields),
      variables: oneEach,
    }),
  };

  const crowd = await Helper.start<CrowdSkills>(
    run,
    'The crowd',
    join(__dirname, 'support', 'crowd-process.js'),
  );
  const { postmaster, machine } = postgres;
  const { figures, frames, otherLoad } = await measureFanout(
    { run, crowd, postmaster },
    audiences,
    plan,
  );
  compareFrames(frames);

  printTable(
    ['', 'CPU µs per delivery: node', 'PostgreSQL', 'p50 ms', 'p99 ms', 'slowest ms', 'memory MB'],
    Object.entries(audiences).map(([key, { name }]) => {
      const each = figures[key as keyof typeof audiences];
      return [
        name,
        each.cpuPerDeliveryUs?.toFixed(2) ?? '-',
        each.postgresCpuPerDeliveryUs?.toFixed(2) ?? '-',
        each.p50Ms.toFixed(1),
        each.p99Ms.toFixed(1),
        each.maxMs.toFixed(1),
        each.memoryMb?.toFixed(0) ?? '-',
      ];
    }),
  );
  printResult({
    bench: run.name,
    quick: run.quick,
    ours: { ...figures.ours, sockets: plan.sockets, unshared: figures.unshared },
    limit: figures.limit,
    peers: { plain: figures.plain, plainUnshared: figures.plainUnshared },
    ratios: {
      cpuPerDelivery: ratio(figures.ours.cpuPerDeliveryUs, figures.limit.cpuPerDeliveryUs),
      p99: ratio(figures.ours.p99Ms, figures.limit.p99Ms),
      plainCpuPerDelivery: ratio(figures.plain.cpuPerDeliveryUs, figures.limit.cpuPerDeliveryUs),
      unsharedToPlain: ratio(
        figures.unshared.cpuPerDeliveryUs,
        figures.plainUnshared.cpuPerDeliveryUs,
      ),
    },
    machine: { ...machine, otherLoad },
  });
}

function audience({ pid }: Server, name: string, order: OpenOrder): Audience {
  return { name, pid, order };
}

type Place = Pick<OpenOrder, 'url' | 'init' | 'publication' | 'leastBytes'>;

function parleyOrder(server: Server, channelId: string): Place {
  const run = randomUUID();
  return {
    ...parleySocket(server, graphqlTarget(server, '', {}).headers),
    publication: recording(server, { channelId, run, thread: 'thread' }),
    leastBytes: LEAST_BYTES,
  };
}

function plainOrder({ url }: Server, channelId: string): Place {
  const message = {
    channelId,
    body: `Message {{n}} ${BODY_TAIL}`,
    createdAt: '{{now}}',
    author: { name: AUTHOR },
  };
  return {
    url: `${url.replace('http:', 'ws:')}/graphql`,
    init: {},
    publication: {
      url: `${url}/messages`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      accepted: 'accepted',
    },
    leastBytes: LEAST_BYTES,
  };
}

function startLimit(run: Run): Promise<Server> {
  return startServer(run, {
    name: 'The bare broadcast',
    script: join(__dirname, 'limits', 'broadcast.js'),
    env: {},
  });
}

function startPlain(run: Run): Promise<Server> {
  return startServer(run, {
    name: 'graphql-ws',
    script: join(peersRoot, 'graphql-ws', 'server.cjs'),
    env: {},
  });
}
