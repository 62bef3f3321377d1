import { Client as Postgres, type QueryConfig } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

/** A list query costs the same number of SQL statements, whether it finds one row or a hundred. */

let parley: TestApp;
let few: Client;
let some: Client;
let many: Client;
/** A customer of each world with all that its world has. */
let customers: Map<Client, string>;
beforeAll(async () => {
  parley = await startTestApp({ PARLEY_POOL_SIZE: '2' });
  customers = new Map();
  few = await makeWorld(1);
  some = await makeWorld(25);
  many = await makeWorld(60);
}, 60_000);
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** A workspace where every list, nested or not, has this many rows. */
async function makeWorld(size: number): Promise<Client> {
  const { owner, workspaceId } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const { conversation, message } = await recordMessage(owner, channelId, { threadKey: 'all' });
  const customerId = conversation.customer!.id;
  customers.set(owner, customerId);
  for (let n = 1; n < size; n++) await makeChannel(owner);
  const rows = (statement: string, ...values: unknown[]) =>
    asOwner(parley, statement, [workspaceId, size, ...values]);
  const time = `timestamptz '2026-01-01' + n * interval '1 hour'`;
  await rows(
    `insert into customer (workspace_id, id, stage, created_at, updated_at)
     select $1, gen_random_uuid(), 'ACTIVE', ${time}, ${time} from generate_series(2, $2::int) n`,
  );
  await rows(
    `insert into app_user (workspace_id, id, email, role, status, created_at)
     select $1, gen_random_uuid(), n || '@example.com', 'AGENT', 'INVITED', now() from generate_series(1, $2::int) n`,
  );
  await rows(
    `insert into company (workspace_id, id, name, created_at, updated_at)
     select $1, gen_random_uuid(), 'c' || n, now(), now() from generate_series(1, $2::int) n`,
  );
  const nth = (table: string) =>
    `(select id from ${table} where workspace_id = $1 order by id offset (n - 1) % $2::int limit 1)`;
  await rows(
    `update customer c set company_id = x.id
     from (select c.id customer, ${nth('company')} id from (select id, row_number() over () n from customer where workspace_id = $1) c) x
     where c.workspace_id = $1 and c.id = x.customer`,
  );
  await rows(
    `insert into post (workspace_id, id, channel_id, external_id, published_at, created_at)
     select $1, gen_random_uuid(), ${nth('channel')}, n, ${time}, ${time} from generate_series(1, $2::int) n`,
  );
  await rows(
    `insert into conversation (workspace_id, id, channel_id, customer_id, assignee_id, post_id, thread_key,
       visibility, started_at, last_message_at, created_at, updated_at)
     select $1, gen_random_uuid(), ${nth('channel')}, $3, ${nth('app_user')}, ${nth('post')}, 't' || n,
       'PUBLIC', ${time}, ${time}, ${time}, ${time} from generate_series(2, $2::int) n`,
    uuid(customerId),
  );
  await rows(
    `insert into conversation (workspace_id, id, channel_id, customer_id, thread_key,
       visibility, started_at, last_message_at, created_at, updated_at)
     select $1, gen_random_uuid(), (select id from channel where workspace_id = $1 limit 1), id, 'of' || id,
       'PUBLIC', created_at, created_at, created_at, created_at from customer where workspace_id = $1 and id <> $3 and $2 > 0`,
    uuid(customerId),
  );
  await rows(
    `insert into message (workspace_id, id, conversation_id, channel_id, direction, body, sent_at, received_at,
       author_customer_id, author_user_id, reply_to_id)
     select $1, gen_random_uuid(), c.id, c.channel_id, 'INBOUND', 'x', ${time}, now(), ${nth('customer')},
       ${nth('app_user')}, $3
     from conversation c, generate_series(1, $2::int) n where c.workspace_id = $1`,
    uuid(message.id),
  );
  await rows(
    `update message m set response_id = $3, responded_at = now() where workspace_id = $1 and id <> $3 and $2 > 0`,
    uuid(message.id),
  );
  await rows(
    `update conversation c set last_message_id = (select id from message m where m.workspace_id = $1
       and m.conversation_id = c.id order by sent_at desc limit 1) where workspace_id = $1 and $2 > 0`,
  );
  await rows(
    `update conversation c set post_id = coalesce(post_id, p.id), assignee_id = coalesce(assignee_id, u.id)
     from (select id from post where workspace_id = $1 limit 1) p, (select id from app_user where workspace_id = $1 limit 1) u
     where workspace_id = $1 and $2 > 0`,
  );
  for (const [table, columns, values] of [
    [
      'message_revision',
      'kind, previous_body, occurred_at, recorded_at',
      `'EDITED', 'x', ${time}, ${time}`,
    ],
    ['attachment', 'created_at', 'now()'],
  ]) {
    await rows(
      `insert into ${table} (workspace_id, id, message_id, ${columns})
       select $1, gen_random_uuid(), $3, ${values} from generate_series(1, $2::int) n`,
      uuid(message.id),
    );
  }
  await rows(
    `insert into message_reaction (workspace_id, id, message_id, actor_key, customer_id, reaction, reacted_at)
     select $1, gen_random_uuid(), $3, n, ${nth('customer')}, 'like', ${time} from generate_series(1, $2::int) n`,
    uuid(message.id),
  );
  await rows(
    `insert into post_revision (workspace_id, id, post_id, kind, occurred_at, recorded_at)
     select $1, gen_random_uuid(), ${nth('post')}, 'EDITED', ${time}, ${time} from generate_series(1, $2::int) n`,
  );
  await rows(
    `insert into touchpoint (workspace_id, id, customer_id, channel_id, conversation_id, message_id, type, source,
       external_id, occurred_at, recorded_at)
     select $1, gen_random_uuid(), $3, ${nth('channel')}, ${nth('conversation')}, ${nth('message')}, 'visit', 'test', n,
       ${time}, ${time} from generate_series(2, $2::int) n`,
    uuid(customerId),
  );
  await rows(
    `insert into customer_identity (workspace_id, id, customer_id, channel_kind, external_id, created_at)
     select $1, gen_random_uuid(), $3, 'SMS', n, now() from generate_series(2, $2::int) n`,
    uuid(customerId),
  );
  await rows(
    `insert into lifecycle_transition (workspace_id, id, customer_id, to_stage, occurred_at, recorded_at)
     select $1, gen_random_uuid(), $3, 'ACTIVE', ${time}, ${time} from generate_series(1, $2::int) n`,
    uuid(customerId),
  );
  for (const id of [conversation.id, customerId]) {
    for (let n = 0; n < Math.min(size, 5); n++) {
      await must(owner, 'tagAdd', { id, input: { name: `tag ${n}` } }, 'tag { id }');
    }
  }
  return owner;
}

