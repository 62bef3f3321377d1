import { OutboundWorld, type Line } from './outbound-world';
import { NEVER, type Behaviour } from './platform';

/** A platform that fails in all the ways in which HTTP can, and what becomes of the messages. */

let world: OutboundWorld;
beforeAll(async () => {
  world = await OutboundWorld.create({}, 'all', { PARLEY_SEND_TIMEOUT_SECONDS: '0.4' });
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

/** Fails at the first post, and works from then on. */
const once =
  (fail: Behaviour): Behaviour =>
  (post, platform) =>
    post.number === 1 ? fail(post, platform) : undefined;

const faults: [words: string, fail: Behaviour, kept: 'KEPT' | 'LOST'][] = [
  [
    'takes the message, then drops the connection',
    ({ message, response }, platform) => {
      platform.keep(message);
      response.destroy();
    },
    'KEPT',
  ],
  [
    'drops the connection without having taken the message',
    ({ response }) => {
      response.destroy();
    },
    'LOST',
  ],
  [
    'answers 500 after having taken the message',
    ({ message }, platform) => {
      platform.keep(message);
      return 500;
    },
    'KEPT',
  ],
  ['answers 502 without having taken the message', () => 502, 'LOST'],
  [
    'answers garbage after having taken the message',
    ({ message, response }, platform) => {
      platform.keep(message);
      response.end('<html>fine</html>');
    },
    'KEPT',
  ],
  [
    'answers an empty object after having taken the message',
    ({ message, response }, platform) => {
      platform.keep(message);
      response.end('{}');
    },
    'KEPT',
  ],
  [
    'sends half a body after having taken the message',
    ({ message, response }, platform) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(`{"externalId":"${platform.keep(message)}`, () => response.destroy());
    },
    'KEPT',
  ],
  [
    'takes the message and never answers',
    ({ message }, platform) => {
      platform.keep(message);
      return NEVER;
    },
    'KEPT',
  ],
  ['never answers', () => NEVER, 'LOST'],
];

test.each(faults)('a platform that %s has the message once in the end', async (_, fail, kept) => {
  const line = await world.line();
  const { platform, owner } = line;
  platform.answer(once(fail));
  const id = await world.send(owner, await world.conversation(line));
  await world.settled(owner, id);
  expect(platform.kept.map(({ id: of, count }) => [of, count])).toEqual([[id, 1]]);
  expect(platform.looks.length).toBeGreaterThan(0);
  expect(platform.posts).toHaveLength(kept === 'KEPT' ? 1 : 2);
  expect(await world.view(owner, id)).toMatchObject({ status: 'SENT', externalId: 'p-1' });
});

test('a platform that makes one message of several attempts is sent it again at once', async () => {
  const line = await world.line('idempotent');
  const { platform, owner } = line;
  platform.isIdempotent = true;
  platform.answer(once(faults[0]![1]));
  const id = await world.send(owner, await world.conversation(line));
  await world.settled(owner, id);
  expect(platform.posts.map(({ clientKey }) => clientKey)).toEqual(
    Array<string>(2).fill(platform.kept[0]!.clientKey),
  );
  expect(platform.looks).toEqual([]);
  expect(platform.kept).toMatchObject([{ id, count: 1 }]);
});

test('where nobody can tell, a person decides', async () => {
  const line = await world.line('unsafe');
  const { platform, owner } = line;
  platform.answer(once(() => 500));
  const conversation = await world.conversation(line);
  const id = await world.send(owner, conversation, 'One');
  const next = await world.send(owner, conversation, 'Two');
  await world.settled(owner, next);
  expect(await world.view(owner, id)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'OUTCOME_UNKNOWN' },
  });
  expect((await world.view(owner, id)).failure!.message).toContain('may have arrived');
  expect(platform.bodies).toEqual(['Two']);
  await world.retry(owner, id);
  await world.settled(owner, id);
  expect(platform.bodies).toEqual(['Two', 'One']);
});

