import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { CloseCode } from '../../src/server/websocket/close-codes';
import { call, must } from '../support/call';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { readLiveCode, writeLiveCode } from '../support/live-code';
import { uuid } from '../support/owner';
import { endProcesses, Server, until } from '../support/process';
import { makeChannel, makeKey, recordMessage, unique } from '../support/world';
import { layDeafWire, type DeafWire } from './deaf-wire';
import { killReaders, Reader } from './reader';

jest.setTimeout(60_000);

const TOKEN = 'parley_owner_of_the_page';

let database: TestDatabase;
let postgres: Postgres;
let code: { path: string; remove(): Promise<void> };
/** The server that readers of the page are connected to: it comes and goes. */
let near: Server;
let nearPort: string;
/** The server by which things happen meanwhile. */
let far: Server;
let owner: Client;
let channelId: string;

function start(port: string, role: string): Promise<Server> {
  return Server.start({
    args: [role],
    env: {
      PORT: port,
      DATABASE_URL: database.url,
      PARLEY_ADMIN_TOKEN: TOKEN,
      PARLEY_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
      PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
      PARLEY_HEARTBEAT_SECONDS: '0.2',
      LOG_LEVEL: 'warn',
    },
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  postgres = new Postgres(database.url);
  await postgres.connect();
  code = await writeLiveCode();
  [near, far] = await Promise.all([start('0', 'api'), start('0', 'all')]);
  nearPort = new URL(near.url).port;
  owner = far.as(TOKEN);
});
beforeEach(async () => {
  channelId = await makeChannel(owner);
});
afterEach(killReaders);
afterAll(async () => {
  await endProcesses();
  await code.remove();
  await postgres.end();
  await database.drop();
});

/** What code of the page is told first. */
function access(server: Server = near): { url: string; token: string } {
  return { url: `${server.url}/graphql`, token: TOKEN };
}

async function killNear(): Promise<void> {
  await near.kill('SIGKILL');
}

async function restartNear(): Promise<void> {
  near = await start(nearPort, 'api');
}

/** Waits until all that was committed has its position; gives the head. */
async function head(): Promise<number> {
  await until(
    async () => (await postgres.query('select from event_outbox limit 1')).rowCount === 0,
    'everything is sequenced',
  );
  const { rows } = await postgres.query<{ head: number }>(
    'select position::int head from event_head',
  );
  return rows[0]!.head;
}

/** Removes every event from the log, as retention does. */
async function prune(): Promise<void> {
  await head();
  const drop = `select drop_event_partition(now() + interval '100 days') dropped`;
  while ((await postgres.query<{ dropped: string | null }>(drop)).rows[0]!.dropped);
}

async function newConversation(): Promise<string> {
  return (await recordMessage(owner, channelId)).conversation.id;
}

/** Begins so many conversations. */
async function newConversations(count: number): Promise<void> {
  for (let made = 0; made < count; made += 10) {
    await Promise.all(Array.from({ length: 10 }, () => newConversation()));
  }
}

function close(id: string): Promise<unknown> {
  return must(owner, 'conversationClose', { id }, 'conversation { id }');
}

describe('the live inbox', () => {
  /** The list as the query has it, at this moment. */
  async function asked(filter: object): Promise<string[]> {
    const { conversations } = await owner.query<{ conversations: { nodes: object[] } }>(
      `query ($filter: ConversationFilterInput) {
        conversations(filter: $filter, first: 100) {
          nodes { id status subject lastMessageAt customer { id name } }
        }
      }`,
      { filter },
    );
    return sorted(conversations.nodes);
  }

  function sorted(list: object[]): string[] {
    return list.map((it) => JSON.stringify(it)).sort();
  }

  test('stays what the query gives, through restarts, and when it was away past retention', async () => {
    const filter = { channelIds: [channelId], status: 'OPEN' };
    const [first, second, third] = [
      await newConversation(),
      await newConversation(),
      await newConversation(),
    ];
    const reader = new Reader(code.path, 'inbox', { ...access(), filter });
    const agrees = async (what: string) => {
      const expected = await asked(filter);
      const isEqual = (list: object[]) => sorted(list).join() === expected.join();
      await until(() => isEqual(reader.last('list') ?? []), what).catch(() => undefined);
      expect(sorted(reader.last('list') ?? [])).toEqual(expected);
      return expected.length;
    };
    expect(await agrees('the list as it is at first')).toBe(3);

    await newConversation();
    await close(first);
    expect(await agrees('one has entered and one has left')).toBe(3);
    await recordMessage(owner, channelId, { threadKey: unique('thread') });
    await must(owner, 'conversationReopen', { id: first }, 'conversation { id }');
    expect(await agrees('two have entered')).toBe(5);

    await killNear();
    await close(second);
    await newConversation();
    await newConversation();
    await restartNear();
    expect(await agrees('what happened while the server was away')).toBe(6);

    await killNear();
    await close(third);
    await newConversation();
    await prune();
    await restartNear();
    expect(await agrees('what happened, and was forgotten, while the server was away')).toBe(6);
    await close(first);
    expect(await agrees('what happens afterwards')).toBe(5);
    expect(reader.all('error')).toEqual([]);
    await reader.end();
  });

  test('says why, and ends, when the token is wrong', async () => {
    const reader = new Reader(code.path, 'inbox', { ...access(), token: 'parley_wrong_token' });
    const { code: closed } = await reader.tells<{ code: number }>('error');
    expect(closed).toBe(4401);
    await reader.end();
    expect(reader.all('error')).toHaveLength(1);
  });

  test('says why, and ends, when the filter is wrong', async () => {
    const filter = { status: 'OPNE' };
    const reader = new Reader(code.path, 'inbox', { ...access(), filter });
    const [error] = await reader.tells<{ message: string; extensions: object }[]>('error');
    expect(error!.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: ['filter', 'status'] });
    expect(error!.message).toContain('Did you mean');
    await reader.end();
  });
});

