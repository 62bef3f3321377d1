import { endAccess } from '../../../src/simulator/x/sign-in';
import { call, must, refused } from '../../support/call';
import type { Client } from '../../support/client';
import { until } from '../../support/process';
import { SimulatedWorld, type SimulatedChannel } from '../simulated-world';
import { hasContract } from './contract';
import { watchedX } from './x-world';

let world: SimulatedWorld;
beforeAll(async () => {
  world = await SimulatedWorld.create();
});
afterAll(() => world.close());

interface MessageView {
  id: string;
  direction: string;
  body: string;
  status: string | null;
  externalId: string;
  hiddenAt: string | null;
  deletedAt: string | null;
  failure: { code: string } | null;
}

interface Talk {
  id: string;
  visibility: string;
  messages: { nodes: MessageView[] };
}

const TALK = `{ conversations(first: 50) { nodes { id visibility
  messages(first: 50) { nodes { id direction body status externalId deletedAt failure { code } } } } } }`;

async function talks({ owner }: SimulatedChannel): Promise<Talk[]> {
  return (await owner.query<{ conversations: { nodes: Talk[] } }>(TALK)).conversations.nodes;
}

async function send(owner: Client, conversationId: string, body: string): Promise<string> {
  const args = { conversationId, input: { body } };
  const { message } = await must<{ message: { id: string } }>(
    owner,
    'messageSend',
    args,
    'message { id }',
  );
  return message.id;
}

async function connected(settings: object = {}) {
  const watched = watchedX();
  const simulation = await world.simulate(watched.platform, { habits: { answers: 1 } });
  const channel = await world.connect(simulation, { settings });
  return { ...watched, simulation, channel };
}

