import { Client as Postgres } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import { call, must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** Thread keys of the conversations that a search finds. */
async function conversations(search: string): Promise<string> {
  const { nodes } = await call<{ nodes: { threadKey: string }[] }>(
    owner,
    'conversations',
    { filter: { search } },
    '{ nodes { threadKey } }',
  );
  return nodes
    .map(({ threadKey }) => threadKey)
    .sort()
    .join(' ');
}

/** Names of the customers that a search finds. */
async function customers(search: string): Promise<string> {
  const { nodes } = await call<{ nodes: { name: string | null }[] }>(
    owner,
    'customers',
    { filter: { search } },
    '{ nodes { name } }',
  );
  return nodes
    .map(({ name }) => name ?? '-')
    .sort()
    .join(', ');
}

describe('a search', () => {
  beforeAll(async () => {
    ({ owner, workspaceId } = await parley.workspace());
    channelId = await makeChannel(owner);
    const bodies: Record<string, string> = {
      parcel: 'My parcel hasn’t arrived; the CAFÉ says it’s at the Großmarkt',
      refund: 'I want a refund for the late delivery, please',
      delivery: 'Delivery was late but the cafe was nice',
      order: 'Order A-4711 / 100% wrong_size, mail me: zoe@example.com',
      russian: 'Где моя посылка? Ёлка',
      emoji: 'great 🎉🎉 thanks',
    };
    for (const [threadKey, body] of Object.entries(bodies)) {
      await recordMessage(owner, channelId, {
        threadKey,
        body,
        customer: { externalId: `p${threadKey.length}` },
      });
    }
    await recordMessage(owner, channelId, {
      threadKey: 'named',
      body: 'hello',
      subject: 'Überweisung 50%_off',
      customer: { externalId: '998877', handle: 'Jose_M', displayName: 'José Martínez' },
    });
    await must(
      owner,
      'customerUpsert',
      {
        by: { externalRef: 'CRM-0042' },
        input: { name: 'Renée O’Brien', email: 'renee.obrien@example.org' },
      },
      'outcome',
    );
  });

  test.each([
    ['parcel', 'parcel'],
    ['PARCEL', 'parcel'],
    ['cafe', 'delivery parcel'],
    ['Café', 'delivery parcel'],
    ['grossmarkt', 'parcel'],
    ['late delivery', 'delivery refund'],
    ['"late delivery"', 'refund'],
    ['"LATE delivery"', 'refund'],
    ['late -refund', 'delivery'],
    ['refund or parcel', 'parcel refund'],
    ['parcel refund', ''],
    ['parc', ''],
    ['посылка', 'russian'],
    ['ПОСЫЛКА елка', 'russian'],
    ['A-4711', 'order'],
    ['zoe@example.com', 'order'],
    ['"', ''],
    ['-', ''],
    ['!!! ???', ''],
    ["'; drop table message; --", ''],
    ['🎉', ''],
  ])('for %s finds in messages: %s', async (words, threads) => {
    expect(await conversations(words)).toBe(threads);
  });

  test.each([
    ['uberweisung', 'named'],
    ['WEISUNG', 'named'],
    ['50%_', 'named'],
    ['5%f', ''],
    ['50__', ''],
    ['jose', 'named'],
    ['martinez', 'named'],
    ['artín', 'named'],
    ['jose_m', 'named'],
    ['josexm', ''],
    ['9988', 'named'],
    ['\\', ''],
  ])('for %s finds in subjects, names and handles: %s', async (words, threads) => {
    expect(await conversations(words)).toBe(threads);
  });

  test.each([
    ['renee', 'Renée O’Brien'],
    ['RENÉE', 'Renée O’Brien'],
    ['née o', 'Renée O’Brien'],
    ['obrien@', 'Renée O’Brien'],
    ['crm-00', 'Renée O’Brien'],
    ['martinez', 'José Martínez'],
    ['ose_m', 'José Martínez'],
    ['p8', '-'],
    ['%', ''],
    ['_', 'José Martínez'],
    ['nobody', ''],
  ])('for %s finds customers: %s', async (words, names) => {
    expect(await customers(words)).toBe(names);
  });

  test('finds what nobody else’s workspace holds', async () => {
    const other = await parley.workspace();
    const mine = owner;
    owner = other.owner;
    expect([await conversations('cafe'), await customers('jose')]).toEqual(['', '']);
    owner = mine;
  });

  test('does not find a message by what was deleted', async () => {
    const { message } = await recordMessage(owner, channelId, {
      threadKey: 'gone',
      body: 'ephemeral',
    });
    expect(message.id).toBeDefined();
    expect(await conversations('ephemeral')).toBe('gone');
    await asOwner(parley, `update message set deleted_at = now() where body = 'ephemeral'`);
    expect(await conversations('ephemeral')).toBe('');
  });
});

describe('with tens of thousands of rows', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    ({ owner, workspaceId } = await parley.workspace());
    channelId = await makeChannel(owner);
    await asOwner(
      parley,
      `insert into customer (workspace_id, id, name, email, stage, created_at, updated_at)
       select $1, gen_random_uuid(), 'Customer ' || md5(n::text), md5(n::text) || '@example.com', 'ACTIVE', now(), now()
       from generate_series(1, 10000) n`,
      [workspaceId],
    );
    await asOwner(
      parley,
      `insert into customer_identity (workspace_id, id, customer_id, channel_kind, external_id, handle, created_at)
       select $1, gen_random_uuid(), id, 'X', id::text, md5(id::text), now() from customer where workspace_id = $1`,
      [workspaceId],
    );
    await asOwner(
      parley,
      `insert into conversation (workspace_id, id, channel_id, customer_id, thread_key, subject, visibility,
         started_at, last_message_at, created_at, updated_at)
       select $1, gen_random_uuid(), c.id, u.id, u.id::text || n, 'About ' || md5(u.id::text || n), 'PUBLIC',
         now(), now(), now(), now()
       from customer u, channel c, generate_series(1, 2) n where u.workspace_id = $1 and c.workspace_id = $1`,
      [workspaceId],
    );
    await asOwner(
      parley,
      `insert into message (workspace_id, id, conversation_id, channel_id, direction, body, sent_at, received_at)
       select $1, gen_random_uuid(), c.id, c.channel_id, 'INBOUND',
         'message about ' || md5(c.id::text) || ' and ' || md5(n::text || c.id), now(), now()
       from conversation c, generate_series(1, 1) n where c.workspace_id = $1`,
      [workspaceId],
    );
    await asOwner(parley, 'analyze');
    postgres = new Postgres(parley.database.url);
    await postgres.connect();
    await postgres.query(`select set_config('parley.workspace_id', $1, false)`, [workspaceId]);
  });
  afterAll(() => postgres.end());

  /** The plan of what a function does, for the role that it runs as. */
  async function planOf(name: string, words: string): Promise<string> {
    const { rows } = await postgres.query<{ source: string; role: string }>(
      'select prosrc source, proowner::regrole::text role from pg_proc where proname = $1',
      [name],
    );
    const { source, role } = rows[0]!;
    const statement = source.replaceAll(/\bwords\b/g, postgres.escapeLiteral(words));
    await postgres.query(`set role ${role}`);
    try {
      const plan = await postgres.query<{ 'QUERY PLAN': string }>(`explain ${statement}`);
      return plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      await postgres.query('reset role');
    }
  }

  test.each([
    ['search_messages', 'message about', ['message_search']],
    ['search_customers', 'abcdef', ['customer_search', 'customer_identity_search']],
    ['search_conversations', 'abcdef', ['conversation_search']],
  ])('%s reads indexes and no table as a whole', async (name, words, indexes) => {
    const rare = name === 'search_messages' ? 'abcdef12' : words;
    const plan = await planOf(name, rare);
    for (const index of indexes) expect(plan).toContain(`Bitmap Index Scan on ${index}`);
    expect(plan).not.toMatch(/Seq Scan/);
  });

  test.each(['search_messages', 'search_customers', 'search_conversations'])(
    '%s runs as the system, is out of everybody’s reach but the API’s, and needs a workspace',
    async (name) => {
      const { rows } = await postgres.query<{
        role: string;
        definer: boolean;
        anybody: boolean;
        api: boolean;
      }>(
        `select proowner::regrole::text role, prosecdef definer,
           has_function_privilege('parley_api', oid, 'execute') api,
           coalesce(proacl::text like '%{=X%' or proacl::text like '%,=X%', true) anybody
         from pg_proc where proname = $1`,
        [name],
      );
      expect(rows).toEqual([{ role: 'parley_system', definer: true, anybody: false, api: true }]);
      const other = new Postgres(parley.database.url);
      await other.connect();
      try {
        await other.query('set role parley_api');
        expect((await other.query(`select * from ${name}('message')`)).rows).toEqual([]);
      } finally {
        await other.end();
      }
    },
  );

  test('the API’s own query for a search goes through the functions and finds one of many', async () => {
    const [row] = await asOwner<{ body: string; key: string }>(
      parley,
      `select m.body, c.thread_key "key" from message m join conversation c on c.id = m.conversation_id
       where m.workspace_id = $1 limit 1`,
      [workspaceId],
    );
    expect(await conversations(`"${row!.body}"`)).toBe(row!.key);
  });
});
