import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { follow, liveClient } from '../support/live-client';
import { asOwner, uuid } from '../support/owner';
import { unique } from '../support/world';
import { ChatWorld, QUESTIONS, type Chat } from './chat-world';

let world: ChatWorld;
let chat: Chat;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat();
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

function claim(customer: Client, { token }: Client) {
  const given = { visitorToken: token };
  return must<{ chat: { name: string } }>(customer, 'chatVisitorClaim', given, 'chat { name }');
}

async function conversationsOf(customer: Client): Promise<string[]> {
  const { conversations } = await call<{ conversations: { nodes: { id: string }[] } }>(
    ...([customer, 'chat', {}, '{ conversations(first: 50) { nodes { id } } }'] as const),
  );
  return conversations.nodes.map(({ id }) => id).sort();
}

interface Seen {
  customer: { id: string; name: string | null; identities: { nodes: { externalId: string }[] } };
  messages: { nodes: { authorCustomer: { id: string } | null }[] };
}

async function asTheTeamSees(id: string): Promise<Seen> {
  const { conversation } = await chat.owner.query<{ conversation: Seen }>(
    `query ($id: ID!) { conversation(id: $id) {
       customer { id name identities { nodes { externalId } } }
       messages(first: 10) { nodes { authorCustomer { id } } } } }`,
    { id },
  );
  return conversation;
}

test('what a visitor said is the customer’s who signs in', async () => {
  const visitor = await world.visitor(chat);
  const before = await world.start(visitor);
  await world.answer(chat, before, 'Which parcel?');
  const ada = world.signedIn(chat, { sub: unique('ada'), name: 'Ada' });
  expect(await claim(ada, visitor)).toEqual({ chat: { name: 'Shop' } });
  expect(await conversationsOf(ada)).toEqual([before]);
  const { customer, messages } = await asTheTeamSees(before);
  expect(customer.name).toBe('Ada');
  const kinds = customer.identities.nodes.map(({ externalId }) => externalId.split(':')[0]!);
  expect(kinds.sort()).toEqual(['user', 'visitor']);
  expect(messages.nodes[0]!.authorCustomer).toEqual({ id: customer.id });
  const input = { body: 'The blue one', clientKey: unique('key') };
  await must(ada, 'chatMessageSend', { conversationId: before, input }, 'message { id }');
  expect((await world.see(ada, before))!.messages.nodes).toHaveLength(3);
});

test('it joins what the customer said on other devices, in whatever order', async () => {
  const sub = unique('grace');
  const [first, second] = [await world.visitor(chat), await world.visitor(chat)];
  const said = [await world.start(first)];
  await claim(world.signedIn(chat, { sub }), first);
  said.push(await world.start(world.signedIn(chat, { sub })));
  said.push(await world.start(second), await world.start(second));
  await claim(world.signedIn(chat, { sub, jti: 'another' }), second);
  expect(await conversationsOf(world.signedIn(chat, { sub }))).toEqual(said.sort());
});

test('a visitor who never wrote can be claimed as well', async () => {
  expect(
    await claim(world.signedIn(chat, { sub: unique('quiet') }), await world.visitor(chat)),
  ).toEqual({
    chat: { name: 'Shop' },
  });
});

test('claiming again changes nothing, and nobody else can', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const ada = world.signedIn(chat, { sub: unique('ada') });
  await claim(ada, visitor);
  await claim(ada, visitor);
  const mallory = world.signedIn(chat, { sub: unique('mallory') });
  const given = { visitorToken: visitor.token };
  expect(await refused(mallory, 'chatVisitorClaim', given)).toEqual([
    { code: 'INVALID_INPUT', path: ['visitorToken'] },
  ]);
  expect(await conversationsOf(ada)).toEqual([id]);
});

test('the visitor’s token is over, also where it is in use', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  await world.parley.app.drain();
  const client = liveClient(visitor);
  const query = 'subscription ($id: ID!) { chatUpdates(conversationId: $id) { kind } }';
  const followed = follow(client, { id }, query);
  await followed.untilLive();
  await claim(world.signedIn(chat, { sub: unique('ada') }), visitor);
  await followed.untilOver();
  expect((await visitor.ask('{ chat { name } }')).status).toBe(401);
  await client.dispose();
});

