import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { conformance } from '../../../src/connectors/x/conformance';
import { signatureOf } from '../../../src/connectors/x/webhook';
import { SamplesWorld, type Sample, type SampleAccount } from '../samples-over-http';

/** Written for the project, in the form of X's own. */
const own = join(__dirname, '../../../src/connectors/x/fixtures');
/** X's own, from its documentation, which states no licence: they are read where they are. */
const collected = join(__dirname, '../../../../shared/payloads/x');

const account: SampleAccount = {
  connector: 'x',
  externalId: conformance.account.externalId,
  // nobody is asked for anything
  settings: { ...conformance.settings, delivery: 'POLLING', directMessages: false },
  sign: (body, { consumerSecret }) => ({
    'x-twitter-webhooks-signature': signatureOf(consumerSecret, body) ?? '',
  }),
};

function samplesIn(folder: string): Sample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.items.json'))
    .sort()
    .map((file) => ({ name: file, body: readFileSync(join(folder, file)) }));
}

/** Times of receipt stand for what has no time of its own; they differ from one telling to the next. */
function timeless(graph: unknown): unknown {
  const isNow = (text: string) => Math.abs(Date.parse(text) - Date.now()) < 3_600_000;
  return JSON.parse(
    JSON.stringify(graph, (_key, value: unknown) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && isNow(value)
        ? 'when it came'
        : value,
    ),
  );
}

let world: SamplesWorld;
beforeAll(async () => {
  world = await SamplesWorld.create();
});
afterAll(() => world.close());

/** They give an id that another sample has, too, to something else. */
const withIdOfAnother = ['dm-lookup-response-with-expansion.json', 'edit-default-fields.json'];

const sets = [
  ['of the fixtures', own],
  ['of X’s documentation (needs ../shared)', collected],
] as const;

describe.each(sets)('the samples %s', (_name, folder) => {
  const run = existsSync(folder) ? test : test.skip;

  run('come to the same graph in whatever order, and however often, they come', async () => {
    const samples = samplesIn(folder).filter(({ name }) => !withIdOfAnother.includes(name));
    const once = await world.connect(account);
    const graph = timeless(await world.tell(once, samples));
    expect(await world.troubles(once)).toEqual([]);

    const twice = await world.connect(account);
    expect(timeless(await world.tell(twice, [...samples, ...samples]))).toEqual(graph);
    expect(await world.troubles(twice)).toEqual([]);

    const backwards = await world.connect(account);
    expect(timeless(await world.tell(backwards, [...samples].reverse()))).toEqual(graph);
    expect(await world.troubles(backwards)).toEqual([]);
  });
});

/** Everything of one tree and its talks, as webhooks tell it, and once more as looks do. */
function eventsOfTalks(): Sample[] {
  const told = samplesIn(own).filter(({ name }) => talks.includes(name.replace('.json', '')));
  const found = told.flatMap(({ name, body }): Sample[] => {
    const { data } = JSON.parse(body.toString()) as {
      data: { event_type?: string; payload?: object; includes?: object };
    };
    if (!data.event_type?.startsWith('post.')) return [];
    const read = { data: data.payload, includes: data.includes };
    return [{ name: `${name} found`, body: Buffer.from(JSON.stringify(read)) }];
  });
  return [...told, ...found];
}

const talks = [
  ...['mention', 'own-reply', 'reply', 'edited', 'like', 'own-like', 'own-post'],
  ...['reply-under-own-post', 'quote', 'dm-received', 'dm-sent', 'dm-read', 'dm-found-by-polling'],
];

const RUNS = Number(process.env.PARLEY_LONG_TESTS ?? 4);

