import { asOwner } from '../support/owner';
import { InboundWorld, message, type CustomChannel } from './inbound-world';

/** What becomes of deliveries once they are stored. */

let world: InboundWorld;
let channel: CustomChannel;

beforeAll(async () => {
  world = await InboundWorld.create();
});
beforeEach(async () => {
  channel = await world.connect();
});
afterEach(() => {
  world.parley.faults.length = 0;
});
afterAll(() => world.close());

interface Conversation {
  threadKey: string;
  customer: { name: string | null } | null;
  messages: { nodes: { body: string; sentAt: string; externalId: string }[] };
}

async function conversations({ owner, id }: CustomChannel = channel): Promise<Conversation[]> {
  const { conversations: page } = await owner.query<{ conversations: { nodes: Conversation[] } }>(
    `query ($id: ID!) { conversations(filter: { channelIds: [$id] }, first: 20) {
       nodes { threadKey customer { name } messages(first: 100) { nodes { body sentAt externalId } } } } }`,
    { id },
  );
  return page.nodes;
}

interface Queued {
  is_dead: boolean;
  attempts: number;
  error: string | null;
}

function queued({ channelId }: CustomChannel = channel): Promise<Queued[]> {
  return asOwner<Queued & Record<string, unknown>>(
    world.parley,
    'select is_dead, attempts, error from inbound_queue where channel_id = $1 order by received_at, delivery_id',
    [channelId],
  );
}

test('a delivery becomes a conversation with its customer and message', async () => {
  await world.deliver(channel, [message({ threadKey: 't', externalId: 'm', body: 'Hello' })]);
  await world.drain();
  expect(await conversations()).toEqual([
    {
      threadKey: 't',
      customer: { name: 'Ada' },
      messages: {
        nodes: [{ externalId: 'm', body: 'Hello', sentAt: '2026-02-01T10:00:00.000Z' }],
      },
    },
  ]);
  expect(await queued()).toEqual([]);
});

test('deliveries at once for one new customer make one conversation', async () => {
  const author = { externalId: 'ada' };
  const each = Array.from({ length: 10 }, (_, index) =>
    message({ threadKey: 't', externalId: `m${index}`, author }),
  );
  await Promise.all(each.map((item) => world.deliver(channel, [item])));
  await world.drain();
  const [conversation, ...others] = await conversations();
  expect(others).toEqual([]);
  expect(conversation!.messages.nodes).toHaveLength(10);
});

test('an album of five images in deliveries of their own is one conversation', async () => {
  const author = { externalId: 'ada' };
  const images = [1, 2, 3, 4, 5].map((number) =>
    message({
      ...{ threadKey: 'album', externalId: `image-${number}`, author, body: '' },
      attachments: [{ url: `https://example.com/${number}.png`, contentType: 'image/png' }],
    }),
  );
  await Promise.all(images.reverse().map((item) => world.deliver(channel, [item])));
  await world.drain();
  const [conversation, ...others] = await conversations();
  expect(others).toEqual([]);
  expect(conversation!.messages.nodes).toHaveLength(5);
});

describe('becomes a dead letter at once, with a reason:', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  test.each<[string, string | Buffer, RegExp]>([
    ['what is no JSON', 'hello', /not valid JSON/],
    ['JSON that is nested too deep', `{"items":${deep}}`, /nested more than 50 levels/],
    ['another charset', Buffer.from('{"items":["é"]}', 'latin1'), /not valid UTF-8/],
    ['no items', '{}', /items: must be a list/],
    [
      'an unknown type',
      '{"items":[{"type":"wave"}]}',
      /items\.0(\.type)?: must be an object with one of/,
    ],
    [
      'an item that lacks something',
      JSON.stringify({ items: [{ ...message(), sentAt: 'soon' }] }),
      /items\.0\.sentAt: must be a moment/,
    ],
    ['an unknown field', '{"items":[],"extra":1}', /Unrecognized key: "extra"/],
  ])('%s', async (_name, sent, reason) => {
    const response = await world.post(channel, sent);
    expect(response.status).toBe(200);
    await world.drain();
    expect(await queued()).toEqual([
      { is_dead: true, attempts: 1, error: expect.stringMatching(reason) as string },
    ]);
    expect(world.parley.faults).toEqual([]);
  });
});

test('NUL and halves of characters in a text are replaced, and the message is there', async () => {
  const item = message({ threadKey: 't', body: 'a\0b \ud83d c', author: { externalId: 'x\0' } });
  const sent = JSON.stringify({ items: [item] });
  expect(sent).toContain('\\u0000');
  await world.post(channel, sent);
  await world.drain();
  expect(await conversations()).toMatchObject([
    { messages: { nodes: [{ body: 'a\ufffdb \ufffd c' }] } },
  ]);
});

test('the backlog of one channel does not hold up another', async () => {
  const other = await world.connect(channel);
  const many = Array.from({ length: 400 }, () => [message({ threadKey: 't' })]);
  await Promise.all(many.map((items) => world.deliver(channel, items)));
  await world.deliver(other, [message({ threadKey: 'quick' })]);
  await world.drain();
  expect(await conversations(other)).toHaveLength(1);
  expect((await conversations())[0]!.messages.nodes).toHaveLength(100);
  expect(await queued()).toEqual([]);
});

test('what a paused channel took is processed once it takes part again', async () => {
  const setStatus = (status: string) =>
    asOwner(world.parley, 'update channel set status = $2 where id = $1', [
      channel.channelId,
      status,
    ]);
  await setStatus('PAUSED');
  await world.deliver(channel, [message()]);
  await world.drain();
  expect(await conversations()).toEqual([]);
  expect(await queued()).toHaveLength(1);
  await setStatus('ACTIVE');
  await world.drain();
  expect(await conversations()).toHaveLength(1);
});

test('when something came in last is told by the channel’s state', async () => {
  await world.deliver(channel, [message()]);
  await world.drain();
  const state = await asOwner(
    world.parley,
    'select last_inbound_at as at from channel_state where channel_id = $1',
    [channel.channelId],
  );
  expect(state).toEqual([{ at: world.parley.now() }]);
});
