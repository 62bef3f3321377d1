import { Rejected, ReconnectNeeded, RetryLater } from '../../src/connectors/kit/errors';
import { refused } from '../support/call';
import { unique } from '../support/world';
import { connectors, OutboundWorld, type Line } from './outbound-world';
import { Square } from './square';

/** What is done to messages that are there: by a job, after the answer, as often as it takes. */

const square = new Square();
let world: OutboundWorld;
let line: Line;
beforeAll(async () => {
  world = await OutboundWorld.create({
    connectors: { ...connectors, square: square.connector },
  });
  line = await world.line('square');
});
afterAll(() => world.close());
afterEach(() => {
  square.deeds.splice(0);
  square.failures.splice(0);
  expect(world.parley.faults.splice(0)).toEqual([]);
});

/** A message of a customer's; gives its id, and its conversation's. */
async function comment(input: object = {}): Promise<{ id: string; conversationId: string }> {
  const conversationId = await world.conversation(line, {
    ...{ visibility: 'PUBLIC', externalId: unique('comment'), ...input },
  });
  const messages = await world.messages(line.owner, conversationId);
  return { id: messages.at(-1)!.id, conversationId };
}

async function act(name: string, args: object): Promise<void> {
  await world.act(line.owner, name, args);
  await world.drain();
}

const VIEW = `body hiddenAt deletedAt revisions { nodes { previousBody } }
  reactions { nodes { reaction customer { id } } }
  actions { nodes { kind reaction status failure { code message } user { id } settledAt } }`;

interface View {
  hiddenAt: string | null;
  deletedAt: string | null;
  reactions: { nodes: { reaction: string }[] };
  actions: { nodes: { kind: string; status: string; failure: { code: string } | null }[] };
}

async function view(id: string): Promise<View> {
  const { node } = await line.owner.query<{ node: View }>(
    `query ($id: ID!) { node(id: $id) { ... on Message { ${VIEW} } } }`,
    { id },
  );
  return node;
}

const states = async (id: string) =>
  (await view(id)).actions.nodes.map(({ kind, status, failure }) => [
    kind,
    status,
    failure?.code ?? null,
  ]);

async function eventsOf(conversationId: string): Promise<string[]> {
  const { changes } = await line.owner.query<{ changes: { events: { type: string }[] } }>(
    `query ($id: ID!) { changes(filter: { conversationIds: [$id] }) { events { type } } }`,
    { id: conversationId },
  );
  return changes.events.map(({ type }) => type).filter((type) => type.startsWith('message.'));
}

test('a comment is hidden, and shown again', async () => {
  const { id, conversationId } = await comment({ externalId: 'rude' });
  await act('messageHide', { id });
  expect(square.deeds).toMatchObject([
    { what: 'hide', message: { id, externalId: 'rude', conversation: { visibility: 'PUBLIC' } } },
  ]);
  expect(await view(id)).toMatchObject({
    hiddenAt: '2026-03-01T12:00:00.000Z',
    actions: { nodes: [{ kind: 'HIDE', status: 'DONE', settledAt: '2026-03-01T12:00:00.000Z' }] },
  });
  world.parley.setTime(new Date('2026-03-01T12:00:01Z'));
  await act('messageShow', { id });
  expect(await view(id)).toMatchObject({ hiddenAt: null });
  expect(await eventsOf(conversationId)).toEqual([
    'message.added',
    'message.hidden',
    'message.shown',
  ]);
});

test('what is deleted says nothing any longer, and what it said stays known', async () => {
  const { id } = await comment({ body: 'Buy my pills' });
  await act('messageDelete', { id });
  expect(square.deeds.map(({ what }) => what)).toEqual(['remove']);
  const after = await view(id);
  expect(after).toMatchObject({
    body: '',
    revisions: { nodes: [{ previousBody: 'Buy my pills' }] },
  });
  expect(after.deletedAt).not.toBeNull();
  expect(await refused(line.owner, 'messageDelete', { id })).toEqual([
    { code: 'INVALID_STATE', path: ['id'] },
  ]);
});

