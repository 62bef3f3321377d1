import pino from 'pino';
import { Client as Connection } from 'pg';
import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { Client, type Answer } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { layWire, type Wire } from '../support/outage';
import { everythingOf } from '../support/owner';
import { makeChannel, recordMessage, unique } from '../support/world';

const POOL_SIZE = 3;

let database: TestDatabase;
let wire: Wire;
let app: App;
let url: string;
/** Beside the wire: sees what the application's connections are doing. */
let witness: Connection;
/** Beside it too: holds them up. */
let holder: Connection;
let faults: { msg: string; reqId?: string; err?: { message: string } }[];

beforeAll(async () => {
  database = await createTestDatabase();
  wire = await layWire(database.url);
  const log = pino(
    { level: 'error' },
    { write: (line: string) => faults.push(JSON.parse(line) as (typeof faults)[0]) },
  );
  const env = { PORT: '0', DATABASE_URL: wire.url, PARLEY_POOL_SIZE: String(POOL_SIZE) };
  faults = [];
  app = await createApp(loadConfig(env), { log });
  url = await app.listen();
  [witness, holder] = [new Connection(database.url), new Connection(database.url)];
  await Promise.all([witness.connect(), holder.connect()]);
});
afterAll(async () => {
  await app.close();
  await wire.cut();
  await Promise.all([witness.end(), holder.end()]);
  await database.drop();
});
beforeEach(() => {
  faults = [];
});

const query = '{ conversations { nodes { id } } }';

async function workspace(): Promise<{ owner: Client; workspaceId: string }> {
  const made = await makeWorkspace({ units: app.units, now: new Date() }, 'Test');
  return { owner: new Client(`${url}/graphql`, made.token), workspaceId: made.workspaceId };
}

const health = async (kind: 'live' | 'ready') => (await fetch(`${url}/health/${kind}`)).status;

/** The faults of requests; those of the job queue's own connections are no matter here. */
const requestFaults = () => faults.filter(({ msg }) => msg === 'a request failed');

/** Checks that an answer is that of a fault, tells nothing of it, and that the log has it. */
function expectFault({ errors }: Answer): void {
  expect(errors).toHaveLength(1);
  const { message, extensions } = errors![0]!;
  const { code, requestId, ...more } = extensions;
  expect([code, more]).toEqual(['INTERNAL', {}]);
  expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(message).toBe(
    'Something went wrong here. Try again; if it persists, report the request id.',
  );
  const logged = requestFaults().filter(({ reqId }) => reqId === requestId);
  expect(logged).toHaveLength(1);
  expect(logged[0]!.err!.message).not.toBe('');
}

/** Resolves when so many of the application's statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const { rows } = await witness.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database()
         and application_name = 'parley parley_api' and wait_event_type = 'Lock'`,
    );
    if (rows.length >= count) return;
  }
}

/** Does something while a table is held, so that whoever needs it waits. */
async function holding<T>(table: string, during: () => Promise<T>): Promise<T> {
  await holder.query(`begin; lock table ${table} in access exclusive mode`);
  try {
    return await during();
  } finally {
    await holder.query('rollback');
  }
}

test('without its database it answers with faults and is not ready, and recovers by itself', async () => {
  const { owner } = await workspace();
  expect([await health('live'), await health('ready')]).toEqual([200, 200]);
  for (let round = 0; round < 3; round++) {
    expect((await owner.ask(query)).errors).toBeUndefined();
    await wire.cut();
    for (const caller of [owner, new Client(owner.url, unique('nobody'))]) {
      expectFault(await caller.ask(query));
      expectFault(
        await caller.ask('mutation { conversationClose(id: "x") { userErrors { code } } }'),
      );
    }
    expect([await health('live'), await health('ready')]).toEqual([200, 503]);
    const told = (await (await fetch(`${url}/health/ready`)).json()) as object;
    expect(told).toEqual({ status: 'unavailable', reason: 'the database does not answer' });
    await wire.mend();
    expect(await owner.query(query)).toEqual({ conversations: { nodes: [] } });
    expect([await health('live'), await health('ready')]).toEqual([200, 200]);
  }
});

test('what does not need the database is answered without it', async () => {
  const { owner } = await workspace();
  await owner.query(query);
  await wire.cut();
  expect(await owner.query('{ __typename }')).toEqual({ __typename: 'Query' });
  expect((await owner.ask('{ nonsense }')).status).toBe(400);
  expect((await owner.with({ authorization: '' }).ask(query)).status).toBe(401);
  await wire.mend();
  expect(requestFaults()).toEqual([]);
});

