import { call, must } from '../support/call';
import { endProcesses } from '../support/process';
import type { Ref, Shown } from './bluesky-person';
import { BlueskyWorld, type Line } from './bluesky-world';

/** Bluesky through Parley: people on a real network on one side, GraphQL on the other. */

let world: BlueskyWorld;

// installing the network the first time takes a minute or two
jest.setTimeout(300_000);

beforeAll(async () => {
  world = await BlueskyWorld.create();
});

afterAll(async () => {
  await world?.close();
  await endProcesses();
});

interface MessageView {
  id: string;
  externalId: string | null;
  direction: string;
  body: string;
  status: string | null;
  failure: { code: string; message: string } | null;
  deletedAt: string | null;
  editedAt: string | null;
  authorCustomer: { name: string | null } | null;
  attachments: { nodes: { contentType: string; byteSize: string; url: string | null }[] };
}

interface ConversationView {
  id: string;
  visibility: string;
  customer: { id: string; name: string | null } | null;
  post: { externalId: string } | null;
  messages: { nodes: MessageView[] };
}

const CONVERSATION = `{ nodes {
  id visibility customer { id name } post { externalId }
  messages(first: 30) { nodes {
    id externalId direction body status failure { code message } deletedAt editedAt
    authorCustomer { name } attachments(first: 2) { nodes { contentType byteSize url } }
  } }
} pageInfo { hasNextPage endCursor } }`;

async function conversations({ owner, id }: Line): Promise<ConversationView[]> {
  const all: ConversationView[] = [];
  for (let after: string | null = null; ;) {
    const page: {
      nodes: ConversationView[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    } = await call(
      owner,
      'conversations',
      { first: 40, filter: { channelIds: [id] }, ...(after && { after }) },
      CONVERSATION,
    );
    all.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return all;
    after = page.pageInfo.endCursor;
  }
}

async function messages(line: Line): Promise<MessageView[]> {
  return (await conversations(line)).flatMap((it) => it.messages.nodes);
}

async function messageOf(line: Line, { uri }: Pick<Ref, 'uri'>): Promise<MessageView | undefined> {
  return (await messages(line)).find(({ externalId }) => externalId === uri);
}

async function conversationOf(
  line: Line,
  { uri }: Pick<Ref, 'uri'>,
): Promise<ConversationView | undefined> {
  return (await conversations(line)).find((it) =>
    it.messages.nodes.some(({ externalId }) => externalId === uri),
  );
}

/** Waits for what the network and Parley need some moments for; gives it. */
async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  seconds = 40,
): Promise<T> {
  for (const limit = Date.now() + seconds * 1_000; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > limit) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function send(
  { owner }: Line,
  conversationId: string,
  body: string,
  more: object = {},
): Promise<string> {
  const { message } = await must<{ message: { id: string } }>(
    owner,
    'messageSend',
    { conversationId, input: { body, ...more } },
    'message { id }',
  );
  return message.id;
}

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a day on Bluesky is seen through the API, and answered there', async () => {
  const line = await world.line();
  const { brand, owner, id } = line;
  const [ana, bob] = [await world.join('ana'), await world.join('bob')];
  await ana.name('Ana Kupec');

  const post = await brand.post('We are open today.');
  const blob = await ana.upload(pixel, 'image/png');
  const images = { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: 'broken' }] };
  const mention = await ana.mention(brand, 'parcel 42 did not arrive 😡 👩‍👩‍👧‍👦🇸🇮 čšž', {
    embed: images,
  });
  const comment = await ana.reply(post, 'Are you really open?');
  // the network tells of no reply that it sees at the same time as what it answers
  await eventually('the comment on the network', async () =>
    (await bob.repliesTo(post)).some(({ uri }) => uri === comment.uri),
  );
  const deeper = await bob.reply(comment, 'They are.', post);
  const like = await ana.like(post);
  await ana.repost(post);
  await ana.follow(brand);
  const quote = await bob.quote(post, 'look at this');

  const asked = await eventually('the mention', () => conversationOf(line, mention));
  expect(asked).toMatchObject({
    ...{ visibility: 'PUBLIC', post: null, customer: { name: 'Ana Kupec' } },
    messages: {
      nodes: [
        {
          ...{ direction: 'INBOUND', externalId: mention.uri },
          body: `@${brand.handle} parcel 42 did not arrive 😡 👩‍👩‍👧‍👦🇸🇮 čšž`,
          attachments: { nodes: [{ contentType: 'image/png', byteSize: String(pixel.length) }] },
        },
      ],
    },
  });
  const under = await eventually('the comments', async () => {
    const found = await conversationOf(line, comment);
    return found?.messages.nodes.length === 2 && found;
  });
  expect(under).toMatchObject({ post: { externalId: post.uri }, customer: { name: 'Ana Kupec' } });
  expect(under.messages.nodes.map(({ externalId }) => externalId).sort()).toEqual(
    [comment.uri, deeper.uri].sort(),
  );
  await eventually('the quote', () => conversationOf(line, quote));
  const posts = await call<{ nodes: { externalId: string; body: string }[] }>(
    owner,
    'posts',
    { filter: { channelIds: [id] } },
    '{ nodes { externalId body } }',
  );
  expect(posts.nodes).toEqual([{ externalId: post.uri, body: 'We are open today.' }]);
  const moments = await eventually('like, repost and follow', async () => {
    const { nodes } = await call<{ nodes: { type: string; properties: object }[] }>(
      owner,
      'touchpoints',
      { first: 100, filter: { types: ['post_reacted', 'follow'] } },
      '{ nodes { type properties } }',
    );
    return nodes.length >= 3 && nodes;
  });
  expect(moments.map(({ type }) => type).sort()).toEqual([
    'follow',
    'post_reacted',
    'post_reacted',
  ]);

  // the brand answers by the API, and Ana sees it below her post
  const link = 'https://example.test/č';
  const text = `Sorry @${ana.handle} 🇸🇮, we look into it: ${link} #help`;
  const sent = await send(line, asked.id, text);
  const answer = await eventually<Shown>('the answer in the thread', async () =>
    (await ana.repliesTo(mention)).find(({ record }) => record.text === text),
  );
  expect(answer.author.did).toBe(brand.did);
  expect(answer.record.reply).toMatchObject({ root: mention, parent: mention });
  expect(coveredBy(answer)).toEqual([`@${ana.handle}`, link, '#help']);
  const kept = await eventually('that it was sent', async () => {
    const message = await messageOf(line, answer);
    return message?.status === 'SENT' && message;
  });
  expect(kept).toMatchObject({ id: sent, direction: 'OUTBOUND', body: text });

  // Ana goes on below it, in the same conversation; the brand answers in Bluesky's app
  const thanks = await ana.reply(answer, 'Thank you!', mention);
  const inApp = await brand.reply(thanks, 'You are welcome.', mention);
  const whole = await eventually('the talk', async () => {
    const found = await conversationOf(line, inApp);
    return found?.messages.nodes.some(({ externalId }) => externalId === thanks.uri) && found;
  });
  expect(whole.id).toBe(asked.id);
  expect(whole.messages.nodes.map(({ externalId }) => externalId).sort()).toEqual(
    [mention.uri, answer.uri, thanks.uri, inApp.uri].sort(),
  );

  // what is deleted or edited there is so here
  await ana.delete(comment);
  await ana.delete(like);
  await bob.rewrite(quote, 'look at that');
  await brand.delete(inApp);
  await eventually('the deletion', async () => (await messageOf(line, comment))?.deletedAt);
  await eventually(
    'the brand’s own deletion',
    async () => (await messageOf(line, inApp))?.deletedAt,
  );
  await eventually('the edit', async () => {
    const message = await messageOf(line, quote);
    return message?.editedAt && message.body === 'look at that';
  });
  await eventually('the like that was taken back', async () => {
    const { nodes } = await call<{ nodes: unknown[] }>(
      owner,
      'touchpoints',
      { filter: { types: ['post_reacted_withdrawn'] } },
      '{ nodes { id } }',
    );
    return nodes.length === 1;
  });
});