test('a channel that connects gets a webhook and what it tells, and leaves nothing behind', async () => {
  const { simulation, channel, problems, calls } = await connected();
  const { subscriptions } = simulation.state;
  expect(simulation.hooks.map(({ url }) => url)).toEqual([channel.webhookUrl]);
  expect(subscriptions.map(({ eventType }) => eventType)).toEqual(
    expect.arrayContaining(['post.mention.create', 'dm.received', 'like.create']),
  );
  const before = calls.length;
  // the same again asks for nothing twice
  await must(
    channel.owner,
    'channelUpdate',
    { id: channel.id, input: { settings: { pollMinutes: 9 } } },
    'channel { id }',
  );
  expect(calls.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
  await must(channel.owner, 'channelDisconnect', { id: channel.id }, 'channel { id }');
  expect(simulation.state.subscriptions).toEqual([]);
  expect(simulation.hooks).toEqual([]);
  expect(problems()).toEqual([]);
});

test('a channel whose address X does not find to be ours is there, and says so', async () => {
  const simulation = await world.simulate(watchedX().platform);
  const { owner } = await world.parley.workspace();
  const settings = { ...simulation.settings, consumerSecret: 'that of another app' };
  const { channel } = await must<{ channel: { health: { status: string; reason: string } } }>(
    owner,
    'channelConnect',
    { connector: 'x', input: { settings } },
    'channel { health { status reason } }',
  );
  expect(channel.health.status).toBe('DEGRADED');
  expect(channel.health.reason).toContain('the challenge was answered wrongly');
});

test('a webhook that X has switched off is checked again, and counts', async () => {
  const { simulation, channel } = await connected();
  simulation.hooks[0]!.isDisabled = true;
  await must(channel.owner, 'channelTest', { id: channel.id }, 'ok');
  expect(simulation.hooks[0]!.isDisabled).toBe(false);
});

test('a public post is answered; who wrote it likes that, and goes on', async () => {
  const { simulation, channel, problems } = await connected();
  simulation.happen('mention');
  await world.settle();
  const [talk] = await talks(channel);
  const id = await send(
    channel.owner,
    talk!.id,
    'We are on it, see https://example.com/help & wait',
  );
  await world.settle();
  await world.advance(3);
  await world.advance(10);
  const [after, ...others] = await talks(channel);
  expect(others).toEqual([]);
  expect(after).toMatchObject({ id: talk!.id, visibility: 'PUBLIC' });
  const { nodes } = after!.messages;
  expect(nodes.map(({ direction }) => direction).sort()).toEqual([
    'INBOUND',
    'INBOUND',
    'OUTBOUND',
  ]);
  const answer = nodes.find((message) => message.id === id)!;
  expect(answer).toMatchObject({
    status: 'SENT',
    body: 'We are on it, see https://example.com/help & wait',
  });
  expect(problems()).toEqual([]);
});

test('a direct message is answered, read, and answered again', async () => {
  const { simulation, channel, problems } = await connected();
  simulation.happen('direct-message');
  await world.settle();
  const [talk] = await talks(channel);
  expect(talk).toMatchObject({ visibility: 'PRIVATE' });
  const id = await send(channel.owner, talk!.id, 'Tomorrow.');
  await world.settle();
  await world.advance(3);
  await world.advance(10);
  const [after] = await talks(channel);
  const { nodes } = after!.messages;
  expect(nodes).toHaveLength(3);
  expect(nodes.find((message) => message.id === id)).toMatchObject({ status: 'READ' });
  expect(problems()).toEqual([]);
});

test.each(['failingAfter', 'cutOff'] as const)(
  'an answer whose sending ends in %s is looked for, and not posted twice',
  async (fault) => {
    const { simulation, channel, problems } = await connected();
    simulation.happen('mention');
    simulation.happen('direct-message');
    await world.settle();
    for (const talk of await talks(channel)) {
      simulation.faults.next(fault);
      const id = await send(channel.owner, talk.id, `Hello from ${talk.visibility}.`);
      await until(async () => {
        const { node } = await channel.owner.query<{ node: MessageView }>(
          `query ($id: ID!) { node(id: $id) { ... on Message { status } } }`,
          { id },
        );
        return node.status === 'SENT' || node.status === 'READ';
      }, 'it is sent');
    }
    const said = [...new Set(simulation.state.posts.values())].map(({ text }) => text);
    expect(said.filter((text) => text === 'Hello from PUBLIC.')).toHaveLength(1);
    const written = simulation.state.mail.map(({ text }) => text);
    expect(written.filter((text) => text === 'Hello from PRIVATE.')).toHaveLength(1);
    await world.settle();
    for (const { messages } of await talks(channel)) {
      expect(messages.nodes.filter(({ direction }) => direction === 'OUTBOUND')).toHaveLength(1);
    }
    expect(problems()).toEqual([]);
  },
);

test('an echo that comes before the answer is the same message', async () => {
  const { simulation, channel } = await connected();
  simulation.happen('mention');
  simulation.happen('direct-message');
  await world.settle();
  simulation.faults.set({ echoFirst: true });
  for (const talk of await talks(channel)) await send(channel.owner, talk.id, 'We see it.');
  await world.settle();
  for (const { messages } of await talks(channel)) {
    const own = messages.nodes.filter(({ direction }) => direction === 'OUTBOUND');
    expect(own).toMatchObject([{ body: 'We see it.', status: 'SENT' }]);
  }
});

test('the same words twice under one post are refused, with a reason', async () => {
  const { simulation, channel } = await connected();
  simulation.happen('mention');
  await world.settle();
  const [talk] = await talks(channel);
  await send(channel.owner, talk!.id, 'Please write to us.');
  await world.settle();
  await send(channel.owner, talk!.id, 'Please write to us.');
  await world.settle();
  const [after] = await talks(channel);
  const own = after!.messages.nodes.filter(({ direction }) => direction === 'OUTBOUND');
  expect(own.map(({ status, failure }) => [status, failure?.code])).toEqual(
    expect.arrayContaining([
      ['SENT', undefined],
      ['FAILED', 'DUPLICATE'],
    ]),
  );
});

test('what is too long, as X counts, is refused before it is sent', async () => {
  const { simulation, channel } = await connected();
  simulation.happen('mention');
  await world.settle();
  const [talk] = await talks(channel);
  const body = `${'漢'.repeat(129)} https://example.com/${'x'.repeat(300)}`;
  const args = { conversationId: talk!.id, input: { body: `${body}x` } };
  expect(await refused(channel.owner, 'messageSend', args)).toMatchObject([
    { path: ['input', 'body'] },
  ]);
});

test('an access token that has ended is renewed once, and the refresh token with it', async () => {
  const { simulation, channel } = await connected();
  simulation.happen('mention');
  simulation.happen('direct-message');
  await world.settle();
  endAccess(simulation);
  for (const talk of await talks(channel)) await send(channel.owner, talk.id, 'Hello again.');
  await world.settle();
  expect(simulation.state.usedRefreshTokens.size).toBe(1);
  endAccess(simulation);
  for (const talk of await talks(channel)) await send(channel.owner, talk.id, 'And once more.');
  await world.settle();
  expect(simulation.state.usedRefreshTokens.size).toBe(2);
  for (const { messages } of await talks(channel)) {
    const own = messages.nodes.filter(({ direction }) => direction === 'OUTBOUND');
    expect(own.map(({ status }) => status)).toEqual(['SENT', 'SENT']);
  }
});

test('replies are hidden and shown, liked, and own answers deleted', async () => {
  const { simulation, channel, problems } = await connected();
  simulation.happen('company-posts');
  simulation.happen('comment');
  await world.settle();
  const [talk] = await talks(channel);
  const [comment] = talk!.messages.nodes;
  const { owner } = channel;
  const post = simulation.state.posts.get(comment!.externalId)!;
  await must(owner, 'messageHide', { id: comment!.id }, 'message { id }');
  await world.settle();
  expect(post.isHidden).toBe(true);
  await must(owner, 'messageReact', { id: comment!.id, reaction: 'like' }, 'message { id }');
  await world.settle();
  expect([...simulation.state.likes]).toEqual([`${simulation.accounts[0]} ${post.id}`]);
  const id = await send(owner, talk!.id, 'Said in haste.');
  await world.settle();
  await must(owner, 'messageDelete', { id }, 'message { id }');
  await world.settle();
  expect([...simulation.state.posts.values()].map(({ text }) => text)).not.toContain(
    'Said in haste.',
  );
  expect(problems()).toEqual([]);
});

test('an account of the Account Activity API tells all that in its own form', async () => {
  const { simulation, channel, problems } = await connected({ delivery: 'ACCOUNT_ACTIVITY' });
  simulation.happen('mention');
  await world.settle();
  const [talk] = await talks(channel);
  await send(channel.owner, talk!.id, 'We look into it.');
  await world.settle();
  await world.advance(3);
  await world.advance(10);
  const [after, ...others] = await talks(channel);
  expect(others).toEqual([]);
  expect(after!.messages.nodes).toHaveLength(3);
  for (const happening of ['follow', 'repost', 'like', 'direct-message']) {
    simulation.happen(happening);
  }
  await world.settle();
  expect((await talks(channel)).map(({ visibility }) => visibility).sort()).toEqual([
    'PRIVATE',
    'PUBLIC',
  ]);
  expect(simulation.delivered.every(({ body }) => body.includes('for_user_id'))).toBe(true);
  const { touchpoints } = await channel.owner.query<{ touchpoints: { nodes: { type: string }[] } }>(
    '{ touchpoints(first: 100) { nodes { type } } }',
  );
  const types = touchpoints.nodes.map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['follow', 'repost', 'post_reacted', 'post_liked']));
  await must(channel.owner, 'channelDisconnect', { id: channel.id }, 'channel { id }');
  expect(simulation.state.oldSubscriptions.size).toBe(0);
  expect(problems()).toEqual([]);
});

