import { startTestApp, type TestApp } from '../support/app';
import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { eventsOf, eventTypesOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
let conversationId: string;
let customerId: string;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner);
  const { conversation } = await recordMessage(owner, channelId);
  conversationId = conversation.id;
  customerId = conversation.customer!.id;
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface Tagged {
  tag: { id: string; name: string } | null;
  conversation: { tags: { name: string }[] } | null;
  customer: { tags: { name: string }[] } | null;
}

function change(name: 'tagAdd' | 'tagRemove', id: string, tag: string): Promise<Tagged> {
  const tags = 'tags { name }';
  return must(
    owner,
    name,
    { id, input: { name: tag } },
    `tag { id name } conversation { ${tags} } customer { ${tags} }`,
  );
}

test('a conversation and its customer are tagged each by itself, and lose the tag again', async () => {
  const added = await change('tagAdd', conversationId, ' VIP ');
  expect(added).toEqual({
    tag: { id: expect.stringMatching(/^tag_/) as string, name: 'VIP' },
    conversation: { tags: [{ name: 'VIP' }] },
    customer: null,
  });
  const { tag } = added;
  expect(await call(owner, 'customer', { by: { id: customerId } }, '{ tags { name } }')).toEqual({
    tags: [],
  });
  expect(await change('tagAdd', customerId, 'vip')).toEqual({
    tag,
    conversation: null,
    customer: { tags: [{ name: 'VIP' }] },
  });
  expect(await change('tagRemove', conversationId, 'Vip')).toEqual({
    tag,
    conversation: { tags: [] },
    customer: null,
  });
  expect(await change('tagRemove', customerId, 'VIP')).toEqual({
    tag,
    conversation: null,
    customer: { tags: [] },
  });
  const tagId = uuid(tag!.id);
  const conversation = {
    channelId: uuid(channelId),
    customerId: uuid(customerId),
    visibility: 'PUBLIC',
    status: 'OPEN',
    assigneeId: null,
    startedAt: '2026-02-01T10:00:00.000Z',
    lastMessageAt: '2026-02-01T10:00:00.000Z',
  };
  const about = { channelId: uuid(channelId), customerId: uuid(customerId), tagId };
  const from = (before: string[], after: string[]) => ({
    ...about,
    conversation: { ...conversation, tagIds: after },
    was: { tagIds: before },
  });
  const told = (id: string) =>
    eventsOf(parley, workspaceId, id).then((events) =>
      events.slice(1).map(({ type, data }) => [type, data]),
    );
  expect(await told(conversationId)).toEqual([
    ['conversation.tagged', from([], [tagId])],
    ['conversation.untagged', from([tagId], [])],
  ]);
  expect(await told(customerId)).toEqual([
    ['customer.tagged', { tagId }],
    ['customer.untagged', { tagId }],
  ]);
});

test('tagging with what is there, and taking off what is not, change nothing', async () => {
  await change('tagAdd', conversationId, 'VIP');
  const before = await everythingOf(parley, workspaceId);
  expect((await change('tagAdd', conversationId, 'vip')).tag?.name).toBe('VIP');
  for (const name of ['other', 'V']) {
    expect(await change('tagRemove', conversationId, name)).toEqual({
      tag: null,
      conversation: { tags: [{ name: 'VIP' }] },
      customer: null,
    });
  }
  expect(await change('tagRemove', customerId, 'VIP')).toMatchObject({ tag: null });
  expect(await everythingOf(parley, workspaceId)).toBe(before);
});

test('tags stand by name, whatever the order in which they came', async () => {
  for (const name of ['b', 'C', 'a', 'Älter']) await change('tagAdd', conversationId, name);
  const { conversation } = await change('tagRemove', conversationId, 'none');
  expect(conversation?.tags.map(({ name }) => name)).toEqual(['a', 'b', 'C', 'Älter']);
});

test('many who add the same new tag at the same moment make one tag and one event', async () => {
  const added = await Promise.all(
    Array.from({ length: 8 }, () => change('tagAdd', conversationId, 'VIP')),
  );
  expect(new Set(added.map(({ tag }) => tag?.id)).size).toBe(1);
  const types = await eventTypesOf(parley, workspaceId, conversationId);
  expect(types.filter((type) => type === 'conversation.tagged')).toHaveLength(1);
});

test('fifty tags are the most, for conversations and customers', async () => {
  for (const id of [conversationId, customerId]) {
    for (let i = 0; i < 50; i++) await change('tagAdd', id, `tag ${i}`);
    expect(await refused(owner, 'tagAdd', { id, input: { name: 'one more' } })).toEqual([
      { code: 'INVALID_STATE', path: ['input', 'name'] },
    ]);
    await change('tagAdd', id, 'TAG 7');
    await change('tagRemove', id, 'tag 7');
    await change('tagAdd', id, 'one more');
  }
});

test.each(['tagAdd', 'tagRemove'])('%s refuses names and ids that can’t be used', async (name) => {
  const before = await everythingOf(parley, workspaceId);
  for (const bad of ['', '   ', 'x'.repeat(51), 'a\nb', 'a\u0000']) {
    expect(await refused(owner, name, { id: conversationId, input: { name: bad } })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', 'name'] },
    ]);
  }
  for (const id of [
    'cnv_01h00000000000000000000000',
    'cus_01h00000000000000000000000',
    channelId,
    'nonsense',
  ]) {
    expect(await refused(owner, name, { id, input: { name: 'VIP' } })).toEqual([
      { code: 'NOT_FOUND', path: ['id'] },
    ]);
  }
  expect(await everythingOf(parley, workspaceId)).toBe(before);
});