describe('follow', () => {
  const WAYS = ['socket', 'stream', 'shared stream'];
  interface Item {
    kind: string;
    position: number;
    event: { id: string; type: string } | null;
  }

  /** The positions of the events that a reader was told of. */
  function positions(reader: Reader): number[] {
    return reader
      .all<Item>('item')
      .filter(({ kind }) => kind === 'EVENT')
      .map(({ position }) => position);
  }

  function range(after: number, last: number): number[] {
    return Array.from({ length: last - after }, (_, index) => after + 1 + index);
  }

  test.each(WAYS)('brings each event once across a restart, by a %s', async (over) => {
    await newConversation();
    const after = await head();
    const reader = new Reader(code.path, 'events', { ...access(), over, after });
    await newConversation();
    await reader.tells<Item>('item', ({ kind }) => kind === 'EVENT');
    await killNear();
    await newConversation();
    await restartNear();
    await newConversation();
    const last = await head();
    await reader.tells<Item>('item', ({ position, kind }) => {
      return kind === 'HEARTBEAT' && position === last;
    });
    await reader.end();
    expect(positions(reader)).toEqual(range(after, last));
    expect(reader.all('error')).toEqual([]);
  });

  test.each(WAYS)('goes on after RESYNC_REQUIRED by itself, by a %s', async (over) => {
    await newConversation();
    const gone = await head();
    await prune();
    const reader = new Reader(code.path, 'events', { ...access(), over, after: gone - 1 });
    await reader.tells<Item>('item', ({ kind }) => kind === 'RESYNC_REQUIRED');
    await newConversation();
    const last = await head();
    await reader.tells<Item>('item', ({ position }) => position === last);
    await reader.end();
    const notices = reader.all<Item>('item').filter(({ kind }) => kind !== 'HEARTBEAT');
    expect(notices[0]).toEqual({ kind: 'RESYNC_REQUIRED', position: gone, event: null });
    expect(positions(reader)).toEqual(range(gone, last));
  });

  test.each(WAYS)('gives up, and says why, when a revoked token ends a %s', async (over) => {
    const { token, id } = await makeKey(owner, {
      scopes: ['WORKSPACE_READ', 'CONVERSATION_READ'],
    });
    const reader = new Reader(code.path, 'events', { ...access(), token, over });
    await reader.tells<Item>('item');
    await must(owner, 'apiKeyRevoke', { id }, 'apiKey { id }');
    const { code: closed, status } = await reader.tells<{ code?: number; status?: number }>(
      'error',
    );
    expect(closed ?? status).toBe(over === 'socket' ? 4401 : 401);
    await reader.end();
    expect(reader.all('error')).toHaveLength(1);
  });

  test.each(WAYS)(
    'gives up, and says why, when the position lies in the future, by a %s',
    async (over) => {
      const after = (await head()) + 1_000;
      const reader = new Reader(code.path, 'events', { ...access(), over, after });
      const [error] = await reader.tells<{ message: string; extensions: object }[]>('error');
      expect(error!.message).toContain(`after is ${after}, but the log ends at`);
      expect(error!.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: ['after'] });
      await reader.end();
    },
  );

  let wire: DeafWire | undefined;
  afterEach(() => wire?.close());

  test.each(WAYS)(
    'connects anew when nothing comes for too long by a %s that seems to be open',
    async (over) => {
      wire = await layDeafWire(near.url);
      const after = await head();
      const url = `${wire.url}/graphql`;
      const reader = new Reader(code.path, 'events', {
        ...access(),
        url,
        over,
        after,
        silence: 900,
      });
      await reader.tells<Item>('item');
      wire.goDeaf();
      await newConversation();
      const last = await head();
      await reader.tells<Item>('item', ({ position }) => position >= last);
      // or the deaf connection would keep the process of the reader for a while
      await wire.close();
      await reader.end();
      expect(positions(reader)).toEqual(range(after, last));
    },
  );
});