/** Through which every connection goes. */
const prototype = Postgres.prototype as unknown as {
  query: (this: Connection, ...args: unknown[]) => unknown;
};

interface Connection {
  connectionParameters: { application_name?: string };
}

/** Runs `work`; gives the texts of the statements that the API sent meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const { query } = prototype;
  const spy = jest.spyOn(prototype, 'query').mockImplementation(function (
    this: Connection,
    ...args: unknown[]
  ) {
    const [first] = args as [string | QueryConfig];
    const isOfApi = this.connectionParameters.application_name === 'parley parley_api';
    // the worker has connections of its own
    if (isOfApi) texts.push(typeof first === 'string' ? first : first.text);
    return query.apply(this, args);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  // bindings and notes of when keys were used come at times of their own, however many rows there are
  return texts.filter((text) => !/parley\.workspace_id|update api_key/.test(text));
}

const MESSAGE = `id body authorCustomer { id name } authorUser { id } conversation { id }
  replyTo { id body } response { id body } replies(first: 3) { nodes { id } }
  revisions(first: 2) { nodes { id } } attachments(first: 2) { nodes { id } }
  reactions(first: 2) { nodes { reaction customer { id } } }`;
const CUSTOMER = `id name company { id name } tags { name } identities(first: 3) { nodes { id } }
  transitions(first: 3) { nodes { id } }`;
const CONVERSATION = `id channel { id name } customer { ${CUSTOMER} } assignee { id email }
  post { id channel { id } } lastMessage { id body authorCustomer { id } } tags { name }`;
const TOUCHPOINT = 'id customer { id } channel { id } conversation { id } message { id body }';

const meetsAgain = new Set(['customers with theirs', 'one customer with long lists']);

/** Each list with everything in it that is read from elsewhere. */
const queries: Record<string, string> = {
  'conversations with their neighbours': `{ conversations(first: 100) { nodes { ${CONVERSATION} } } }`,
  'conversations by their edges': `{ conversations(first: 100) { edges { cursor node { ${CONVERSATION} } } } }`,
  'conversations with their messages': `{ conversations(first: 60) { nodes { id messages(first: 3) { nodes { ${MESSAGE} } } } } }`,
  'conversations by search': `{ conversations(first: 100, filter: { search: "x" }) { nodes { id customer { name } } } }`,
  'customers with theirs': `{ customers(first: 60) { nodes { ${CUSTOMER}
    conversations(first: 2) { nodes { ${CONVERSATION} } } touchpoints(first: 2) { nodes { ${TOUCHPOINT} } } } } }`,
  channels: '{ channels(first: 100) { nodes { id name } } }',
  'channels with all of theirs': `{ channels(first: 100) { nodes { id settings secretsSet webhookUrl
    capabilities { private { edits } } health { status backlog { inbound outbound } } } } }`,
  'posts with their channels':
    '{ posts(first: 100) { nodes { id channel { id name } revisions(first: 2) { nodes { kind } } } } }',
  'touchpoints with theirs': `{ touchpoints(first: 100) { nodes { ${TOUCHPOINT} } } }`,
  'metrics by channel':
    '{ responseMetrics(groupBy: [CHANNEL]) { groups { channel { id name } inboundMessages } } }',
  'one customer with long lists': `query ($id: ID!) { customer(by: { id: $id }) {
    conversations(first: 100) { nodes { ${CONVERSATION} } } touchpoints(first: 100) { nodes { ${TOUCHPOINT} } }
    identities(first: 100) { nodes { id customer { id } } } transitions(first: 100) { nodes { id } } } }`,
};

