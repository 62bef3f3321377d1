import { Rejected } from '../../src/connectors/kit/errors';
import { call, must } from '../support/call';
import { unique } from '../support/world';
import { connectors, OutboundWorld, type Line } from './outbound-world';
import { Square } from './square';

/** A public message that is answered in private. */

const square = new Square();
let world: OutboundWorld;
let line: Line;
beforeAll(async () => {
  world = await OutboundWorld.create({ connectors: { ...connectors, square: square.connector } });
  line = await world.line('square');
});
afterAll(() => world.close());
afterEach(() => {
  square.sent.splice(0);
  square.failures.splice(0);
  square.private = undefined;
  expect(world.parley.faults.splice(0)).toEqual([]);
});

interface Public {
  id: string;
  conversationId: string;
  person: string;
  externalId: string;
}

async function comment(input: object = {}): Promise<Public> {
  const [person, externalId] = [unique('person'), unique('comment')];
  const customer = { externalId: person, displayName: 'Ada' };
  const talk = { visibility: 'PUBLIC', externalId, customer, ...input };
  const conversationId = await world.conversation(line, talk);
  const [message] = await world.messages(line.owner, conversationId);
  return { id: message!.id, conversationId, person, externalId };
}

interface Reply {
  message: { id: string };
  conversation: { id: string };
}

async function replyPrivately(messageId: string, body = 'Write to us here.'): Promise<Reply> {
  const selection = 'message { id } conversation { id }';
  const args = { messageId, input: { body } };
  const reply = await must<Reply>(line.owner, 'messageReplyPrivately', args, selection);
  await world.drain();
  return reply;
}

const problemsOf = async (messageId: string) =>
  (
    await world.problems(line.owner, 'messageReplyPrivately', { messageId, input: { body: 'x' } })
  ).map(({ code, reason, path }) => [code, reason, path?.join('.')]);

const LINKS = `id visibility threadKey customer { id name } linkedConversations { id visibility }
  canReply { allowed reason } messages { nodes { id status replyTo { id } privateReply { id }
  canReplyPrivately { allowed until reason } } }`;

async function view(id: string): Promise<Record<string, unknown>> {
  const { conversation } = await line.owner.query<{ conversation: Record<string, unknown> }>(
    `query ($id: ID!) { conversation(id: $id) { ${LINKS} } }`,
    { id },
  );
  return conversation;
}

test('the answer is in a private conversation with its author, linked both ways', async () => {
  const { id, conversationId, person, externalId } = await comment();
  const reply = await replyPrivately(id);
  expect(square.sent).toMatchObject([
    {
      body: 'Write to us here.',
      replyTo: null,
      privateReplyTo: { externalId },
      conversation: { threadKey: `with ${person}`, customer: { externalId: person } },
    },
  ]);
  const open = await view(conversationId);
  const closed = await view(reply.conversation.id);
  expect(open).toMatchObject({
    linkedConversations: [{ id: reply.conversation.id, visibility: 'PRIVATE' }],
    messages: {
      nodes: [
        {
          privateReply: { id: reply.message.id },
          canReplyPrivately: {
            ...{ allowed: false, reason: 'ALREADY_ANSWERED', until: '2026-03-08T11:00:00.000Z' },
          },
        },
      ],
    },
  });
  expect(closed).toMatchObject({
    visibility: 'PRIVATE',
    customer: open.customer,
    linkedConversations: [{ id: conversationId, visibility: 'PUBLIC' }],
    canReply: { allowed: false, reason: 'NOTHING_TO_ANSWER' },
    messages: { nodes: [{ id: reply.message.id, status: 'SENT', replyTo: { id } }] },
  });
});

test('it goes on in the conversation that there is, whatever the time for answers there', async () => {
  const { id, person } = await comment();
  const before = await world.conversation(line, {
    ...{ threadKey: `with ${person}`, customer: { externalId: person } },
    sentAt: '2026-02-01T00:00:00Z',
  });
  const reply = await replyPrivately(id);
  expect(reply.conversation.id).toBe(before);
  expect(square.sent).toHaveLength(1);
});

test('where the platform tells only now with whom it is, the conversation gets that key', async () => {
  const { id } = await comment();
  const [threadKey, externalId] = [unique('thread'), unique('psid')];
  square.private = { threadKey, customer: { externalId } };
  const reply = await replyPrivately(id);
  const closed = await view(reply.conversation.id);
  expect(closed).toMatchObject({ threadKey });
  const later = await world.conversation(line, { threadKey, customer: { externalId } });
  expect(later).toBe(reply.conversation.id);
  expect(await view(later)).toMatchObject({ customer: closed.customer });
});

test('one that failed can be tried again, or another one written', async () => {
  const { id, conversationId } = await comment();
  square.failures.push(new Rejected('NO', 'Not now.'), new Rejected('NO', 'Not now.'));
  const first = await replyPrivately(id);
  expect(await world.view(line.owner, first.message.id)).toMatchObject({ status: 'FAILED' });
  await world.retry(line.owner, first.message.id);
  await world.drain();
  expect(await world.view(line.owner, first.message.id)).toMatchObject({ status: 'FAILED' });
  const second = await replyPrivately(id, 'Again');
  expect(square.sent).toMatchObject([{ body: 'Again' }]);
  expect(await view(conversationId)).toMatchObject({
    messages: { nodes: [{ privateReply: { id: second.message.id } }] },
  });
  expect(
    await world.problems(line.owner, 'messageSendRetry', { id: first.message.id }),
  ).toMatchObject([{ reason: 'ALREADY_ANSWERED', path: ['id'] }]);
});

test('it is refused a second time, after seven days, and of what is private', async () => {
  const answered = await comment();
  await replyPrivately(answered.id);
  expect(await problemsOf(answered.id)).toEqual([
    ['ACTION_NOT_ALLOWED', 'ALREADY_ANSWERED', 'messageId'],
  ]);
  const old = await comment({ sentAt: '2026-02-22T11:59:59Z' });
  expect(await problemsOf(old.id)).toEqual([['ACTION_NOT_ALLOWED', 'WINDOW_CLOSED', 'messageId']]);
  const own = await comment({ visibility: 'PRIVATE' });
  expect(await problemsOf(own.id)).toEqual([['ACTION_NOT_ALLOWED', 'NOT_SUPPORTED', 'messageId']]);
});

test('two that answer at once come to one answer', async () => {
  const { id: messageId } = await comment();
  const args = { messageId, input: { body: 'One' } };
  const answers = await Promise.all(
    [1, 2].map(() => call<Reply>(line.owner, 'messageReplyPrivately', args, '{ message { id } }')),
  );
  expect(answers.filter(({ message }) => message !== null)).toHaveLength(1);
  await world.drain();
  expect(square.sent).toHaveLength(1);
});
