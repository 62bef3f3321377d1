import { call, must, refused } from '../support/call';
import { follow, liveClient } from '../support/live-client';
import { until } from '../support/process';
import { unique } from '../support/world';
import { ChatWorld, QUESTIONS, type Chat } from './chat-world';

let world: ChatWorld;
let chat: Chat;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat({ welcome: 'Hello!' });
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

test('a visitor writes, an agent answers, and both see the same talk', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const messageId = await world.answer(chat, id, 'It is on its way.');
  const seen = await world.see(visitor, id);
  expect(seen!.messages.nodes.map(({ author, body }) => [author, body])).toEqual([
    ['CUSTOMER', 'Where is my parcel?'],
    ['COMPANY', 'It is on its way.'],
  ]);
  const { node } = await chat.owner.query<{ node: object }>(
    'query ($id: ID!) { node(id: $id) { ... on Message { status } } }',
    { id: messageId },
  );
  expect(node).toEqual({ status: 'DELIVERED' });
});

test('what the customer has read is told to the agent', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const messageId = await world.answer(chat, id, 'It is on its way.');
  await must(visitor, 'chatRead', { conversationId: id }, 'conversation { id }');
  const { node } = await chat.owner.query<{ node: object }>(
    'query ($id: ID!) { node(id: $id) { ... on Message { status } } }',
    { id: messageId },
  );
  expect(node).toEqual({ status: 'READ' });
});

test('the questions of the chat are asked, and the answers are there before the agent answers', async () => {
  const asking = await world.chat({ intake: QUESTIONS });
  const visitor = await world.visitor(asking);
  const { questions } = await call<{ questions: object[] }>(
    visitor,
    'chat',
    {},
    '{ questions { key label kind required choices } }',
  );
  expect(questions).toEqual([
    { key: 'name', label: 'Your name', kind: 'LINE', required: true, choices: [] },
    {
      ...{ key: 'topic', label: 'Topic', kind: 'CHOICE', required: false },
      choices: ['Order', 'Other'],
    },
  ]);
  const input = { body: 'Hello', clientKey: unique('key') };
  const path = ['input', 'answers'];
  expect(await refused(visitor, 'chatStart', { input })).toEqual([{ code: 'INVALID_INPUT', path }]);
  const wrong = [
    { key: 'name', value: 'Ada' },
    { key: 'topic', value: 'Weather' },
    { key: 'age', value: '36' },
  ];
  expect(await refused(visitor, 'chatStart', { input: { ...input, answers: wrong } })).toEqual([
    { code: 'INVALID_INPUT', path: [...path, '1', 'value'] },
    { code: 'INVALID_INPUT', path: [...path, '2', 'key'] },
  ]);
  const answers = [
    { key: 'topic', value: 'Order' },
    { key: 'name', value: 'Ada' },
  ];
  const id = await world.start(visitor, { answers });
  const { conversation } = await asking.owner.query<{ conversation: object }>(
    'query ($id: ID!) { conversation(id: $id) { answers { key value } customer { name } } }',
    { id },
  );
  expect(conversation).toEqual({
    answers: [
      { key: 'name', value: 'Ada' },
      { key: 'topic', value: 'Order' },
    ],
    customer: { name: 'Ada' },
  });
});

test('a message that is sent again with its key is there once', async () => {
  const visitor = await world.visitor(chat);
  const clientKey = unique('key');
  const id = await world.start(visitor, { clientKey });
  expect(await world.start(visitor, { clientKey })).toBe(id);
  const again = { conversationId: id, input: { body: 'Hello?', clientKey: unique('key') } };
  await must(visitor, 'chatMessageSend', again, 'message { id }');
  await must(visitor, 'chatMessageSend', again, 'message { id }');
  expect((await world.see(visitor, id))!.messages.nodes).toHaveLength(2);
});

