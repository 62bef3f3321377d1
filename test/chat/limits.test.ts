import { must } from '../support/call';
import type { Client } from '../support/client';
import { liveClient } from '../support/live-client';
import { asOwner, uuid } from '../support/owner';
import { unique } from '../support/world';
import { ChatWorld, type Chat } from './chat-world';

let world: ChatWorld;
let chat: Chat;
beforeAll(async () => {
  world = await ChatWorld.create();
});
beforeEach(async () => {
  chat = await world.chat({ messagesPerMinute: 3 });
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

const START = `mutation ($input: ChatStartInput!) {
  chatStart(input: $input) { message { id } userErrors { code } } }`;
const input = () => ({ body: 'Hello', clientKey: unique('key') });

/** Writes; gives what it came to, and after how many seconds to come again. */
async function write(customer: Client) {
  const answer = await customer.post(
    JSON.stringify({ query: START, variables: { input: input() } }),
  );
  const { errors } = (await answer.json()) as { errors?: { extensions: object }[] };
  const after = answer.headers.get('retry-after');
  return { status: answer.status, after, extensions: errors?.[0]!.extensions };
}

function upload({ token }: Client) {
  return fetch(`${world.parley.url}/chat/${chat.channelId}/uploads?fileName=a.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    body: 'a',
  });
}

test('a customer sends so many messages in a minute, and hears when to go on', async () => {
  const [visitor, other] = [await world.visitor(chat), await world.visitor(chat)];
  for (let count = 0; count < 3; count++) expect((await write(visitor)).status).toBe(200);
  expect(await write(visitor)).toEqual({
    ...{ status: 429, after: '60' },
    extensions: { code: 'RATE_LIMITED', retryAfter: 60 },
  });
  expect((await write(other)).status).toBe(200);
  world.parley.setTime(new Date(world.parley.now().getTime() + 61_000));
  expect((await write(visitor)).status).toBe(200);
});

test('a socket is no way around it', async () => {
  const visitor = await world.visitor(chat);
  for (let count = 0; count < 3; count++) await write(visitor);
  const client = liveClient(visitor);
  const result = await new Promise<unknown>((resolve) => {
    client.subscribe(
      { query: START, variables: { input: input() } },
      { next: resolve, error: resolve, complete: () => undefined },
    );
  });
  expect(JSON.stringify(result)).toContain('"code":"RATE_LIMITED","retryAfter":60');
  await client.dispose();
});

test('typing does not use up what may be written', async () => {
  const visitor = await world.visitor(chat);
  const conversationId = await world.start(visitor);
  for (let count = 0; count < 10; count++) {
    await must(visitor, 'chatTyping', { conversationId, isTyping: true }, 'conversation { id }');
  }
  expect((await write(visitor)).status).toBe(200);
});

test('a customer uploads so many files in a minute', async () => {
  const visitor = await world.visitor(chat);
  for (let count = 0; count < 20; count++) expect((await upload(visitor)).status).toBe(201);
  const answer = await upload(visitor);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
  expect(await answer.text()).toContain('That was a lot at once: wait 60 s');
});

test('all customers of a chat together are held back as well', async () => {
  await write(await world.visitor(chat));
  await asOwner(
    world.parley,
    'update rate_budget set remaining = 0 where channel_id = $1 and remaining > 1000',
    [uuid(chat.channelId)],
  );
  expect((await write(await world.visitor(chat))).status).toBe(429);
});

test('the team is not held back', async () => {
  const id = await world.start(await world.visitor(chat));
  for (let count = 0; count < 5; count++) await world.answer(chat, id, 'Yes?');
});

test('a channel tells when it was last heard from', async () => {
  const heard = async () => {
    const { node } = await chat.owner.query<{ node: { health: { lastInboundAt: string | null } } }>(
      'query ($id: ID!) { node(id: $id) { ... on Channel { health { lastInboundAt } } } }',
      { id: chat.channelId },
    );
    return node.health.lastInboundAt;
  };
  expect(await heard()).toBeNull();
  const visitor = await world.visitor(chat);
  await world.start(visitor);
  expect(await heard()).toBe(world.parley.now().toISOString());
  world.parley.setTime(new Date(world.parley.now().getTime() + 30_000));
  await world.start(visitor);
  expect(await heard()).toBe(world.parley.now().toISOString());
});
