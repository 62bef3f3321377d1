import { deepStrictEqual } from 'node:assert';
import { join } from 'node:path';
import { uuidOf, type IdKind } from '../src/domain/kit/ids';
import { startServer } from './support/child';
import { seededDatabase, startPostgres } from './support/database';
import { LoadGenerator } from './support/load';
import { ask, measureInTurns, ratio, type Contender } from './support/measure';
import { graphqlTarget, inboxQuery, POOL_SIZE, startParley } from './support/parley';
import { postgraphileInbox, postgraphileTarget, startPostgraphile } from './support/postgraphile';
import { printFigures, printResult } from './support/report';
import { BenchError, type Run } from './support/run';
import { WORKSPACE_ID } from './support/seed';

const full = {
  database: 'inbox',
  plan: { customers: 50_000, conversations: 100_000, messagesPerConversation: 10 },
  windows: { warmUp: 8, rounds: 7, seconds: 5 },
};
const quick = {
  database: 'inbox_quick',
  plan: { customers: 2_000, conversations: 4_000, messagesPerConversation: 10 },
  windows: { warmUp: 3, rounds: 2, seconds: 2 },
};

const page = { status: 'OPEN', first: 20 };

/** The UUIDs of a conversation and its neighbours. */
interface Row {
  id: string | null;
  customer: string | null;
  channel: string | null;
  lastMessage: string | null;
}

interface InboxContender extends Contender {
  /** Reads the rows out of the contender's answer. */
  rows(answer: never): Row[];
}

/** The inbox, through the whole stack, against SQL by hand behind a bare server and PostGraphile. */
export async function inbox(run: Run): Promise<void> {
  const { database, plan, windows } = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const url = await seededDatabase(run, postgres, database, plan);
  const contenders = {
    ours: await startOurs(run, url),
    limit: await startLimit(run, url),
    postgraphile: await startPeer(run, url),
  };
  await compareAnswers(Object.values(contenders));

  const generator = await LoadGenerator.start(run);
  const { postmaster, machine } = postgres;
  const { figures, otherLoad } = await measureInTurns(
    { run, generator, postmaster },
    contenders,
    windows,
  );
  printFigures({
    Parley: figures.ours,
    'SQL by hand': figures.limit,
    PostGraphile: figures.postgraphile,
  });
  const rate = figures.ours.requestsPerSecond;
  printResult({
    bench: run.name,
    quick: run.quick,
    ours: figures.ours,
    limit: figures.limit,
    peers: { postgraphile: figures.postgraphile },
    ratios: {
      limit: ratio(rate, figures.limit.requestsPerSecond),
      postgraphile: ratio(rate, figures.postgraphile.requestsPerSecond),
    },
    machine: { ...machine, otherLoad },
  });
}

/** All must answer with the same full page, else they would not be doing the same work. */
async function compareAnswers([first, ...others]: InboxContender[]): Promise<void> {
  const expected = await readRows(first!);
  const whole = expected.every((row) => Object.values(row).every((id) => id != null));
  if (expected.length !== page.first || !whole) {
    throw new BenchError(`${first!.name} does not answer with a full page and its neighbours.`);
  }
  for (const other of others) deepStrictEqual(await readRows(other), expected, other.name);
}

async function readRows(contender: InboxContender): Promise<Row[]> {
  const text = (await ask(contender)).toString();
  try {
    return contender.rows(JSON.parse(text) as never);
  } catch (error) {
    throw new BenchError(`${contender.name} has answered: ${text.slice(0, 1_000)}`, {
      cause: error,
    });
  }
}

async function startOurs(run: Run, url: string): Promise<InboxContender> {
  const server = await startParley(run, 'Parley', url);
  return {
    ...server,
    ...graphqlTarget(server, inboxQuery, page),
    rows: ({ data }: { data: { conversations: { nodes: Nodes<'customer' | 'channel'> } } }) =>
      data.conversations.nodes.map((node) => ({
        id: bare('Conversation', node),
        customer: bare('Customer', node.customer),
        channel: bare('Channel', node.channel),
        lastMessage: bare('Message', node.lastMessage),
      })),
  };
}

async function startLimit(run: Run, url: string): Promise<InboxContender> {
  const server = await startServer(run, {
    name: 'SQL by hand',
    script: join(__dirname, 'limits', 'inbox.js'),
    env: { DATABASE_URL: url, POOL_SIZE: String(POOL_SIZE), WORKSPACE_ID },
  });
  return {
    ...server,
    url: `${server.url}/inbox?status=${page.status}`,
    method: 'GET',
    headers: {},
    rows: ({ nodes }: { nodes: Nodes<'customer' | 'channel'> }) =>
      nodes.map(({ id, customer, channel, lastMessage }) => ({
        id,
        customer: customer?.id ?? null,
        channel: channel?.id ?? null,
        lastMessage: lastMessage?.id ?? null,
      })),
  };
}

async function startPeer(run: Run, url: string): Promise<InboxContender> {
  const server = await startPostgraphile(run, url);
  const variables = { ...page, workspaceId: WORKSPACE_ID };
  return {
    ...server,
    ...postgraphileTarget(server, postgraphileInbox, variables),
    rows: ({ data }: { data: { allConversations: { nodes: Nodes<PeerNames> } } }) =>
      data.allConversations.nodes.map((node) => ({
        id: node.id,
        customer: node.customerByWorkspaceIdAndCustomerId?.id ?? null,
        channel: node.channelByWorkspaceIdAndChannelId?.id ?? null,
        lastMessage: node.lastMessage?.id ?? null,
      })),
  };
}

type PeerNames = 'customerByWorkspaceIdAndCustomerId' | 'channelByWorkspaceIdAndChannelId';

/** Conversations as they are answered, with what their neighbours are called there. */
type Nodes<Names extends string> = ({ id: string } & Record<
  Names | 'lastMessage',
  { id: string } | null
>)[];

function bare(kind: IdKind, node: { id: string } | null): string | null {
  return node && uuidOf(kind, node.id);
}
