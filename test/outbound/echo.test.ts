import { globalId } from '../../src/domain/kit/ids';
import { asOwner, uuid } from '../support/owner';
import { OutboundWorld, type Line } from './outbound-world';

let world: OutboundWorld;
beforeAll(async () => {
  world = await OutboundWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

/** What the platform tells of a message of ours, as if somebody had written it there. */
const echo = (threadKey: string, externalId: string, more: object = {}) => ({
  type: 'message',
  threadKey,
  externalId,
  direction: 'OUTBOUND',
  author: null,
  sentAt: '2026-03-01T12:00:03Z',
  body: 'Hello',
  ...more,
});

async function typesOf(line: Line, id: string): Promise<string[]> {
  await world.drain();
  const rows = await asOwner<{ type: string }>(
    world.parley,
    'select type from event_log where workspace_id = $1 and subject = $2 order by position',
    [line.workspaceId, uuid(id)],
  );
  return rows.map(({ type }) => type);
}

test('what the platform says of the time counts, for the conversation and its answers too', async () => {
  const line = await world.line();
  line.platform.answer(({ message, response }, platform) => {
    const externalId = platform.keep(message);
    response.end(
      JSON.stringify({ externalId, sentAt: '2026-03-01T12:00:07Z', status: 'DELIVERED' }),
    );
  });
  const conversationId = await world.conversation(line);
  const id = await world.send(line.owner, conversationId);
  expect(await typesOf(line, id)).toEqual(['message.added', 'message.status_changed']);
  const sentAt = '2026-03-01T12:00:07.000Z';
  expect(await world.view(line.owner, id)).toMatchObject({ status: 'DELIVERED', sentAt });
  const { conversation } = await line.owner.query<Record<string, object>>(
    `query ($id: ID!) { conversation(id: $id) { lastMessageAt firstResponseAt
      messages { nodes { respondedAt } } customer { touchpoints { nodes { type occurredAt } } } } }`,
    { id: conversationId },
  );
  expect(conversation).toMatchObject({
    lastMessageAt: sentAt,
    firstResponseAt: sentAt,
    messages: { nodes: [{ respondedAt: sentAt }, { respondedAt: null }] },
  });
  expect(JSON.stringify(conversation)).toContain(
    JSON.stringify({ type: 'message_sent', occurredAt: sentAt }),
  );
});

test('an echo that comes in before the answer is no second message', async () => {
  const line = await world.line();
  const conversationId = await world.conversation(line, { threadKey: 'early' });
  line.platform.answer(async ({ message, response }, platform) => {
    const externalId = platform.keep(message);
    await world.deliver(line, [echo('early', externalId, { clientKey: message.clientKey })]);
    // until it is taken in
    await world.takenIn(line);
    response.end(JSON.stringify({ externalId }));
  });
  const id = await world.send(line.owner, conversationId);
  await world.drain();
  const messages = await world.messages(line.owner, conversationId);
  expect(messages.map((message) => message.id).filter((it) => it === id)).toHaveLength(1);
  expect(messages).toHaveLength(2);
  expect(await world.view(line.owner, id)).toMatchObject({ status: 'SENT', externalId: 'p-1' });
});

test('an echo that could not be told from somebody else’s message becomes one with ours', async () => {
  const line = await world.line();
  const { owner } = line;
  const conversationId = await world.conversation(line, { threadKey: 'other' });
  line.platform.answer(async ({ message, response }, platform) => {
    const externalId = platform.keep(message);
    // the platform has changed the text, and does not know our key
    await world.deliver(line, [echo('other', externalId, { body: 'Hello (shortened)' })]);
    await world.takenIn(line);
    response.end(JSON.stringify({ externalId }));
  });
  const id = await world.send(owner, conversationId);
  await world.drain();
  const messages = await world.messages(owner, conversationId);
  expect(messages.map((message) => message.id)).toEqual([messages[0]!.id, id]);
  const { conversation } = await owner.query<Record<string, object>>(
    `query ($id: ID!) { conversation(id: $id) { messageCount lastMessage { id }
      messages { nodes { response { id } } } customer { touchpoints { nodes { type } } } } }`,
    { id: conversationId },
  );
  expect(conversation).toMatchObject({
    messageCount: 2,
    lastMessage: { id },
    messages: { nodes: [{ response: { id } }, { response: null }] },
  });
  expect(JSON.stringify(conversation).match(/message_sent/g)).toHaveLength(1);
  const deleted = await asOwner<{ subject: string }>(
    world.parley,
    `select subject from event_log where workspace_id = $1 and type = 'message.deleted'`,
    [line.workspaceId],
  );
  expect(deleted).toHaveLength(1);
  expect(globalId('Message', deleted[0]!.subject)).not.toBe(id);
});

test.each(['DELIVERED', 'FAILED'])(
  'a receipt %s that comes before the platform has answered counts once it has',
  async (status) => {
    const line = await world.line();
    const conversationId = await world.conversation(line);
    line.platform.answer(async ({ message, response }, platform) => {
      const externalId = platform.keep(message);
      const about = { externalId };
      await world.deliver(line, [{ type: 'receipt', status, at: '2026-03-01T12:00:09Z', about }]);
      await world.takenIn(line);
      response.end(JSON.stringify({ externalId }));
    });
    const id = await world.send(line.owner, conversationId);
    await world.drain();
    expect(await world.view(line.owner, id)).toMatchObject({ status });
  },
);