test('a customer follows the conversation, and goes on after a break where they were', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  await world.parley.app.drain();
  const query = `subscription ($id: ID!, $after: Position) {
    chatUpdates(conversationId: $id, after: $after) { kind position message { author body } }
  }`;
  type Update = { kind: string; position: number; message: { body: string } | null };
  const client = liveClient(visitor);
  const first = follow<Update>(client, { id }, query);
  await first.untilLive();
  await world.answer(chat, id, 'One');
  await first.untilItems((items) => items.some(({ message }) => message?.body === 'One'));
  first.stop();
  const { position: after } = first.items.filter(({ kind }) => kind === 'MESSAGE').at(-1)!;
  await world.answer(chat, id, 'Two');
  await must(
    chat.owner,
    'noteAdd',
    { conversationId: id, input: { body: 'Difficult customer' } },
    'note { id }',
  );
  await world.answer(chat, id, 'Three');
  const second = follow<Update>(client, { id, after }, query);
  await second.untilItems((items) => items.some(({ message }) => message?.body === 'Three'));
  const bodies = new Set(second.items.flatMap(({ message }) => message?.body ?? []));
  expect([...bodies]).toEqual(['Two', 'Three']);
  await client.dispose();
});

test('each side sees that the other is typing', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  const [own, theirs] = [liveClient(visitor), liveClient(chat.owner)];
  const company = follow<{ isTyping: boolean }>(
    own,
    { id },
    'subscription ($id: ID!) { chatTyping(conversationId: $id) { isTyping } }',
  );
  const present = follow<{ present: { actor: { kind: string }; activity: string }[] }>(
    theirs,
    { id },
    'subscription ($id: ID!) { presence(conversationId: $id) { present { actor { kind } activity } } }',
  );
  await company.untilItems((items) => items.length > 0);
  await must(visitor, 'chatTyping', { conversationId: id, isTyping: true }, 'conversation { id }');
  await present.untilItems((items) =>
    items.some(({ present: [one] }) => one?.actor.kind === 'CUSTOMER' && one.activity === 'TYPING'),
  );
  expect(company.items.every(({ isTyping }) => !isTyping)).toBe(true);
  const input = { activity: 'TYPING' };
  await must(chat.owner, 'presenceSet', { conversationId: id, input }, 'conversation { id }');
  await until(() => company.items.at(-1)?.isTyping === true, 'the agent typing');
  await own.dispose();
  await theirs.dispose();
});

test('a customer sends a file, which the agent gets', async () => {
  const visitor = await world.visitor(chat);
  const upload = await fetch(`${world.parley.url}/uploads?fileName=parcel.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${visitor.token}`, 'content-type': 'text/plain' },
    body: 'A dented parcel',
  });
  const { id: uploadId } = (await upload.json()) as { id: string };
  const stranger = await world.visitor(chat);
  const input = { clientKey: unique('key'), uploadIds: [uploadId] };
  expect(await refused(stranger, 'chatStart', { input })).toEqual([
    { code: 'NOT_FOUND', path: ['input', 'uploadIds', '0'] },
  ]);
  const id = await world.start(visitor, { body: null, uploadIds: [uploadId] });
  const [message] = (await world.see(visitor, id))!.messages.nodes;
  expect(message!.attachments.map(({ fileName }) => fileName)).toEqual(['parcel.txt']);
  const file = await fetch(new URL(message!.attachments[0]!.url, world.parley.url));
  expect(await file.text()).toBe('A dented parcel');
});

test('a message of a customer opens a closed conversation again', async () => {
  const visitor = await world.visitor(chat);
  const id = await world.start(visitor);
  await must(chat.owner, 'conversationClose', { id }, 'conversation { id }');
  expect((await world.see(visitor, id))!.status).toBe('CLOSED');
  world.parley.setTime(new Date(world.parley.now().getTime() + 1_000));
  const input = { body: 'One more thing', clientKey: unique('key') };
  await must(visitor, 'chatMessageSend', { conversationId: id, input }, 'message { id }');
  expect((await world.see(visitor, id))!.status).toBe('OPEN');
});