describe('with Apollo Client', () => {
  interface Update {
    position: number;
    event: { type: string };
    message: { id: string; body: string } | null;
    conversation: { id: string; status: string };
  }

  test('a conversation is followed by two across a restart, and its objects are kept up to date', async () => {
    const threadKey = unique('thread');
    const record = (body: string) => recordMessage(owner, channelId, { threadKey, body });
    const { id: conversationId } = (await record('One')).conversation;
    const reader = new Reader(code.path, 'apollo', { ...access(), conversationId });
    await reader.tells('shown', (status) => status === 'OPEN');
    // nothing tells when it listens: the first message does, at the latest
    await until(async () => {
      await record('Hello?');
      return reader.all('event').length > 0 && reader.all('event of another').length > 0;
    }, 'the conversation is followed');
    await record('Two');
    await killNear();
    await record('Three');
    await close(conversationId);
    await restartNear();
    await reader.tells('shown', (status) => status === 'CLOSED');
    await record('Four');
    const kinds = ['event', 'event of another'];
    for (const kind of kinds) {
      await reader.tells<Update>(kind, ({ message }) => message?.body === 'Four');
    }
    await reader.end();

    const { rows } = await postgres.query<{ position: number; type: string }>(
      `select position::int, type from event_log where conversation_id = $1 order by position`,
      [uuid(conversationId)],
    );
    for (const kind of kinds) {
      const told = reader.all<Update>(kind).map(({ position, event }) => {
        return { position, type: event.type };
      });
      expect(told).toEqual(rows.filter(({ position }) => position >= told[0]!.position));
    }
    expect(reader.all('error')).toEqual([]);
    expect(reader.all('resync')).toEqual([]);
  });

  test('what is shown is read anew after retention', async () => {
    const conversationId = await newConversation();
    const reader = new Reader(code.path, 'apollo', { ...access(), conversationId });
    await reader.tells('shown', (status) => status === 'OPEN');
    await until(async () => {
      await must(owner, 'conversationReopen', { id: conversationId }, 'conversation { id }');
      await close(conversationId);
      return reader.all('event').length > 0;
    }, 'the conversation is followed');
    await reader.tells('shown', (status) => status === 'CLOSED');
    await killNear();
    await must(owner, 'conversationReopen', { id: conversationId }, 'conversation { id }');
    await prune();
    await restartNear();
    await reader.tells('resync');
    await reader.tells('shown', (status) => status === 'OPEN');
    await until(() => reader.last('shown') === 'OPEN', 'what is shown is as it is now');
    await reader.end();
    expect(reader.all('error')).toEqual([]);
  });

  test('it gives up, and says why, when the token is wrong', async () => {
    const conversationId = await newConversation();
    const reader = new Reader(code.path, 'apollo', {
      ...access(),
      conversationId,
      token: 'parley_wrong_token',
    });
    const { code: closed } = await reader.tells<{ code: number }>('error');
    expect(closed).toBe(4401);
    await reader.end();
  });
});

describe('reading changes', () => {
  interface Event {
    id: string;
    position: number;
    type: string;
  }

  test('gives everything after a position, and the position to go on from', async () => {
    const after = await head();
    await newConversations(180);
    const last = await head();
    // more than a page
    expect(last - after).toBeGreaterThan(500);
    const reader = new Reader(code.path, 'changes', { ...access(), after });
    expect(await reader.tells('end')).toBe(last);
    await reader.end();
    const { rows } = await postgres.query<{ position: number; type: string }>(
      'select position::int, type from event_log where position > $1 order by position',
      [after],
    );
    const told = reader.all<Event>('event').map(({ position, type }) => ({ position, type }));
    expect(told).toEqual(rows);
    expect(reader.all('resync')).toEqual([]);
  });

  test('has everything read anew past retention, and then goes on', async () => {
    await newConversation();
    const gone = await head();
    await prune();
    await newConversation();
    const last = await head();
    const reader = new Reader(code.path, 'changes', { ...access(), after: gone - 1 });
    expect(await reader.tells('end')).toBe(last);
    await reader.end();
    expect(reader.all('resync')).toHaveLength(1);
  });

  test('waits for a server that is away', async () => {
    await newConversation();
    const last = await head();
    await killNear();
    const reader = new Reader(code.path, 'changes', { ...access(), after: last - 1 });
    await restartNear();
    expect(await reader.tells('end')).toBe(last);
    await reader.end();
    expect(reader.all('event')).toHaveLength(1);
  });

  test('throws for what the server refuses', async () => {
    const reader = new Reader(code.path, 'changes', { ...access(), after: 1_000_000 });
    const { code: refused, message } = await reader.tells<{ code: string; message: string }>(
      'error',
    );
    expect(refused).toBe('BAD_USER_INPUT');
    expect(message).toContain('after is 1000000, but the log ends at');
    await reader.end();
  });
});