/** The parts of a text that its facets cover, by their bytes. */
function coveredBy({ record: { text, facets = [] } }: Shown): string[] {
  const bytes = Buffer.from(text);
  return (facets as { index: { byteStart: number; byteEnd: number } }[]).map(({ index }) =>
    bytes.subarray(index.byteStart, index.byteEnd).toString(),
  );
}

test('300 mentions and 20 answers come through two kills, none missing and none twice', async () => {
  const line = await world.line();
  const people = await Promise.all(['one', 'two', 'three'].map((name) => world.join(name)));
  const first = await people[0]!.mention(line.brand, 'before');
  const open = await eventually('the first', () => conversationOf(line, first));

  const written: string[] = [];
  const writing = Promise.all(
    people.map(async (person, index) => {
      for (let count = 0; count < 100; count++) {
        const { uri } = await person.mention(line.brand, `n${index * 100 + count}`);
        written.push(uri);
      }
    }),
  );
  const answers = Array.from({ length: 20 }, (_, index) => `answer ${index}`);
  const answering = (async () => {
    for (const text of answers) await send(line, open.id, text);
  })();
  await eventually('some', async () => (await messages(line)).length > 60);
  await world.killWorker();
  await eventually('more on the network', () => Promise.resolve(written.length > 200));
  await world.startWorker();
  await eventually('more', async () => (await messages(line)).length > 150);
  await world.killWorker();
  await Promise.all([writing, answering]);
  await world.startWorker();

  await eventually(
    'all of them',
    async () => (await messages(line)).length >= 301 + answers.length,
    90,
  );
  const unsent = async () =>
    (await messages(line)).filter(
      ({ direction, status }) => direction === 'OUTBOUND' && status !== 'SENT',
    );
  await eventually('all answers', async () => (await unsent()).length === 0, 60).catch(async () => {
    expect(await unsent()).toEqual([]);
  });
  const all = await messages(line);
  const inbound = all.filter(({ direction }) => direction === 'INBOUND');
  expect(inbound.map(({ externalId }) => externalId).sort()).toEqual(
    [...written, first.uri].sort(),
  );
  expect(all).toHaveLength(301 + answers.length);
  const onNetwork = (await line.brand.ownPosts()).map(({ value }) => value.text);
  expect(onNetwork.sort()).toEqual([...answers].sort());
});