test('what the platform refuses has failed, with its reason, and holds up nothing', async () => {
  const line = await world.line();
  const { platform, owner } = line;
  platform.answer(
    once(({ response }) => {
      response.writeHead(422);
      response.end('{"code":"RECIPIENT_UNKNOWN","message":"Nobody of that name is here."}');
    }),
  );
  const conversation = await world.conversation(line);
  const id = await world.send(owner, conversation, 'One');
  const next = await world.send(owner, conversation, 'Two');
  await world.settled(owner, next);
  expect(await world.view(owner, id)).toMatchObject({
    status: 'FAILED',
    externalId: null,
    failure: { code: 'RECIPIENT_UNKNOWN', message: 'Nobody of that name is here.' },
  });
  expect(platform.bodies).toEqual(['Two']);
});

test('a platform that asks to wait is not asked again before', async () => {
  const line = await world.line();
  const { platform, owner } = line;
  const times: number[] = [];
  platform.answer(({ response, number }) => {
    times.push(performance.now());
    if (number > 1) return;
    response.setHeader('retry-after', '1');
    return 429;
  });
  const conversation = await world.conversation(line);
  const ids = [
    await world.send(owner, conversation, 'One'),
    await world.send(owner, conversation, 'Two'),
    await world.send(owner, await world.conversation(line), 'Three'),
  ];
  for (const id of ids) await world.settled(owner, id);
  expect(platform.kept).toHaveLength(3);
  expect(platform.looks).toEqual([]);
  // Three may have left before the answer was here
  const after = times.filter((time) => time - times[0]! >= 990);
  expect(after.length).toBeGreaterThanOrEqual(times.length - 2);
});

describe('a platform that is down for long', () => {
  const scaled = 1_500;

  test('gets everything in order when it is back, and its channel’s health says so', async () => {
    const line = await world.line();
    const { platform, owner } = line;
    const conversations = [await world.conversation(line), await world.conversation(line)];
    await platform.down();
    const sent: string[] = [];
    const bodies = ['1', '2', '3', '4', '5'];
    for (const body of bodies) {
      for (const [index, id] of conversations.entries()) {
        sent.push(await world.send(owner, id, `${index}-${body}`));
      }
    }
    await world.becomes(async () => (await world.health(line)).health === 'DEGRADED');
    expect((await world.health(line)).reason).toContain('refused');
    expect((await world.view(owner, sent[0]!)).failure).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, scaled));
    await platform.up();
    for (const id of sent) await world.settled(owner, id);
    expect(await world.health(line)).toMatchObject({ health: 'OK', reason: null });
    for (const index of conversations.keys()) {
      const own = platform.bodies.filter((body) => body.startsWith(`${index}-`));
      expect(own).toEqual(bodies.map((body) => `${index}-${body}`));
    }
    expect(platform.kept.every(({ count }) => count === 1)).toBe(true);
  });
});

test('credentials that are no good any longer stop the channel until it is connected again', async () => {
  const line = await world.line();
  const { platform, owner } = line;
  const conversation = await world.conversation(line);
  platform.answer(({ number }) => (number === 1 ? undefined : 401));
  const first = await world.send(owner, conversation, 'One');
  await world.settled(owner, first);
  const ids = [
    await world.send(owner, conversation, 'Two'),
    await world.send(owner, conversation, 'Three'),
  ];
  await world.becomes(async () => (await world.health(line)).health === 'NEEDS_RECONNECT');
  await world.drain();
  const posts = platform.posts.length;
  expect(posts).toBe(2);
  expect(await canReply(line, conversation)).toMatchObject({
    allowed: false,
    reason: 'NEEDS_RECONNECT',
  });
  expect(await world.view(owner, ids[0]!)).toMatchObject({ status: 'QUEUED', failure: null });
  platform.answer(() => undefined);
  await world.drain();
  expect(platform.posts).toHaveLength(posts);
  await world.reconnect(line);
  for (const id of ids) await world.settled(owner, id);
  expect(platform.bodies).toEqual(['One', 'Two', 'Three']);
});

async function canReply({ owner }: Line, id: string): Promise<object> {
  const { conversation } = await owner.query<{ conversation: { canReply: object } }>(
    `query ($id: ID!) { conversation(id: $id) { canReply { allowed reason message } } }`,
    { id },
  );
  return conversation.canReply;
}
