import { refused } from '../support/call';
import { asOwner, eventTypesOf } from '../support/owner';
import { makeChannel, makeKey, recordMessage } from '../support/world';
import { connectors, OutboundWorld, type Line } from './outbound-world';

/** What `messageSend`, `messageSendRetry` and `messageCancel` take and refuse; nothing is sent here. */

const { custom } = connectors as { custom: (typeof connectors)[string] };

let world: OutboundWorld;
beforeAll(async () => {
  const manifest = {
    ...custom.manifest,
    id: 'narrow',
    capabilities: {
      private: {
        ...custom.manifest.capabilities.private!,
        text: { longest: 10, unit: 'graphemes', markup: 'NONE' } as const,
        replies: false,
        proactive: false,
        replyWindow: { hours: 24 },
        media: { image: { contentTypes: ['image/png'], largestBytes: 8, most: 1 } },
        mostAttachments: 1,
        textWithMedia: false,
      },
    },
  };
  const planned = {
    ...custom,
    plannedId: ({ clientKey }: { clientKey: string }) => `at-${clientKey}`,
  };
  world = await OutboundWorld.create(
    { connectors: { ...connectors, narrow: { ...custom, manifest }, planned } },
    'api',
  );
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

async function upload(line: Line, bytes: string, type = 'image/png'): Promise<string> {
  const response = await fetch(`${world.parley.url}/uploads?fileName=cat.png`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${line.owner.token}` },
    body: bytes,
  });
  return ((await response.json()) as { id: string }).id;
}

const reasonsOf = async (line: Line, conversationId: string, input: object) =>
  (await world.problems(line.owner, 'messageSend', { conversationId, input })).map(
    ({ code, reason, path }) => [code, reason, path?.join('.')],
  );

test('a message that waits is in its conversation already, with who wrote it', async () => {
  const line = await world.line();
  const { owner, workspaceId } = line;
  const conversationId = await world.conversation(line);
  const { token } = await makeKey(owner, { scopes: ['MESSAGE_SEND', 'CONVERSATION_READ'] });
  const id = await world.send(world.parley.as(token), conversationId, 'By a machine');
  const { node } = await owner.query<{ node: object }>(
    `query ($id: ID!) { node(id: $id) { ... on Message { direction status failure { code } externalId
      authorName authorUser { id } sentAt conversation { id messageCount } } } }`,
    { id },
  );
  expect(node).toEqual({
    direction: 'OUTBOUND',
    status: 'QUEUED',
    failure: null,
    externalId: null,
    authorName: 'A key',
    authorUser: null,
    sentAt: '2026-03-01T12:00:00.000Z',
    conversation: { id: conversationId, messageCount: 2 },
  });
  expect(await eventTypesOf(world.parley, workspaceId, id)).toEqual(['message.added']);
});

test('where the platform lets us choose the id, the message has it from the start', async () => {
  const line = await world.line('planned');
  const id = await world.send(line.owner, await world.conversation(line));
  expect((await world.view(line.owner, id)).externalId).toMatch(/^at-[0-9a-f-]{36}$/);
});

test('the same idempotency key sends one message', async () => {
  const line = await world.line();
  const args = { conversationId: await world.conversation(line), input: { body: 'Once' } };
  const document = `mutation ($conversationId: ID!, $input: MessageSendInput!) {
    messageSend(conversationId: $conversationId, input: $input, idempotencyKey: "k") { message { id } }
  }`;
  const first = await line.owner.query(document, args);
  expect(await line.owner.query(document, args)).toEqual(first);
  expect(await world.messages(line.owner, args.conversationId)).toHaveLength(2);
});

describe('what can’t be sent is refused, with the reason and the place', () => {
  test('a text that is too long', async () => {
    const line = await world.line('narrow');
    const id = await world.conversation(line);
    expect(await reasonsOf(line, id, { body: 'x'.repeat(11) })).toEqual([
      ['INVALID_INPUT', 'TEXT_TOO_LONG', 'input.body'],
    ]);
    expect(await reasonsOf(line, id, { body: '👩‍👩‍👧‍👦'.repeat(10) })).toEqual([]);
  });

  test('an empty text, and text that is none', async () => {
    const line = await world.line();
    const id = await world.conversation(line);
    expect(await reasonsOf(line, id, { body: ' \n' })).toEqual([
      ['INVALID_INPUT', 'EMPTY', 'input.body'],
    ]);
    expect(await reasonsOf(line, id, { body: 'a\u0000' })).toEqual([
      ['INVALID_INPUT', null, 'input.body'],
    ]);
  });

  test('a reply where the channel can’t name what it answers', async () => {
    const line = await world.line('narrow');
    const id = await world.conversation(line);
    const [{ id: replyToId } = { id: '' }] = await world.messages(line.owner, id);
    expect(await reasonsOf(line, id, { body: 'x', replyToId })).toEqual([
      ['INVALID_INPUT', 'REPLY_NOT_SUPPORTED', 'input.replyToId'],
    ]);
  });

  test('a reply to a message of another conversation, or to one that has not arrived', async () => {
    const line = await world.line();
    const [one, other] = [await world.conversation(line), await world.conversation(line)];
    const [{ id: foreign } = { id: '' }] = await world.messages(line.owner, other);
    expect(await reasonsOf(line, one, { body: 'x', replyToId: foreign })).toEqual([
      ['NOT_FOUND', null, 'input.replyToId'],
    ]);
    const waiting = await world.send(line.owner, one);
    expect(await reasonsOf(line, one, { body: 'x', replyToId: waiting })).toEqual([
      ['INVALID_STATE', null, 'input.replyToId'],
    ]);
  });

  test('files that the platform does not take', async () => {
    const line = await world.line('narrow');
    const id = await world.conversation(line);
    const [large, fine, pdf] = [
      await upload(line, 'far too large'),
      await upload(line, 'pixels'),
      await upload(line, 'x', 'application/pdf'),
    ];
    expect(await reasonsOf(line, id, { body: '', attachmentIds: [large] })).toEqual([
      ['INVALID_INPUT', 'MEDIA_TOO_LARGE', 'input.attachmentIds.0'],
    ]);
    expect(await reasonsOf(line, id, { body: '', attachmentIds: [pdf] })).toEqual([
      ['INVALID_INPUT', 'MEDIA_NOT_SUPPORTED', 'input.attachmentIds.0'],
    ]);
    expect(await reasonsOf(line, id, { body: 'x', attachmentIds: [fine] })).toEqual([
      ['INVALID_INPUT', 'TEXT_WITH_MEDIA', 'input.body'],
    ]);
    expect(await reasonsOf(line, id, { body: '', attachmentIds: [fine] })).toEqual([]);
    expect(await reasonsOf(line, id, { body: '', attachmentIds: [fine] })).toEqual([
      ['NOT_FOUND', null, 'input.attachmentIds.0'],
    ]);
  });

  const states: [reason: string, statement: string][] = [
    ['CHANNEL_PAUSED', `update channel set status = 'PAUSED' where id = $1`],
    ['CHANNEL_DISCONNECTED', `update channel set status = 'DISCONNECTED' where id = $1`],
    [
      'NEEDS_RECONNECT',
      `update channel_state set health = 'NEEDS_RECONNECT' where channel_id = $1`,
    ],
    [
      'WINDOW_CLOSED',
      `update conversation set last_inbound_at = '2026-02-28T12:00:00Z' where channel_id = $1`,
    ],
    ['NOTHING_TO_ANSWER', `update conversation set last_inbound_at = null where channel_id = $1`],
  ];

  test.each(states)('anything at all, where the reason is %s', async (reason, statement) => {
    const line = await world.line('narrow');
    const conversationId = await world.conversation(line);
    await asOwner(world.parley, statement, [line.channelId]);
    expect(await reasonsOf(line, conversationId, { body: 'x' })).toEqual([
      ['REPLY_NOT_ALLOWED', reason, 'conversationId'],
    ]);
    const { conversation } = await line.owner.query<{ conversation: { canReply: object } }>(
      `query ($id: ID!) { conversation(id: $id) { canReply { allowed reason } } }`,
      { id: conversationId },
    );
    expect(conversation.canReply).toEqual({ allowed: false, reason });
    expect(await world.messages(line.owner, conversationId)).toHaveLength(1);
  });

  test('anything at all on a channel whose transport is the caller’s own', async () => {
    const { owner } = await world.parley.workspace();
    const { conversation } = await recordMessage(owner, await makeChannel(owner));
    const args = { conversationId: conversation.id, input: { body: 'x' } };
    const [problem] = await world.problems(owner, 'messageSend', args);
    expect(problem).toMatchObject({ code: 'REPLY_NOT_ALLOWED', reason: 'NO_CONNECTOR' });
  });
});

test('what can be sent is known before', async () => {
  const line = await world.line('narrow');
  const { conversation } = await line.owner.query<{ conversation: { canReply: object } }>(
    `query ($id: ID!) { conversation(id: $id) { canReply { allowed until reason message capabilities {
      text { longest unit markup } media { kind contentTypes largestBytes most } mostAttachments
      textWithMedia replies replyWindow { hours humanHours } } } } }`,
    { id: await world.conversation(line) },
  );
  expect(conversation.canReply).toEqual({
    ...{ allowed: true, until: '2026-03-02T11:00:00.000Z', reason: null, message: null },
    capabilities: {
      text: { longest: 10, unit: 'GRAPHEMES', markup: 'NONE' },
      media: [{ kind: 'IMAGE', contentTypes: ['image/png'], largestBytes: 8, most: 1 }],
      ...{ mostAttachments: 1, textWithMedia: false, replies: false },
      replyWindow: { hours: 24, humanHours: null },
    },
  });
});

describe('messageCancel and messageSendRetry', () => {
  test('what waits can be cancelled, and sent after all, at the end of the line', async () => {
    const line = await world.line();
    const { owner, workspaceId } = line;
    const conversationId = await world.conversation(line);
    const id = await world.send(owner, conversationId, 'One');
    const next = await world.send(owner, conversationId, 'Two');
    expect(await refused(owner, 'messageSendRetry', { id })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
    await owner.query('mutation ($id: ID!) { messageCancel(id: $id) { message { id } } }', { id });
    expect(await world.view(owner, id)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'CANCELLED' },
    });
    const answered = await responseOf(line, conversationId);
    expect(answered).toBe(next);
    expect(await refused(owner, 'messageCancel', { id })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
    await world.retry(owner, id);
    expect(await world.view(owner, id)).toMatchObject({ status: 'QUEUED', failure: null });
    expect(await responseOf(line, conversationId)).toBe(id);
    const queue = await asOwner<{ body: string }>(
      world.parley,
      `select m.body from outbound_queue q join message m on m.id = q.message_id
       where q.workspace_id = $1 order by q.queued_at, q.message_id`,
      [workspaceId],
    );
    expect(queue.map(({ body }) => body)).toEqual(['Two', 'One']);
    expect(await eventTypesOf(world.parley, workspaceId, id)).toEqual([
      'message.added',
      'message.status_changed',
      'message.status_changed',
    ]);
  });

  test.each(['messageCancel', 'messageSendRetry'])(
    '%s refuses what Parley does not send, and what is not there',
    async (name) => {
      const line = await world.line();
      const { owner } = line;
      const [{ id } = { id: '' }] = await world.messages(owner, await world.conversation(line));
      expect(await refused(owner, name, { id })).toEqual([{ code: 'INVALID_STATE', path: ['id'] }]);
      const { owner: other } = await world.parley.workspace();
      expect(await refused(other, name, { id })).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    },
  );
});

async function responseOf({ owner }: Line, id: string): Promise<string | null> {
  const { conversation } = await owner.query<{
    conversation: { messages: { nodes: { response: { id: string } | null }[] } };
  }>(`query ($id: ID!) { conversation(id: $id) { messages { nodes { response { id } } } } }`, {
    id,
  });
  return conversation.messages.nodes.find(({ response }) => response)?.response?.id ?? null;
}