test('a query whose database goes away in the middle is answered with a fault', async () => {
  const { owner } = await workspace();
  const asked = await holding('conversation', async () => {
    const answers = Array.from({ length: POOL_SIZE }, () => owner.ask(query));
    await waiting(POOL_SIZE);
    await wire.cut();
    return Promise.all(answers);
  });
  for (const answer of asked) expectFault(answer);
  await wire.mend();
  expect(await owner.query(query)).toEqual({ conversations: { nodes: [] } });
});

test('a mutation whose database goes away in the middle writes nothing, and can be sent again', async () => {
  const { owner, workspaceId } = await workspace();
  const channelId = await makeChannel(owner);
  const document = `mutation ($channelId: ID!, $input: MessageRecordInput!, $key: String) {
    messageRecord(channelId: $channelId, input: $input, idempotencyKey: $key) {
      outcome message { id } userErrors { code }
    }
  }`;
  const input = {
    ...{ threadKey: 'thread', externalId: 'message', direction: 'INBOUND', body: 'Hello' },
    ...{ sentAt: '2026-02-01T10:00:00Z', customer: { externalId: 'ada' } },
  };
  const variables = { channelId, input, key: 'once' };
  // what was done before gets its positions first
  await app.drain();
  const before = await everythingOf({ database }, workspaceId);
  for (const table of ['message', 'touchpoint', 'event_outbox', 'idempotency_record']) {
    const answer = await holding(table, async () => {
      const answering = owner.ask(document, variables);
      await waiting(1);
      await wire.cut();
      return answering;
    });
    expectFault(answer);
    await wire.mend();
    expect(await everythingOf({ database }, workspaceId)).toBe(before);
  }
  const first = await owner.query(document, variables);
  expect(first).toMatchObject({ messageRecord: { outcome: 'CREATED', userErrors: [] } });
  expect(await owner.query(document, variables)).toEqual(first);
});

test('connections that are killed over and over leave their places free', async () => {
  const { owner } = await workspace();
  const mutation = `mutation { customerUpsert(by: { externalRef: "k" }, input: {}) { outcome } }`;
  const isFault = ({ errors }: Answer) => errors?.[0]?.extensions.code === 'INTERNAL';
  for (let round = 0; round < 10; round++) {
    const answers = await holding('conversation, customer', async () => {
      const asked = [query, mutation, query].map((document) => owner.ask(document));
      await waiting(POOL_SIZE);
      await witness.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'parley parley_api'`,
      );
      return Promise.all(asked);
    });
    expect(answers.map(isFault)).toEqual([true, true, true]);
    for (const answer of answers) expectFault(answer);
  }
  // as many as there are places have to be able to wait at the same time
  await holding('conversation', async () => {
    const asked = Array.from({ length: POOL_SIZE }, () => owner.ask(query));
    await waiting(POOL_SIZE);
    await holder.query('rollback');
    for (const { errors } of await Promise.all(asked)) expect(errors).toBeUndefined();
  });
  const { rows } = await witness.query<{ count: string }>(
    `select count(*) from pg_stat_activity
     where datname = current_database() and application_name = 'parley parley_api'`,
  );
  expect(Number(rows[0]!.count)).toBeLessThanOrEqual(POOL_SIZE);
});

test('a statement that the database refuses is a fault of that request alone', async () => {
  const { owner } = await workspace();
  const channelId = await makeChannel(owner);
  const { conversation } = await recordMessage(owner, channelId);
  await witness.query('alter table message rename to message_elsewhere');
  const document =
    'query ($id: ID!) { viewer { name } conversation(id: $id) { id messages { nodes { id } } } }';
  const answer = await owner.ask(document, { id: conversation.id });
  await witness.query('alter table message_elsewhere rename to message');
  expectFault(answer);
  expect(answer.errors![0]!.path).toEqual(['conversation', 'messages']);
  // what does not depend on it is there
  expect(answer.data).toEqual({ viewer: { name: 'Owner' }, conversation: null });
  expect(JSON.stringify(answer)).not.toMatch(/message_elsewhere|relation|select/);
  expect((await owner.ask(document, { id: conversation.id })).errors).toBeUndefined();
});

test('a start without its database fails, and leaves nothing open', async () => {
  await wire.cut();
  const env = { PORT: '0', DATABASE_URL: wire.url };
  await expect(createApp(loadConfig(env), { log: pino({ level: 'silent' }) })).rejects.toThrow();
  await wire.mend();
});