describe('a receiver of webhooks', () => {
  test('gets every event, and takes one that comes again for what it is', async () => {
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    const reader = new Reader(code.path, 'webhooks', { secret });
    const port = await reader.tells<number>('port');
    const after = await head();
    const { webhookEndpoint } = await must<{ webhookEndpoint: { id: string } }>(
      owner,
      'webhookEndpointCreate',
      { input: { url: `http://127.0.0.1:${port}/`, secret, eventTypes: ['conversation.*'] } },
      'webhookEndpoint { id }',
    );
    const { id: endpointId } = webhookEndpoint;
    const conversationId = await newConversation();
    const [{ id: deliveryId }] = await delivered(endpointId, 1);
    await must(owner, 'webhookRedeliver', { deliveryId }, 'webhookDelivery { id }');
    await close(conversationId);
    const [, again] = await delivered(endpointId, 2);
    expect(again.attempts.nodes).toHaveLength(2);
    await must(owner, 'webhookEndpointDelete', { id: endpointId }, 'deletedId');
    await reader.end();

    const events = reader.all<{ position: number; type: string; subjectId: string }>('event');
    expect(events.map(({ type }) => type)).toEqual(['conversation.created', 'conversation.closed']);
    expect(events.map(({ subjectId }) => subjectId)).toEqual([conversationId, conversationId]);
    expect(events[0]!.position).toBeGreaterThan(after);
  });

  interface Delivery {
    id: string;
    attempts: { nodes: { responseStatus: number }[] };
  }

  /** Waits until so many requests have been answered; gives the deliveries, newest first. */
  async function delivered(endpointId: string, count: number): Promise<[Delivery, Delivery]> {
    let nodes: Delivery[] = [];
    await until(async () => {
      ({ nodes } = await call<{ nodes: Delivery[] }>(
        owner,
        'webhookDeliveries',
        { endpointId, status: 'DELIVERED' },
        '{ nodes { id attempts { nodes { responseStatus } } } }',
      ));
      return nodes.length >= count;
    }, `${count} deliveries are made`);
    return nodes as [Delivery, Delivery];
  }
});

describe('the page', () => {
  let page: string;
  beforeAll(async () => {
    page = await readFile(join(__dirname, '../../docs/live.md'), 'utf8');
  });

  /** What the first column of the table rows has whose last column says something. */
  function told(pattern: RegExp, verdict = ''): string[] {
    const rows = page.split('\n').filter((line) => line.startsWith('|') && line.includes(verdict));
    return rows.flatMap((row) => pattern.exec(row)?.[1] ?? []).sort();
  }
  const CLOSED = /^\| (\d{4}) /;
  const REFUSED = /^\| `([A-Z_]+)` .*(?:again|up) +\|$/;

  test('tells every code that a socket is closed with', () => {
    const givenByLibrary = [4406, 4408, 4429];
    const codes = [...Object.values(CloseCode), ...givenByLibrary];
    expect(told(CLOSED)).toEqual([...new Set(codes.map(String))].sort());
  });

  test('says of each code what follow makes of it', async () => {
    const follow = (await readLiveCode()).get('follow.mjs')!;
    const list = (name: string) =>
      [...new RegExp(`const ${name} = \\[(.*)\\]`).exec(follow)![1]!.matchAll(/\w+/g)]
        .map(String)
        .sort();
    expect(told(CLOSED, 'gives up')).toEqual(list('refusing'));
    expect(told(REFUSED, 'tries again')).toEqual(list('passing'));
  });

  test('shows a command that works', async () => {
    const [, command] = /```sh\n(.*?)```/s.exec(page)!;
    const shell = spawn('sh', ['-c', `exec ${command!.replace(/http:\/\/[\d.:]+/, near.url)}`], {
      env: { ...process.env, TOKEN },
    });
    let output = '';
    shell.stdout.on('data', (text: Buffer) => (output += text.toString()));
    await until(() => output.includes('HEARTBEAT'), 'curl listens');
    await newConversation();
    await until(() => /"kind":"EVENT",.*"type":"message.added"/.test(output), 'curl shows events');
    shell.kill();
    expect(output).toMatch(/^event: next$/m);
  });
});