/** How many fields of a query have fields of their own: the most statements that it may cost. */
function objectsIn(query: string): number {
  return query.split('{').length - 2;
}

describe.each(Object.entries(queries))('%s', (name, query) => {
  test('cost as many statements for one row as for many', async () => {
    const ask = (client: Client) => client.query(query, { id: customers.get(client) });
    const [one, , all] = [await ask(few), await ask(some), await ask(many)];
    expect(JSON.stringify(all).length).toBeGreaterThan(JSON.stringify(one).length * 5);
    const forFew = (await statementsOf(() => ask(few))).length;
    const forSome = (await statementsOf(() => ask(some))).length;
    const forMany = (await statementsOf(() => ask(many))).length;
    expect(forFew).toBeGreaterThan(0);
    if (meetsAgain.has(name)) {
      // whether an object is there already at the second place depends on which read ends first
      for (const count of [forFew, forSome, forMany]) {
        expect(count).toBeLessThanOrEqual(objectsIn(query));
      }
    } else {
      expect([forSome, forMany]).toEqual([forFew, forFew]);
    }
  });
});

test('the whole inbox comes with its neighbours by one statement', async () => {
  const query = `{ conversations(first: 100) { nodes { id status customer { name } channel { name }
    assignee { name } lastMessage { body } } } }`;
  await many.query(query);
  expect(await statementsOf(() => many.query(query))).toHaveLength(1);
});

test('recording a batch of touchpoints costs as many statements for one as for 500', async () => {
  let serial = 0;
  const record = (count: number) => {
    const batch = Array.from({ length: count }, () => ({
      customer: { id: customers.get(many) },
      type: 'visit',
      source: 'counted',
      externalId: String(serial++),
      occurredAt: '2026-01-01T00:00:00Z',
    }));
    const selection = 'items { outcome touchpoint { id customer { id } } }';
    return must(many, 'touchpointRecord', { input: batch }, selection);
  };
  await record(1);
  const forOne = await statementsOf(() => record(1));
  expect(await statementsOf(() => record(500))).toHaveLength(forOne.length);
});
