import { deepStrictEqual } from 'node:assert';
import { Client } from 'pg';
import { encodeCursor } from '../src/db/cursor';
import { conversationOrders } from '../src/domain/conversation/listing';
import { globalId } from '../src/domain/kit/ids';
import { seededDatabase, startPostgres } from './support/database';
import { LoadGenerator, type Target } from './support/load';
import { ask, cpuPerRequest, measureInTurns, ratio } from './support/measure';
import { graphqlTarget, inboxQuery, startParley } from './support/parley';
import { printFigures, printResult } from './support/report';
import type { Run } from './support/run';
import { WORKSPACE_ID } from './support/seed';

const small = { customers: 5_000, conversations: 10_000, messagesPerConversation: 1 };
const full = {
  large: {
    database: 'large',
    plan: { customers: 500_000, conversations: 1_000_000, messagesPerConversation: 1 },
  },
  small: { database: 'small', plan: small },
  windows: { warmUp: 8, rounds: 7, seconds: 5 },
};
const quick = {
  large: {
    database: 'large_quick',
    plan: { customers: 30_000, conversations: 60_000, messagesPerConversation: 1 },
  },
  small: {
    database: 'small_quick',
    plan: { customers: 1_000, conversations: 2_000, messagesPerConversation: 1 },
  },
  windows: { warmUp: 3, rounds: 2, seconds: 2 },
};

const page = { status: 'OPEN', first: 20 };
/** Share of the list that lies before the deep page. */
const DEPTH = 0.9;

/** The same page over a hundred times as many rows, and deep into the list: it should cost the same. */
export async function depth(run: Run): Promise<void> {
  const sizes = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const open = ({ database, plan }: typeof full.large) =>
    seededDatabase(run, postgres, database, plan);
  const smallUrl = await open(sizes.small);
  const largeUrl = await open(sizes.large);
  const few = await startParley(run, 'Parley, few rows', smallUrl);
  const many = await startParley(run, 'Parley, many rows', largeUrl);
  const first = { ...many, ...graphqlTarget(many, inboxQuery, page) };
  const deep = await deepPage(largeUrl);
  const contenders = {
    few: { ...few, ...graphqlTarget(few, inboxQuery, page) },
    many: first,
    deep: {
      ...many,
      name: 'Parley, deep',
      ...graphqlTarget(many, inboxQuery, { ...page, after: deep.after }),
    },
  };
  deepStrictEqual(await conversationIds(contenders.deep), deep.ids, 'the deep page');

  const generator = await LoadGenerator.start(run);
  const { postmaster, machine } = postgres;
  const measured = await measureInTurns({ run, generator, postmaster }, contenders, sizes.windows);
  const { figures, otherLoad } = measured;
  const count = (plan: typeof small) => plan.conversations.toLocaleString('en');
  printFigures({
    [`first page of ${count(sizes.small.plan)}`]: figures.few,
    [`first page of ${count(sizes.large.plan)}`]: figures.many,
    [`page at ${DEPTH * 100} % of ${count(sizes.large.plan)}`]: figures.deep,
  });
  const cpu = cpuPerRequest(figures.many);
  printResult({
    bench: run.name,
    quick: run.quick,
    ours: figures,
    limit: null,
    peers: {},
    ratios: {
      rows: ratio(cpu, cpuPerRequest(figures.few)),
      deep: ratio(cpuPerRequest(figures.deep), cpu),
    },
    machine: { ...machine, otherLoad },
  });
}

/** The cursor of a place deep in the list, and the global ids of the conversations that follow it. */
async function deepPage(databaseUrl: string): Promise<{ after: string; ids: string[] }> {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; last: Date }>(
      `with list as (
         select id, last_message_at, row_number() over (order by last_message_at desc, id desc) as place, count(*) over () as size
         from conversation where workspace_id = $1 and status = $2
       )
       select id, last_message_at as last from list
       where place between ceil(size * $3::float) and ceil(size * $3::float) + $4::int
       order by place`,
      [WORKSPACE_ID, page.status, DEPTH, page.first],
    );
    const [place, ...following] = rows;
    const values = [place!.last.toISOString(), place!.id];
    return {
      after: encodeCursor({ order: conversationOrders.LAST_MESSAGE_DESC.name, values }),
      ids: following.map(({ id }) => globalId('Conversation', id)),
    };
  } finally {
    await client.end();
  }
}

async function conversationIds(target: Target): Promise<string[]> {
  const { data } = JSON.parse((await ask(target)).toString()) as {
    data: { conversations: { nodes: { id: string }[] } };
  };
  return data.conversations.nodes.map(({ id }) => id);
}
