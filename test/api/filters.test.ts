import fc from 'fast-check';
import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must } from '../support/call';
import type { Client } from '../support/client';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let world: World;
beforeAll(async () => {
  parley = await startTestApp();
  ({ owner } = await parley.workspace());
  world = await makeWorld();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** What the reference knows of a conversation. */
interface Known {
  id: string;
  status: string;
  channelId: string;
  visibility: string;
  assigneeId: string | null;
  tags: string[];
  customerId: string | null;
  customerName: string | null;
  startedAt: string;
  lastMessageAt: string;
  words: string[];
}

interface World {
  conversations: Known[];
  channelIds: string[];
  userIds: string[];
  customerIds: string[];
}

const PEOPLE = ['Zoë Ångström', 'Ada Lovelace', 'Bob Loveless'];
const WORDS = [['alpha'], ['alpha', 'beta'], ['beta', 'alpha'], ['gamma'], []];
const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();

async function makeWorld(): Promise<World> {
  const channelIds = [
    await makeChannel(owner),
    await makeChannel(owner, { visibility: 'PRIVATE' }),
    await makeChannel(owner),
  ];
  const userIds: string[] = [];
  for (const email of ['ada@example.com', 'bob@example.com']) {
    const { user } = await must<{ user: { id: string } }>(
      owner,
      'userInvite',
      { input: { email, role: 'AGENT' } },
      'user { id }',
    );
    userIds.push(user.id);
  }
  const conversations: Known[] = [];
  for (let n = 0; n < 30; n++) conversations.push(await makeConversation(n, channelIds, userIds));
  const customerIds = [
    ...new Set(conversations.flatMap(({ customerId }) => (customerId ? [customerId] : []))),
  ];
  return { conversations, channelIds, userIds, customerIds };
}

/** The n-th conversation; each trait has a period of its own, so that they come in all company. */
async function makeConversation(n: number, channelIds: string[], userIds: string[]) {
  const channelId = channelIds[n % 3]!;
  const name = n % 10 === 9 ? null : PEOPLE[n % 4 === 3 ? 1 : n % 3]!;
  const words = WORDS[n % 5]!;
  const [startedAt, lastMessageAt] = [day(1 + (n % 7)), day(1 + (n % 7) + (n % 4))];
  const input = {
    threadKey: `t${n}`,
    direction: name ? 'INBOUND' : 'OUTBOUND',
    customer: name && { externalId: name, displayName: name },
    visibility: n % 6 === 5 ? 'PRIVATE' : null,
  };
  const { conversation } = await recordMessage(owner, channelId, {
    ...input,
    sentAt: startedAt,
    body: words.join(' ') || 'nothing',
  });
  const { id } = conversation;
  if (lastMessageAt > startedAt) {
    await recordMessage(owner, channelId, { ...input, sentAt: lastMessageAt, body: 'later' });
  }
  const assigneeId = [null, userIds[0]!, userIds[1]!, null][n % 4]!;
  if (assigneeId) {
    await must(owner, 'conversationAssign', { id, input: { assigneeId } }, 'conversation { id }');
  }
  const tags = [[], ['VIP'], ['VIP', 'late'], ['other']][(n >> 1) % 4]!;
  for (const tag of tags) await must(owner, 'tagAdd', { id, input: { name: tag } }, 'tag { id }');
  const status = n % 3 === 1 ? 'CLOSED' : 'OPEN';
  if (status === 'CLOSED') await must(owner, 'conversationClose', { id }, 'conversation { id }');
  const visibility = n % 6 === 5 || n % 3 === 1 ? 'PRIVATE' : 'PUBLIC';
  const customerId = conversation.customer?.id ?? null;
  const times = { startedAt, lastMessageAt };
  return {
    ...{ id, status, channelId, visibility, assigneeId, tags, customerId, customerName: name },
    ...{ ...times, words },
  };
}

interface Range {
  from?: string | null;
  to?: string | null;
}

interface Filter {
  status?: string;
  channelIds?: string[];
  visibility?: string;
  assigneeId?: string;
  unassigned?: boolean;
  tags?: string[];
  customerId?: string;
  startedAt?: Range;
  lastMessageAt?: Range;
  search?: string;
  and?: Filter[];
  or?: Filter[];
  not?: Filter;
}

/** Whether a conversation answers to what is searched for. */
const SEARCHES: Record<string, (it: Known) => boolean> = {
  alpha: ({ words }) => words.includes('alpha'),
  'ALPHA béta': ({ words }) => words.includes('alpha') && words.includes('beta'),
  '"alpha beta"': ({ words }) => words.join(' ').includes('alpha beta'),
  'alpha -beta': ({ words }) => words.includes('alpha') && !words.includes('beta'),
  'gamma or nothing': ({ words }) => words.includes('gamma') || words.length === 0,
  lovel: ({ customerName }) => customerName?.includes('Lovel') ?? false,
  ANGSTROM: ({ customerName }) => customerName?.includes('Ångström') ?? false,
  unheard: () => false,
};

function holds(filter: Filter, it: Known): boolean {
  const inRange = (range: Range | undefined, time: string) =>
    (range?.from == null || time >= range.from) && (range?.to == null || time < range.to);
  const parts: [unknown, () => boolean][] = [
    [filter.status, () => it.status === filter.status],
    [filter.channelIds, () => filter.channelIds!.includes(it.channelId)],
    [filter.visibility, () => it.visibility === filter.visibility],
    [filter.assigneeId, () => it.assigneeId === filter.assigneeId],
    [filter.unassigned, () => (it.assigneeId === null) === filter.unassigned],
    [filter.customerId, () => it.customerId === filter.customerId],
    [
      filter.tags,
      () =>
        filter.tags!.some((tag) => it.tags.some((own) => own.toLowerCase() === tag.toLowerCase())),
    ],
    [filter.startedAt, () => inRange(filter.startedAt, it.startedAt)],
    [filter.lastMessageAt, () => inRange(filter.lastMessageAt, it.lastMessageAt)],
    [filter.search, () => SEARCHES[filter.search!]!(it)],
    [filter.and, () => filter.and!.every((part) => holds(part, it))],
    [filter.or, () => filter.or!.some((part) => holds(part, it))],
    [filter.not, () => !holds(filter.not!, it)],
  ];
  return parts.every(([given, check]) => given === undefined || check());
}

/** Filters over what is in the world, and some over what is not. */
function filters(depth: number): fc.Arbitrary<Filter> {
  const { channelIds, userIds, customerIds } = world;
  const range = fc.record(
    {
      from: fc.option(fc.integer({ min: 1, max: 12 }).map(day)),
      to: fc.option(fc.integer({ min: 1, max: 12 }).map(day)),
    },
    { requiredKeys: [] },
  );
  const oneOf = (...values: string[]) => fc.constantFrom(...values);
  const leaf = fc
    .subarray(
      [
        ...['status', 'channelIds', 'visibility', 'assigneeId', 'unassigned', 'tags'],
        ...['customerId', 'startedAt', 'lastMessageAt', 'search'],
      ] as (keyof Filter)[],
      { maxLength: 2 },
    )
    .chain((keys) => {
      const all = {
        status: oneOf('OPEN', 'CLOSED'),
        channelIds: fc.subarray([...channelIds, userIds[0]!, 'nonsense']),
        visibility: oneOf('PUBLIC', 'PRIVATE'),
        assigneeId: oneOf(...userIds, 'nonsense'),
        unassigned: fc.boolean(),
        tags: fc.subarray(['vip', 'LATE', 'other', 'none']),
        customerId: oneOf(...customerIds, channelIds[0]!),
        startedAt: range,
        lastMessageAt: range,
        search: oneOf(...Object.keys(SEARCHES)),
      };
      return fc.record(Object.fromEntries(keys.map((key) => [key, all[key as keyof typeof all]])));
    });
  if (depth <= 1) return leaf;
  const inner = filters(depth - 1);
  const several = fc.array(inner, { maxLength: 2 });
  const combined = fc.record(
    { and: several, or: several, not: inner },
    { requiredKeys: [] },
  ) as unknown as fc.Arbitrary<Filter>;
  return fc.tuple(leaf, combined).map(([own, rest]) => ({ ...own, ...rest }));
}

async function found(filter: Filter): Promise<string[]> {
  const { nodes } = await call<{ nodes: { id: string }[] }>(
    owner,
    'conversations',
    { filter, first: 100 },
    '{ nodes { id } }',
  );
  return nodes.map(({ id }) => id);
}

function expected(filter: Filter): string[] {
  return world.conversations
    .filter((it) => holds(filter, it))
    .sort((a, b) =>
      a.lastMessageAt === b.lastMessageAt
        ? a.id < b.id
          ? 1
          : -1
        : a.lastMessageAt < b.lastMessageAt
          ? 1
          : -1,
    )
    .map(({ id }) => id);
}

test('conversations are found by any combination of filters', async () => {
  await fc.assert(
    fc.asyncProperty(filters(3), async (filter) => {
      expect(await found(filter)).toEqual(expected(filter));
    }),
    { numRuns: 150 },
  );
});

test('each filter by itself finds some and leaves some', async () => {
  const { channelIds, userIds, customerIds } = world;
  const each: Filter[] = [
    { status: 'CLOSED' },
    { visibility: 'PRIVATE' },
    { channelIds: channelIds.slice(1) },
    { assigneeId: userIds[0]! },
    { unassigned: true },
    { unassigned: false },
    { tags: ['LATE', 'other'] },
    { customerId: customerIds[0]! },
    { startedAt: { from: day(3), to: day(5) } },
    { lastMessageAt: { from: day(6) } },
    ...Object.keys(SEARCHES)
      .filter((search) => search !== 'unheard')
      .map((search) => ({ search })),
  ];
  for (const filter of each) {
    const ids = await found(filter);
    expect([filter, ids]).toEqual([filter, expected(filter)]);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.length).toBeLessThan(30);
    expect((await found({ not: filter })).length).toBe(30 - ids.length);
  }
});

test('filters of customers are combined in the same way', async () => {
  const names = async (filter: object) => {
    const { nodes } = await call<{ nodes: { name: string }[] }>(
      owner,
      'customers',
      { filter, first: 100 },
      '{ nodes { name } }',
    );
    return nodes
      .map(({ name }) => name.split(' ')[0])
      .sort()
      .join(' ');
  };
  const { nodes } = await call<{ nodes: { id: string; name: string }[] }>(
    owner,
    'customers',
    {},
    '{ nodes { id name } }',
  );
  const ada = nodes.find(({ name }) => name.startsWith('Ada'))!.id;
  await must(owner, 'tagAdd', { id: ada, input: { name: 'Gold' } }, 'tag { id }');
  const input = { stage: 'ACTIVE' };
  await must(owner, 'customerUpsert', { by: { id: ada }, input }, 'outcome');
  expect(await names({})).toBe('Ada Bob Zoë');
  expect(await names({ stage: 'ACTIVE' })).toBe('Ada');
  expect(await names({ not: { stage: 'ACTIVE' } })).toBe('Bob Zoë');
  expect(await names({ tags: ['GOLD', 'x'] })).toBe('Ada');
  expect(await names({ search: 'LOVEL' })).toBe('Ada Bob');
  expect(await names({ and: [{ search: 'lovel' }, { not: { tags: ['gold'] } }] })).toBe('Bob');
  expect(await names({ or: [{ search: 'zoe' }, { stage: 'ACTIVE' }] })).toBe('Ada Zoë');
  expect(await names({ companyId: 'com_01h00000000000000000000000' })).toBe('');
  const now = parley.now().toISOString();
  expect(await names({ createdAt: { from: now } })).toBe('Ada Bob Zoë');
  expect(await names({ createdAt: { to: now } })).toBe('');
  expect(await names({ updatedAt: { from: day(1), to: now } })).toBe('');
});

test.each<[string, object, (string | number)[]]>([
  [
    'too deep',
    { not: { not: { not: { not: { not: { status: 'OPEN' } } } } } },
    ['filter', 'not', 'not', 'not', 'not', 'not'],
  ],
  ['of too many parts', { or: Array(50).fill({ status: 'OPEN' }) }, ['filter', 'or', 49]],
  ['with too many channels', { channelIds: Array(101).fill('x') }, ['filter', 'channelIds']],
  ['with too many tags', { not: { tags: Array(101).fill('x') } }, ['filter', 'not', 'tags']],
  ['with an empty search', { search: ' ' }, ['filter', 'search']],
  ['with a long search', { search: 'x'.repeat(201) }, ['filter', 'search']],
  ['with control characters', { and: [{ search: 'a\u0001' }] }, ['filter', 'and', 0, 'search']],
  [
    'with a time out of range',
    { startedAt: { from: '1800-01-01T00:00:00Z' } },
    ['filter', 'startedAt', 'from'],
  ],
])('a filter that is %s is refused', async (_, filter, argument) => {
  const { errors } = await ask(owner, 'conversations', { filter }, '{ nodes { id } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
});