test('events of a tree give the same talks in any order, division and repetition', async () => {
  const events = eventsOfTalks();
  const usual = timeless(await world.tell(await world.connect(account), events));
  const index = fc.nat(events.length - 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
        ...{ minLength: events.length, maxLength: events.length },
      }),
      fc.array(index, { maxLength: 8 }),
      fc.array(index, { maxLength: 4 }),
      async (places, again, ends) => {
        const shuffled = events
          .map((event, at) => ({ event, place: places[at]! }))
          .sort((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const all = [...shuffled, ...again.map((at) => events[at]!)];
        const channel = await world.connect(account);
        const cuts = [...new Set([0, ...ends, all.length])].sort((a, b) => a - b);
        let graph: unknown;
        for (const [at, end] of cuts.slice(1).entries()) {
          graph = timeless(await world.tell(channel, all.slice(cuts[at], end)));
        }
        expect(graph).toEqual(usual);
        expect(await world.troubles(channel)).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
});

interface Graph {
  conversations: { visibility: string; messages: Record<string, unknown>[]; post: object | null }[];
  customers: { nodes: { identities: { nodes: { externalId: string; profile: object }[] } }[] };
  posts: { nodes: object[] };
  touchpoints: { nodes: { type: string }[] };
  channels: { nodes: { health: { status: string } }[] };
}

/** What X's samples of one account come to. */
async function graphOf(externalId: string, ...names: string[]): Promise<Graph> {
  const channel = await world.connect({ ...account, externalId });
  const samples = samplesIn(collected).filter(({ name }) =>
    names.includes(name.replace('.json', '')),
  );
  expect(samples).toHaveLength(names.length);
  const graph = await world.tell(channel, samples);
  expect(await world.troubles(channel)).toEqual([]);
  return graph as unknown as Graph;
}

const given = existsSync(collected) ? describe : describe.skip;

given('of X’s documentation (needs ../shared)', () => {
  test('a mention becomes a public message, with who wrote it', async () => {
    const { conversations, customers } = await graphOf(
      '1111111111111111111',
      'xaa-post-mention-create',
    );
    expect(conversations).toMatchObject([
      {
        visibility: 'PUBLIC',
        messages: [
          {
            ...{
              direction: 'INBOUND',
              externalId: '2080765813578191303',
              body: 'hey @ExampleUser',
            },
            sentAt: '2026-07-24T21:23:23.000Z',
          },
        ],
      },
    ]);
    expect(customers.nodes[0]!.identities.nodes).toMatchObject([
      {
        ...{ externalId: '2222222222222222222', handle: 'OtherUser', displayName: 'OtherUser' },
        profile: { followerCount: 97, isVerified: false },
      },
    ]);
  });

  test('a reply hangs from the post, and a quote begins a talk of its own', async () => {
    const { conversations, posts } = await graphOf(
      ...['1111111111111111111', 'xaa-post-create', 'xaa-post-reply-create'],
      'xaa-post-quote-create',
    );
    expect(posts.nodes).toMatchObject([
      { externalId: '2080761390344937796', body: 'Hello from the Activity API', authorName: null },
    ]);
    const replies = conversations.filter(({ post }) => post !== null);
    expect(replies).toMatchObject([
      { messages: [{ body: '@ExampleUser Great post — thanks for sharing!' }] },
    ]);
    const quotes = conversations.filter(({ post }) => post === null);
    expect(quotes[0]!.messages[0]!.content).toMatchObject({
      share: { externalId: '2080761390344937796' },
    });
  });

  test('direct messages and encrypted ones are one private talk', async () => {
    const { conversations } = await graphOf(
      ...['1111111111111111111', 'xaa-dm-received', 'xaa-chat-received', 'xaa-chat-sent'],
    );
    expect(conversations).toHaveLength(1);
    const [talk] = conversations;
    expect(talk!.visibility).toBe('PRIVATE');
    const told = talk!.messages.map(({ body, content, direction }) => [direction, body, content]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['INBOUND', 'hello!', null],
        ['INBOUND', '', { unsupported: 'chat.received' }],
        ['OUTBOUND', '', { unsupported: 'chat.sent' }],
      ]),
    );
  });

  test('what has the id of something else is no trouble either', async () => {
    const names = withIdOfAnother.map((name) => name.replace('.json', ''));
    const { conversations } = await graphOf('1111111111111111111', ...names);
    expect(conversations[0]!.messages).toMatchObject([{ body: 'Updated text (edited)' }]);
  });

  test('a follow is a moment, and taken-back permission asks for a person', async () => {
    const { touchpoints, channels } = await graphOf(
      ...['4444444444444444444', 'xaa-follow-follow', 'aaa-user-event'],
    );
    // the event was told of another account, which is none of this one’s business
    expect(touchpoints.nodes).toEqual([]);
    expect(channels.nodes[0]!.health.status).not.toBe('NEEDS_RECONNECT');
    const own = await graphOf('1111111111111111111', 'xaa-follow-follow', 'xaa-oauth-revoke');
    expect(own.touchpoints.nodes).toMatchObject([{ type: 'company_follow' }]);
    expect(own.channels.nodes[0]!.health.status).toBe('NEEDS_RECONNECT');
  });

  test('a direct message of the Account Activity API keeps its time to the millisecond', async () => {
    const { conversations, customers } = await graphOf('4337869213', 'aaa-direct-message-events');
    expect(conversations[0]!.messages).toMatchObject([
      {
        externalId: '954491830116155396',
        body: 'Hello World!',
        sentAt: '2018-01-19T23:12:40.557Z',
      },
    ]);
    expect(customers.nodes[0]!.identities.nodes[0]!.profile).toMatchObject({ followerCount: 22 });
  });
});

test('what is not signed with the secret of the channel is refused, and nothing is kept', async () => {
  const channel = await world.connect(account);
  const { body } = samplesIn(own).find(({ name }) => name === 'mention.json')!;
  const good = account.sign(body, account.settings);
  const flipped = Buffer.from(body);
  flipped[flipped.length - 5]! ^= 1;
  expect(await world.post(channel, flipped, good)).toBe(401);
  expect(await world.post(channel, body, {})).toBe(401);
  const other = account.sign(body, { consumerSecret: 'another-secret' });
  expect(await world.post(channel, body, other)).toBe(401);
  const unset = { ...account, settings: { ...account.settings, consumerSecret: null } };
  expect(await world.post(await world.connect(unset), body, good)).toBe(401);
  const foreign = { ...account, settings: { ...account.settings, consumerSecret: 'its own' } };
  expect(await world.post(await world.connect(foreign), body, good)).toBe(401);
  const { inboundDeliveries } = await channel.owner.query<{
    inboundDeliveries: { nodes: object[] };
  }>('{ inboundDeliveries(first: 5) { nodes { id } } }');
  expect(inboundDeliveries.nodes).toEqual([]);
});

test('a challenge is answered over HTTP, by whom knows the secret', async () => {
  const { url } = await world.connect(account);
  const answer = await fetch(`${url}?crc_token=challenge`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    response_token: signatureOf(account.settings['consumerSecret'], 'challenge'),
  });
  const unset = { ...account, settings: { ...account.settings, consumerSecret: null } };
  const { url: silent } = await world.connect(unset);
  expect((await fetch(`${silent}?crc_token=challenge`)).status).toBe(401);
  expect((await fetch(url)).status).toBe(401);
});