test('a public post is answered in private, in the talk with who wrote it', async () => {
  const { simulation, channel, problems } = await connected();
  simulation.happen('mention');
  await world.settle();
  const [talk] = await talks(channel);
  const { id } = talk!.messages.nodes[0]!;
  const input = { body: 'Which order is it?' };
  await must(channel.owner, 'messageReplyPrivately', { messageId: id, input }, 'message { id }');
  await world.settle();
  const [mail] = simulation.state.mail;
  expect(mail).toMatchObject({ text: 'Which order is it?' });
  const inPrivate = (await talks(channel)).filter(({ visibility }) => visibility === 'PRIVATE');
  expect(inPrivate.map(({ messages }) => messages.nodes.length)).toEqual([1]);
  expect(problems()).toEqual([]);
});

test('what a code gives lets a channel in, and is not asked for again', async () => {
  const watched = watchedX();
  const simulation = await world.simulate(watched.platform);
  simulation.state.codes.set('a-code', simulation.accounts[0]!);
  const { accessToken, refreshToken, ...settings } = simulation.settings;
  const given = {
    authorizationCode: 'a-code',
    codeVerifier: 'v',
    redirectUri: 'https://a.example/',
  };
  const channel = await world.connect({ ...simulation, settings } as never, { settings: given });
  await must(
    channel.owner,
    'channelUpdate',
    { id: channel.id, input: { settings: { pollMinutes: 7 } } },
    'channel { id }',
  );
  await must(channel.owner, 'channelTest', { id: channel.id }, 'ok');
  expect([accessToken, refreshToken]).not.toContain(undefined);
});

test('without what webhooks need a channel is refused, and polling is offered', async () => {
  const watched = watchedX();
  const simulation = await world.simulate(watched.platform);
  const { owner } = await world.parley.workspace();
  const { consumerSecret, ...settings } = simulation.settings;
  expect(consumerSecret).toBeDefined();
  const { userErrors } = await call<{ userErrors: { message: string }[] }>(
    owner,
    'channelConnect',
    { connector: 'x', input: { settings } },
    '{ userErrors { message } }',
  );
  expect(userErrors[0]!.message).toContain('polling');
});

if (!hasContract) {
  test.skip('what is sent is held against X’s OpenAPI document (needs ../shared)', () => undefined);
}
