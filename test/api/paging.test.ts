import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must } from '../support/call';
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
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner);
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface Connection {
  nodes: { id: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const PAGE = `{ nodes { id } edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;

type Args = { first?: number; after?: string | null; last?: number; before?: string | null };
/** Reads a page of some list. */
type Read = (args: Args) => Promise<Connection>;

/** Every list of the API with each of its orders. */
const lists: [name: string, orders: (string | null)[]][] = [
  ['conversations', ['LAST_MESSAGE_DESC', 'LAST_MESSAGE_ASC', 'STARTED_DESC', 'STARTED_ASC']],
  ['customers', ['CREATED_DESC', 'CREATED_ASC', 'UPDATED_DESC', 'UPDATED_ASC']],
  ['touchpoints', ['OCCURRED_DESC', 'OCCURRED_ASC']],
  ['channels', [null]],
  ['posts', [null]],
];

const everyOrder = lists.flatMap(([name, orders]) =>
  orders.map((orderBy) => [name, orderBy] as const),
);

function reader(name: string, orderBy: string | null): Read {
  return (args) => call(owner, name, orderBy === null ? args : { ...args, orderBy }, PAGE);
}

/** Rows of all kinds, many with the same times; in two channels. */
async function makeRows(count: number): Promise<void> {
  const base = [workspaceId, count];
  const time = `timestamptz '2026-01-01' + (n % 4) * interval '1 day'`;
  await asOwner(
    parley,
    `insert into customer (workspace_id, id, stage, created_at, updated_at)
     select $1, gen_random_uuid(), 'ACTIVE', ${time}, ${time} from generate_series(1, $2::int) n`,
    base,
  );
  await asOwner(
    parley,
    `insert into channel (workspace_id, id, kind, name, external_id, visibility, created_at, updated_at)
     select $1, gen_random_uuid(), 'SMS', 'c', n, 'PUBLIC', ${time}, ${time} from generate_series(1, $2::int) n`,
    base,
  );
  await asOwner(
    parley,
    `insert into post (workspace_id, id, channel_id, external_id, published_at, created_at)
     select $1, gen_random_uuid(), (select id from channel where workspace_id = $1 limit 1), n, ${time}, ${time}
     from generate_series(1, $2::int) n`,
    base,
  );
  await asOwner(
    parley,
    `insert into conversation (workspace_id, id, channel_id, customer_id, thread_key, visibility, started_at,
       last_message_at, created_at, updated_at)
     select $1, gen_random_uuid(), (select id from channel where workspace_id = $1 limit 1),
       (select id from customer where workspace_id = $1 order by id limit 1), 't' || n, 'PUBLIC',
       ${time}, ${time}, ${time}, ${time} from generate_series(1, $2::int) n`,
    base,
  );
  await asOwner(
    parley,
    `insert into touchpoint (workspace_id, id, customer_id, type, source, external_id, occurred_at, recorded_at)
     select $1, gen_random_uuid(), (select id from customer where workspace_id = $1 order by id limit 1), 'visit',
       'test', n, ${time}, ${time} from generate_series(1, $2::int) n`,
    base,
  );
}

/** Reads a list page by page from its start; `between` runs after each page. */
async function forwards(read: Read, size: number, between = () => Promise.resolve()) {
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const { nodes, edges, pageInfo } = await read({ first: size, after });
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    seen.push(...nodes.map(({ id }) => id));
    if (!pageInfo.hasNextPage) return seen;
    expect(nodes).toHaveLength(size);
    after = pageInfo.endCursor;
    await between();
  }
}

/** Reads a list page by page from its end; gives it in its own order. */
async function backwards(read: Read, size: number) {
  const seen: string[] = [];
  for (let before: string | null = null; ;) {
    const { nodes, pageInfo } = await read({ last: size, before });
    expect(pageInfo.hasNextPage).toBe(before !== null);
    seen.unshift(...nodes.map(({ id }) => id));
    if (!pageInfo.hasPreviousPage) return seen;
    expect(nodes).toHaveLength(size);
    before = pageInfo.startCursor;
  }
}

describe('a walk through equal times sees each row once', () => {
  beforeEach(() => makeRows(23));

  test.each(everyOrder)(
    '%s by %s, forwards and backwards, in pages of any size',
    async (name, orderBy) => {
      const read = reader(name, orderBy);
      const whole = (await read({ first: 100 })).nodes.map(({ id }) => id);
      expect(new Set(whole).size).toBe(whole.length);
      expect(whole.length).toBeGreaterThanOrEqual(23);
      for (const size of [2, 7, 24]) {
        expect(await forwards(read, size)).toEqual(whole);
        expect(await backwards(read, size)).toEqual(whole);
      }
    },
  );

  test.each(lists.filter(([, orders]) => orders.length > 1))(
    '%s stand the other way round in the opposite order',
    async (name, orders) => {
      for (const order of orders) {
        const opposite = order!.endsWith('_DESC')
          ? order!.replace('_DESC', '_ASC')
          : order!.replace('_ASC', '_DESC');
        const { nodes } = await reader(name, order)({ first: 100 });
        const { nodes: reversed } = await reader(name, opposite)({ first: 100 });
        expect(reversed).toEqual([...nodes].reverse());
      }
    },
  );

  test.each(everyOrder)('%s by %s, while rows come in', async (name, orderBy) => {
    const read = reader(name, orderBy);
    const whole = (await read({ first: 100 })).nodes.map(({ id }) => id);
    let left = 3;
    const seen = await forwards(read, 5, async () => {
      if (left-- > 0) await makeRowsLater();
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => whole.includes(id))).toEqual(whole);
  });

  /** One more row of each kind, of a time that many have. */
  async function makeRowsLater(): Promise<void> {
    for (const table of ['customer', 'channel', 'post', 'conversation', 'touchpoint']) {
      const columns = await asOwner<{ names: string; values: string }>(
        parley,
        `select string_agg(column_name, ', ') names, string_agg(case column_name
             when 'id' then 'gen_random_uuid()'
             when 'external_id' then 'gen_random_uuid()'
             when 'thread_key' then 'gen_random_uuid()'
             else column_name end, ', ') "values"
         from information_schema.columns where table_name = $1`,
        [table],
      );
      await asOwner(
        parley,
        `insert into ${table} (${columns[0]!.names})
         select ${columns[0]!.values} from ${table} where workspace_id = $1 and ${
           table === 'customer' ? 'true' : `id <> '00000000-0000-0000-0000-000000000000'`
         } order by random() limit 1`,
        [workspaceId],
      );
    }
  }
});

describe('a page', () => {
  let read: Read;
  let ids: string[];
  let cursors: string[];
  beforeEach(async () => {
    await makeRows(9);
    read = reader('conversations', 'LAST_MESSAGE_DESC');
    const { edges } = await read({ first: 100 });
    ids = edges.map(({ node }) => node.id);
    cursors = edges.map(({ cursor }) => cursor);
  });
  const idsOf = ({ nodes }: Connection) => nodes.map(({ id }) => id);

  test('lies between two cursors, from either end', async () => {
    const between = { after: cursors[1], before: cursors[6] };
    expect(idsOf(await read({ ...between, first: 100 }))).toEqual(ids.slice(2, 6));
    expect(idsOf(await read({ ...between, first: 3 }))).toEqual(ids.slice(2, 5));
    expect(idsOf(await read({ ...between, last: 3 }))).toEqual(ids.slice(3, 6));
    expect(idsOf(await read({ after: cursors[6], before: cursors[1], first: 5 }))).toEqual([]);
    expect(idsOf(await read({ before: cursors[3], first: 2 }))).toEqual(ids.slice(0, 2));
    expect(idsOf(await read({ after: cursors[5], last: 2 }))).toEqual(ids.slice(-2));
  });

  test('may be empty, and then still tells what there is', async () => {
    expect(await read({ first: 0 })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    expect((await read({ last: 0 })).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
    expect(await read({ first: 5, after: cursors.at(-1) })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test('is of 20 when no size is given', async () => {
    await makeMore();
    expect(idsOf(await read({}))).toHaveLength(20);
    expect(idsOf(await read({ after: cursors[0] }))).toHaveLength(20);
  });

  /** Conversations beyond one page. */
  async function makeMore(): Promise<void> {
    await asOwner(
      parley,
      `insert into conversation (workspace_id, id, channel_id, thread_key, visibility, started_at,
         last_message_at, created_at, updated_at)
       select $1, gen_random_uuid(), (select id from channel where workspace_id = $1 limit 1), 'more' || n,
         'PUBLIC', '2025-01-01', '2025-01-01', now(), now() from generate_series(1, 30) n`,
      [workspaceId],
    );
  }

  test('survives that the row at its cursor is gone', async () => {
    const [row] = await asOwner<{ id: string }>(
      parley,
      `delete from conversation where workspace_id = $1 and last_message_at = '2026-01-02'
       returning id`,
      [workspaceId],
    );
    expect(row).toBeDefined();
    const rest = idsOf(await read({ first: 100 }));
    for (const [index, cursor] of cursors.entries()) {
      const after = idsOf(await read({ first: 100, after: cursor }));
      expect(after).toEqual(rest.filter((id) => ids.indexOf(id) > index));
    }
  });

  test.each<[string, () => Args, string]>([
    ['a negative size', () => ({ first: -1 }), 'first'],
    ['a size over 100', () => ({ first: 101 }), 'first'],
    ['a last over 100', () => ({ last: 101 }), 'last'],
    ['both first and last', () => ({ first: 1, last: 1 }), 'last'],
    ['an invented cursor', () => ({ after: 'nonsense' }), 'after'],
    ['an empty cursor', () => ({ before: '' }), 'before'],
    ['a damaged cursor', () => ({ after: `${cursors[0]!.slice(0, -4)}AAAA` }), 'after'],
    ['a very long cursor', () => ({ after: 'A'.repeat(5_000) }), 'after'],
  ])('is refused with %s', async (_, args, argument) => {
    const { errors } = await ask(owner, 'conversations', args(), PAGE);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: [argument] });
  });

  test('is refused with the cursor of another order or list', async () => {
    const [cursor] = cursors;
    for (const [name, args] of [
      ['conversations', { orderBy: 'LAST_MESSAGE_ASC' }],
      ['conversations', { orderBy: 'STARTED_DESC' }],
      ['customers', {}],
      ['channels', {}],
    ] as const) {
      const { errors } = await ask(owner, name, { ...args, after: cursor }, PAGE);
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: ['after'] });
    }
  });
});

describe('a list within another one', () => {
  /** Reads the messages of a conversation, beside those of the others. */
  const messagesOf =
    (id: string, orderBy: string): Read =>
    async (args) => {
      const { nodes } = await owner
        .query<{
          conversations: { nodes: { id: string; messages: Connection }[] };
        }>(
          `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: MessageOrder!) {
          conversations { nodes { id messages(first: $first, after: $after, last: $last,
            before: $before, orderBy: $orderBy) ${PAGE} } } }`,
          { ...args, orderBy },
        )
        .then(({ conversations }) => conversations);
      return nodes.find((node) => node.id === id)!.messages;
    };

  test('is walked like any other, in both orders', async () => {
    const conversations: string[] = [];
    for (const threadKey of ['a', 'b']) {
      for (let n = 0; n < 9; n++) {
        const { conversation } = await recordMessage(owner, channelId, {
          threadKey,
          sentAt: `2026-01-0${1 + (n % 2)}T00:00:00Z`,
          orderKey: String(n % 3),
        });
        if (n === 0) conversations.push(conversation.id);
      }
    }
    for (const id of conversations) {
      const read = messagesOf(id, 'SENT_ASC');
      const whole = (await read({ first: 100 })).nodes.map((node) => node.id);
      expect(new Set(whole).size).toBe(9);
      for (const size of [1, 4, 9, 10]) {
        expect(await forwards(read, size)).toEqual(whole);
        expect(await backwards(read, size)).toEqual(whole);
      }
      expect(await forwards(messagesOf(id, 'SENT_DESC'), 4)).toEqual([...whole].reverse());
    }
  });

  test('is walked of a customer: conversations, touchpoints, identities, transitions', async () => {
    const { customer } = await must<{ customer: { id: string } }>(
      owner,
      'customerUpsert',
      { by: { identity: { channelKind: 'X', externalId: 'ada' } }, input: {} },
      'customer { id }',
    );
    for (let n = 0; n < 7; n++) {
      const person = { externalId: 'ada' };
      await recordMessage(owner, channelId, {
        sentAt: `2026-01-0${1 + (n % 3)}T00:00:00Z`,
        customer: person,
      });
      await must(
        owner,
        'customerIdentityAdd',
        { customerId: customer.id, input: { channelKind: 'SMS', externalId: `n${n}` } },
        'identity { id }',
      );
      const stage = n % 2 ? 'ACTIVE' : 'AT_RISK';
      await must(owner, 'customerUpsert', { by: { id: customer.id }, input: { stage } }, 'outcome');
    }
    for (const list of ['conversations', 'touchpoints', 'identities', 'transitions']) {
      const read: Read = async (args) => {
        const { customer: read } = await owner.query<{ customer: Record<string, Connection> }>(
          `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
            customer(by: { id: $id }) { ${list}(first: $first, after: $after, last: $last, before: $before) ${PAGE} } }`,
          { id: customer.id, ...args },
        );
        return read[list]!;
      };
      const whole = (await read({ first: 100 })).nodes.map((node) => node.id);
      expect([list, whole.length]).toEqual([list, whole.length === 8 ? 8 : 7]);
      for (const size of [1, 3, 8]) {
        expect(await forwards(read, size)).toEqual(whole);
        expect(await backwards(read, size)).toEqual(whole);
      }
    }
  });

  test('is refused with bad arguments, by the place where they are', async () => {
    await recordMessage(owner, channelId);
    const { errors, data } = await owner.ask(
      '{ conversations { nodes { id messages(first: 101) { nodes { id } } } } }',
    );
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({
      path: ['conversations', 'nodes', 0, 'messages'],
      extensions: { code: 'BAD_USER_INPUT', argument: ['first'] },
    });
  });
});
