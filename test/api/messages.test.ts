import { startTestApp, type TestApp } from '../support/app';
import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { eventsOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner, { name: 'Acme Help', identityScope: 'app-1' });
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const hour = (at: number) => new Date(Date.UTC(2026, 1, 1, at)).toISOString();
const inbound = {
  threadKey: 't',
  externalId: 'm1',
  direction: 'INBOUND',
  body: 'Where is it?',
  sentAt: hour(9),
  customer: { externalId: 'ada' },
};

function record<T>(input: object, selection: string): Promise<T> {
  return must(owner, 'messageRecord', { channelId, input: { ...inbound, ...input } }, selection);
}

describe('messageRecord', () => {
  test('makes customer, conversation and message, and tells of each in an event', async () => {
    const customer = { externalId: 'ada', handle: 'ada_l', displayName: 'Ada Lovelace' };
    const { message, conversation, outcome } = await record<{
      outcome: string;
      message: { id: string };
      conversation: { id: string; customer: { id: string } };
    }>(
      { customer, subject: 'My parcel', orderKey: '007', body: ' Where is it?\n' },
      `outcome
       message { id externalId direction body sentAt orderKey receivedAt editedAt authorName
         authorCustomer { name } authorUser { id } replyTo { id } response { id } }
       conversation { id threadKey visibility status subject startedAt lastMessageAt firstInboundAt
         firstResponseAt messageCount closedAt channel { id } assignee { id } lastMessage { externalId }
         customer { id name stage identities { nodes { channelKind scope externalId handle displayName } } } }`,
    );
    expect(outcome).toBe('CREATED');
    expect(message).toMatchObject({
      externalId: 'm1',
      direction: 'INBOUND',
      body: ' Where is it?\n',
      sentAt: hour(9),
      orderKey: '7',
      receivedAt: parley.now().toISOString(),
      editedAt: null,
      authorName: null,
      authorCustomer: { name: 'Ada Lovelace' },
      authorUser: null,
      replyTo: null,
      response: null,
    });
    expect(conversation).toMatchObject({
      threadKey: 't',
      visibility: 'PUBLIC',
      status: 'OPEN',
      subject: 'My parcel',
      startedAt: hour(9),
      lastMessageAt: hour(9),
      firstInboundAt: hour(9),
      firstResponseAt: null,
      messageCount: 1,
      closedAt: null,
      channel: { id: channelId },
      assignee: null,
      lastMessage: { externalId: 'm1' },
      customer: {
        name: 'Ada Lovelace',
        stage: 'AWARENESS',
        identities: { nodes: [{ channelKind: 'X', scope: 'app-1', ...customer }] },
      },
    });
    const events = await eventsOf(parley, workspaceId);
    const [conversationId, customerId] = [uuid(conversation.id), uuid(conversation.customer.id)];
    const facts = {
      channelId: uuid(channelId),
      customerId,
      visibility: 'PUBLIC',
      status: 'OPEN',
      assigneeId: null,
      startedAt: hour(9),
      lastMessageAt: hour(9),
      tagIds: [],
    };
    const about = { channelId: uuid(channelId), customerId, conversation: facts };
    expect(events.slice(3)).toEqual([
      expect.objectContaining({ type: 'customer.created', subject: customerId, data: {} }),
      expect.objectContaining({
        type: 'conversation.created',
        subject: conversationId,
        data: { ...about, was: null },
        occurredAt: new Date(hour(9)),
      }),
      expect.objectContaining({
        type: 'message.added',
        subject: uuid(message.id),
        data: { ...about, was: {}, conversationId, direction: 'INBOUND' },
        occurredAt: new Date(hour(9)),
      }),
    ]);
    expect(JSON.stringify(events)).not.toMatch(/lovelace|parcel|where/i);
  });

  test('changes nothing when the message is there already, whatever else is said of it', async () => {
    await record({}, 'outcome');
    const before = await everythingOf(parley, workspaceId);
    for (const input of [
      {},
      { body: 'Something else' },
      { threadKey: 'other' },
      { customer: { externalId: 'bob', displayName: 'Bob' } },
      { direction: 'OUTBOUND', sentAt: hour(1) },
    ]) {
      expect(
        await record(input, 'outcome message { body } conversation { threadKey messageCount }'),
      ).toEqual({
        outcome: 'UNCHANGED',
        message: { body: 'Where is it?' },
        conversation: { threadKey: 't', messageCount: 1 },
      });
    }
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('takes the same external id on another channel for another message', async () => {
    const other = await makeChannel(owner);
    const first = await recordMessage(owner, channelId, inbound);
    const second = await recordMessage(owner, other, inbound);
    expect(second.outcome).toBe('CREATED');
    expect(second.conversation.id).not.toBe(first.conversation.id);
  });

  test('knows a person again by platform and scope, on whatever channel', async () => {
    const person = async (channel: object) => {
      const { conversation } = await recordMessage(
        owner,
        await makeChannel(owner, channel),
        inbound,
      );
      return conversation.customer!.id;
    };
    const first = await person({ identityScope: 'page' });
    expect(await person({ identityScope: 'page' })).toBe(first);
    expect(await person({ identityScope: 'other' })).not.toBe(first);
    expect(await person({ identityScope: 'page', kind: 'FACEBOOK' })).not.toBe(first);
  });

  test('says who wrote a message: customer, another customer, the channel, a user', async () => {
    const { user } = await must<{ user: { id: string } }>(
      owner,
      'userInvite',
      { input: { email: 'amy@example.com', name: 'Amy', role: 'AGENT' } },
      'user { id }',
    );
    const authors = 'message { authorCustomer { name } authorName authorUser { name } }';
    const ada = { externalId: 'ada', displayName: 'Ada' };
    const bob = { externalId: 'bob', displayName: 'Bob' };
    const outbound = { direction: 'OUTBOUND', customer: null };
    const none = { authorCustomer: null, authorName: null, authorUser: null };
    expect([
      await record({ externalId: '1', customer: ada }, authors),
      await record({ externalId: '2', customer: ada, author: bob }, authors),
      await record({ externalId: '3', customer: null, author: bob }, authors),
      await record({ ...outbound, externalId: '4' }, authors),
      await record({ ...outbound, externalId: '5', authorUserId: user.id }, authors),
    ]).toEqual(
      [
        { ...none, authorCustomer: { name: 'Ada' } },
        { ...none, authorCustomer: { name: 'Bob' } },
        { ...none, authorCustomer: { name: 'Bob' } },
        { ...none, authorName: 'Acme Help' },
        { ...none, authorUser: { name: 'Amy' } },
      ].map((message) => ({ message })),
    );
    expect(
      await record({ externalId: '6', customer: ada }, 'conversation { customer { name } }'),
    ).toEqual({ conversation: { customer: { name: 'Ada' } } });
  });

  test('begins a conversation that is with nobody until a customer is named', async () => {
    const selection = 'conversation { customer { name } firstInboundAt firstResponseAt }';
    const ada = { externalId: 'ada', displayName: 'Ada' };
    expect(
      await record({ direction: 'OUTBOUND', customer: null, externalId: '1' }, selection),
    ).toEqual({ conversation: { customer: null, firstInboundAt: null, firstResponseAt: null } });
    expect(await record({ externalId: '2', sentAt: hour(10), customer: ada }, selection)).toEqual({
      conversation: { customer: { name: 'Ada' }, firstInboundAt: hour(10), firstResponseAt: null },
    });
    const { customer } = await call<{ customer: object }>(
      owner,
      'customer',
      { by: { identity: { channelKind: 'X', scope: 'app-1', externalId: 'ada' } } },
      '{ touchpoints(orderBy: OCCURRED_ASC) { nodes { type source message { externalId } } } }',
    ).then((found) => ({ customer: found }));
    expect(customer).toEqual({
      touchpoints: {
        nodes: [
          { type: 'message_sent', source: 'parley', message: { externalId: '1' } },
          { type: 'message_received', source: 'parley', message: { externalId: '2' } },
        ],
      },
    });
  });

  test('links a reply to a message that is told of only later, on both ends', async () => {
    await record(
      { externalId: 're', direction: 'OUTBOUND', replyToExternalId: 'm1', sentAt: hour(11) },
      'outcome',
    );
    const { message } = await record<{ message: object }>(
      {},
      `message { response { externalId } respondedAt replies { nodes { externalId } }
         conversation { messages { nodes { externalId replyTo { externalId } replyToExternalId } } } }`,
    );
    expect(message).toEqual({
      response: { externalId: 're' },
      respondedAt: hour(11),
      replies: { nodes: [{ externalId: 're' }] },
      conversation: {
        messages: {
          nodes: [
            { externalId: 'm1', replyTo: null, replyToExternalId: null },
            { externalId: 're', replyTo: { externalId: 'm1' }, replyToExternalId: 'm1' },
          ],
        },
      },
    });
  });

  const threads = 'conversation { messages { nodes { externalId response { externalId } } } }';
  const answers = (conversation: {
    messages: { nodes: { externalId: string; response: object }[] };
  }) =>
    Object.fromEntries(
      conversation.messages.nodes.map(({ externalId, response }) => [externalId, response]),
    );

  test('in public only a reply to a message answers it', async () => {
    await record({ externalId: '1', sentAt: hour(1) }, 'outcome');
    await record({ externalId: '2', sentAt: hour(2) }, 'outcome');
    const company = { direction: 'OUTBOUND', customer: null };
    await record({ ...company, externalId: '3', sentAt: hour(3) }, 'outcome');
    const { conversation } = await record<{ conversation: never }>(
      { ...company, externalId: '4', sentAt: hour(4), replyToExternalId: '1' },
      threads,
    );
    expect(answers(conversation)).toEqual({ 1: { externalId: '4' }, 2: null, 3: null, 4: null });
  });

  test('in private the next message to the customer answers all before it', async () => {
    const company = { direction: 'OUTBOUND', customer: null };
    await record({ externalId: '1', sentAt: hour(1), visibility: 'PRIVATE' }, 'outcome');
    await record({ externalId: '2', sentAt: hour(2) }, 'outcome');
    await record({ ...company, externalId: '3', sentAt: hour(3) }, 'outcome');
    await record({ externalId: '4', sentAt: hour(4) }, 'outcome');
    const { conversation } = await record<{ conversation: never }>(
      { ...company, externalId: '5', sentAt: hour(5) },
      threads,
    );
    expect(answers(conversation)).toEqual({
      1: { externalId: '3' },
      2: { externalId: '3' },
      3: null,
      4: { externalId: '5' },
      5: null,
    });
  });

  test('messages of the same time stand by their order keys', async () => {
    for (const [externalId, orderKey] of [
      ['c', '100000000000000000'],
      ['a', '9'],
      ['b', '10'],
      ['z', null],
    ]) {
      await record({ externalId, orderKey }, 'outcome');
    }
    const { conversation } = await record<{ conversation: object }>(
      { externalId: 'z' },
      'conversation { lastMessage { externalId } messages { nodes { externalId } } }',
    );
    expect(conversation).toEqual({
      lastMessage: { externalId: 'c' },
      messages: { nodes: ['z', 'a', 'b', 'c'].map((externalId) => ({ externalId })) },
    });
  });

  test('keeps the thread’s visibility and subject once it has begun', async () => {
    await record({ visibility: 'PRIVATE', subject: 'First' }, 'outcome');
    expect(
      await record(
        { externalId: 'm2', visibility: 'PUBLIC', subject: 'Second' },
        'conversation { visibility subject }',
      ),
    ).toEqual({ conversation: { visibility: 'PRIVATE', subject: 'First' } });
  });

  test.each([
    ['an empty thread key', { threadKey: '' }, ['input', 'threadKey']],
    ['a long thread key', { threadKey: 'x'.repeat(501) }, ['input', 'threadKey']],
    ['an empty external id', { externalId: ' ' }, ['input', 'externalId']],
    ['an external id with NUL', { externalId: 'a\u0000' }, ['input', 'externalId']],
    ['an empty body', { body: '' }, ['input', 'body']],
    ['a long body', { body: 'x'.repeat(65_537) }, ['input', 'body']],
    ['a body with NUL', { body: 'a\u0000' }, ['input', 'body']],
    ['a body with half a character', { body: '\ud83d' }, ['input', 'body']],
    ['a time before 1900', { sentAt: '1899-12-31T23:59:59Z' }, ['input', 'sentAt']],
    ['a time after 2200', { sentAt: '2200-01-01T00:00:00Z' }, ['input', 'sentAt']],
    ['a negative order key', { orderKey: '-1' }, ['input', 'orderKey']],
    ['an order key of 19 digits', { orderKey: '1'.repeat(19) }, ['input', 'orderKey']],
    ['no author', { customer: null }, ['input', 'author']],
    ['an empty customer', { customer: { externalId: '' } }, ['input', 'customer', 'externalId']],
    [
      'a long handle',
      { author: { externalId: 'a', handle: 'x'.repeat(201) } },
      ['input', 'author', 'handle'],
    ],
    ['a subject of two lines', { subject: 'a\nb' }, ['input', 'subject']],
    ['an empty reply', { replyToExternalId: '' }, ['input', 'replyToExternalId']],
  ])('refuses %s, and writes nothing', async (_, input, path) => {
    const before = await everythingOf(parley, workspaceId);
    expect(
      await refused(owner, 'messageRecord', { channelId, input: { ...inbound, ...input } }),
    ).toEqual([{ code: 'INVALID_INPUT', path }]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('refuses a channel or a user that is not there', async () => {
    for (const nowhere of ['chn_01h00000000000000000000000', 'nonsense']) {
      expect(await refused(owner, 'messageRecord', { channelId: nowhere, input: inbound })).toEqual(
        [{ code: 'NOT_FOUND', path: ['channelId'] }],
      );
    }
    const input = { ...inbound, direction: 'OUTBOUND', authorUserId: channelId };
    expect(await refused(owner, 'messageRecord', { channelId, input })).toEqual([
      { code: 'NOT_FOUND', path: ['input', 'authorUserId'] },
    ]);
  });

  test('tells every part of the input that can’t be used', async () => {
    const input = { ...inbound, body: '', threadKey: '', orderKey: 'x' };
    const problems = await refused(owner, 'messageRecord', { channelId, input });
    expect(problems.map(({ path }) => path?.[1]).sort()).toEqual(['body', 'orderKey', 'threadKey']);
  });
});