test('a reaction is the company’s, and is taken back by its own id', async () => {
  const { id } = await comment();
  await act('messageReact', { id, reaction: 'like' });
  expect((await view(id)).reactions.nodes).toEqual([{ reaction: 'like', customer: null }]);
  world.parley.setTime(new Date(world.parley.now().getTime() + 1_000));
  await act('messageUnreact', { id, reaction: 'like' });
  expect(square.deeds.map(({ detail }) => detail)).toEqual([
    { reaction: 'like', removed: false, reactionId: null },
    { reaction: 'like', removed: true, reactionId: 'r-1' },
  ]);
  expect((await view(id)).reactions.nodes).toEqual([]);
});

test('the customer is told that all was read, up to their newest message', async () => {
  const threadKey = unique('thread');
  const sentAt = world.parley.now().toISOString();
  const talk = { visibility: 'PRIVATE', threadKey };
  await comment({ ...talk, externalId: 'first' });
  const { conversationId } = await comment({ ...talk, sentAt, externalId: 'last' });
  await act('conversationMarkRead', { id: conversationId });
  expect(square.deeds).toMatchObject([{ what: 'markRead', message: { externalId: 'last' } }]);
});

test('it is tried again while the platform is down, and told when it never will', async () => {
  const { id, conversationId } = await comment();
  square.failures.push(new RetryLater('Down.'), new Error('Odd.'));
  await world.act(line.owner, 'messageHide', { id });
  await world.becomes(async () => (await states(id))[0]![1] === 'DONE');
  square.failures.push(new Rejected('NOT_ALLOWED', 'The platform does not allow it.'));
  await act('messageDelete', { id });
  expect(await states(id)).toEqual([
    ['HIDE', 'DONE', null],
    ['DELETE', 'FAILED', 'NOT_ALLOWED'],
  ]);
  expect(await eventsOf(conversationId)).toContain('message.action_failed');
});

test('what is asked for while the opposite waits comes instead of it', async () => {
  const { id } = await comment();
  square.failures.push(new RetryLater('Come back tomorrow.', 3_600));
  await act('messageHide', { id });
  await act('messageShow', { id });
  expect(await states(id)).toEqual([
    ['HIDE', 'FAILED', 'SUPERSEDED'],
    ['SHOW', 'DONE', null],
  ]);
});

test('dead credentials are told of, and nothing more is taken until they are alive again', async () => {
  const own = await world.line('square');
  const conversationId = await world.conversation(own, { visibility: 'PUBLIC' });
  const [message] = await world.messages(own.owner, conversationId);
  const args = { id: message!.id };
  square.failures.push(new ReconnectNeeded('Connect it again.'));
  await world.act(own.owner, 'messageHide', args);
  await world.becomes(async () => (await world.health(own)).health === 'NEEDS_RECONNECT');
  expect(await world.problems(own.owner, 'messageShow', args)).toMatchObject([
    { code: 'ACTION_NOT_ALLOWED', reason: 'NEEDS_RECONNECT', path: ['id'] },
  ]);
});

describe('what the platform can’t do is refused before', () => {
  test.each(['messageHide', 'messageShow', 'messageDelete'])('%s in private', async (name) => {
    const { id } = await comment({ visibility: 'PRIVATE' });
    expect(await world.problems(line.owner, name, { id })).toMatchObject([
      { code: 'ACTION_NOT_ALLOWED', reason: 'NOT_SUPPORTED', path: ['id'] },
    ]);
  });

  test('read marks in public', async () => {
    const { conversationId: id } = await comment();
    expect(await world.problems(line.owner, 'conversationMarkRead', { id })).toMatchObject([
      { code: 'ACTION_NOT_ALLOWED', reason: 'NOT_SUPPORTED', path: ['id'] },
    ]);
  });

  test('reactions that it does not have', async () => {
    const { id } = await comment();
    expect(await refused(line.owner, 'messageReact', { id, reaction: '🦄' })).toEqual([
      { code: 'INVALID_INPUT', path: ['reaction'] },
    ]);
  });

  test('anything to a message that it does not have yet, and to a note', async () => {
    const { conversationId } = await comment({ visibility: 'PRIVATE', sentAt: new Date() });
    square.failures.push(new RetryLater('Later.', 3_600));
    const waiting = await world.send(line.owner, conversationId);
    expect(await refused(line.owner, 'messageDelete', { id: waiting })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
    await world.drain();
  });
});