describe('nothing is claimed', () => {
  test('by a token that is no visitor’s of this chat', async () => {
    const ada = world.signedIn(chat, { sub: unique('ada') });
    const { token } = await world.visitor(chat);
    const elsewhere = await world.visitor(await world.chat({}, chat));
    const abroad = await world.visitor(await world.chat());
    const wrong = [
      ...['', 'parley_chat_', token!.replace(/.{4}$/, 'AAAA'), world.sign(chat)],
      ...[elsewhere.token!, abroad.token!, chat.owner.token!],
    ];
    for (const visitorToken of wrong) {
      expect(await refused(ada, 'chatVisitorClaim', { visitorToken })).toEqual([
        { code: 'INVALID_INPUT', path: ['visitorToken'] },
      ]);
    }
  });

  test('by a visitor', async () => {
    const [one, other] = [await world.visitor(chat), await world.visitor(chat)];
    const id = await world.start(one);
    expect(await refused(other, 'chatVisitorClaim', { visitorToken: one.token })).toEqual([
      { code: 'FORBIDDEN', path: null },
    ]);
    expect(await conversationsOf(one)).toEqual([id]);
  });

  test('by an address that somebody typed', async () => {
    const question = { key: 'email', label: 'E-mail', kind: 'email', required: true };
    const asking = await world.chat({ intake: [...QUESTIONS, question] });
    const ada = world.signedIn(asking, { sub: 'ada', email: 'ada@example.com' });
    await call(ada, 'chat', {}, '{ name }');
    const answers = [
      { key: 'name', value: 'Ada' },
      { key: 'email', value: 'ada@example.com' },
    ];
    const id = await world.start(await world.visitor(asking), { answers });
    expect(await conversationsOf(ada)).toEqual([]);
    expect(await world.see(ada, id)).toBeNull();
  });

  test('where the company has joined the visitor with somebody of the same chat', async () => {
    const visitor = await world.visitor(chat);
    const id = await world.start(visitor);
    const { customer } = await asTheTeamSees(id);
    await asOwner(
      world.parley,
      `insert into customer_identity (workspace_id, id, customer_id, channel_kind, scope, external_id, created_at)
       select workspace_id, gen_random_uuid(), customer_id, channel_kind, scope, 'user:bob-' || id, created_at
       from customer_identity where customer_id = $1`,
      [uuid(customer.id)],
    );
    const ada = world.signedIn(chat, { sub: unique('ada') });
    const given = { visitorToken: visitor.token };
    expect(await refused(ada, 'chatVisitorClaim', given)).toEqual([
      { code: 'INVALID_STATE', path: ['visitorToken'] },
    ]);
    expect(await conversationsOf(visitor)).toEqual([id]);
  });
});

test('what was sent before signing in and is sent again after it is there once', async () => {
  const visitor = await world.visitor(chat);
  const input = { body: 'Hello', clientKey: unique('key') };
  const id = await world.start(visitor, input);
  const ada = world.signedIn(chat, { sub: unique('ada') });
  await claim(ada, visitor);
  expect(await world.start(ada, input)).toBe(id);
  await must(ada, 'chatMessageSend', { conversationId: id, input }, 'message { id }');
  expect((await world.see(ada, id))!.messages.nodes).toHaveLength(1);
});

test('who follows the team’s events learns of it', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const before = (await asTheTeamSees(id)).customer.id;
  await claim(world.signedIn(chat, { sub: unique('ada') }), visitor);
  const after = (await asTheTeamSees(id)).customer.id;
  await world.parley.app.drain();
  const { changes } = await chat.owner.query<{
    changes: { events: { type: string; data: object }[] };
  }>(
    `{ changes(first: 100, types: ["conversation.customer_changed", "customer.identity_changed"]) {
        events { type data subjectId } } }`,
  );
  expect(changes.events.slice(-3)).toMatchObject([
    { type: 'customer.identity_changed', subjectId: after },
    { type: 'customer.identity_changed', subjectId: before },
    {
      ...{ type: 'conversation.customer_changed', subjectId: id },
      data: { customerId: after, was: { customerId: before } },
    },
  ]);
});

test('nothing is left behind of what a visitor writes at that moment', async () => {
  for (let round = 0; round < 5; round++) {
    const visitor = await world.visitor(chat);
    const id = await world.start(visitor);
    const { customer } = await asTheTeamSees(id);
    const ada = world.signedIn(chat, { sub: unique('ada') });
    await call(ada, 'chat', {}, '{ name }');
    const input = () => ({ body: 'More', clientKey: unique('key') });
    const write = `mutation ($id: ID!, $input: ChatMessageInput!) {
      chatMessageSend(conversationId: $id, input: $input) { userErrors { code } } }`;
    const start = `mutation ($input: ChatStartInput!) { chatStart(input: $input) { userErrors { code } } }`;
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => visitor.ask(write, { id, input: input() })),
      visitor.ask(start, { input: input() }),
      claim(ada, visitor),
      ...Array.from({ length: 3 }, () => visitor.ask(start, { input: input() })),
    ]);
    expect(JSON.stringify(answers)).not.toContain('INTERNAL');
    const left = await asOwner(world.parley, 'select from conversation where customer_id = $1', [
      uuid(customer.id),
    ]);
    expect(left).toEqual([]);
  }
});
