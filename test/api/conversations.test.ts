import { startTestApp, type TestApp } from '../support/app';
import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { eventsOf, eventTypesOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
/** Of a conversation with one inbound message. */
let id: string;
let noon: Date;
beforeAll(async () => {
  parley = await startTestApp();
  noon = parley.now();
});
afterAll(() => parley.close());
beforeEach(async () => {
  parley.setTime(noon);
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner);
  ({ id } = (await recordMessage(owner, channelId, { threadKey: 't' })).conversation);
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const later = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);
const STATE = 'conversation { id status closedAt updatedAt }';
const NOWHERE = 'cnv_01h00000000000000000000000';

function change(name: 'conversationClose' | 'conversationReopen') {
  return must(owner, name, { id }, STATE);
}

async function eventTypes(): Promise<string[]> {
  return (await eventTypesOf(parley, workspaceId, id)).slice(1);
}

async function invite(email: string, channelIds?: string[]): Promise<string> {
  const { user } = await must<{ user: { id: string } }>(
    owner,
    'userInvite',
    { input: { email, role: 'AGENT', channelIds } },
    'user { id }',
  );
  return user.id;
}

describe('closing and reopening', () => {
  test('a conversation is closed at the server’s time and opened again, with an event each', async () => {
    const closedAt = later(1).toISOString();
    parley.setTime(later(1));
    expect(await change('conversationClose')).toEqual({
      conversation: { id, status: 'CLOSED', closedAt, updatedAt: closedAt },
    });
    parley.setTime(later(2));
    expect(await change('conversationReopen')).toEqual({
      conversation: { id, status: 'OPEN', closedAt: null, updatedAt: later(2).toISOString() },
    });
    expect((await eventsOf(parley, workspaceId, id)).slice(1)).toMatchObject([
      { type: 'conversation.closed', data: { channelId: uuid(channelId) }, occurredAt: later(1) },
      { type: 'conversation.reopened', data: { channelId: uuid(channelId) }, occurredAt: later(2) },
    ]);
  });

  test('closing what is closed and opening what is open change nothing', async () => {
    const open = await everythingOf(parley, workspaceId);
    await change('conversationReopen');
    expect(await everythingOf(parley, workspaceId)).toBe(open);
    await change('conversationClose');
    const closed = await everythingOf(parley, workspaceId);
    parley.setTime(later(1));
    expect(await change('conversationClose')).toMatchObject({
      conversation: { closedAt: noon.toISOString() },
    });
    expect(await everythingOf(parley, workspaceId)).toBe(closed);
  });

  test('many who close at the same moment close once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => change('conversationClose')));
    expect(await eventTypes()).toEqual(['conversation.closed']);
  });

  test.each(['conversationClose', 'conversationReopen'])(
    '%s refuses what is no conversation of the workspace',
    async (name) => {
      for (const other of [NOWHERE, channelId, 'nonsense', '']) {
        expect(await refused(owner, name, { id: other })).toEqual([
          { code: 'NOT_FOUND', path: ['id'] },
        ]);
      }
    },
  );
});

describe('a closed conversation', () => {
  const receive = (minutes: number, input: object = {}) =>
    recordMessage(owner, channelId, {
      threadKey: 't',
      sentAt: later(minutes).toISOString(),
      ...input,
    });
  const status = async () => {
    const { conversation } = await owner.query<{
      conversation: { status: string; closedAt: string | null };
    }>('query ($id: ID!) { conversation(id: $id) { status closedAt } }', { id });
    return conversation;
  };
  beforeEach(() => change('conversationClose'));

  test('is opened again by a newer message from a customer', async () => {
    await receive(1);
    expect(await status()).toEqual({ status: 'OPEN', closedAt: null });
    const events = await eventsOf(parley, workspaceId, id);
    expect(events.at(-1)).toMatchObject({
      type: 'conversation.reopened',
      occurredAt: later(1),
      data: { channelId: uuid(channelId) },
    });
  });

  test.each<[string, number, object]>([
    ['an older message from a customer', -1, {}],
    ['a message of the moment when it was closed', 0, {}],
    ['a newer message from the company', 1, { direction: 'OUTBOUND', customer: null }],
  ])('stays closed after %s', async (_, minutes, input) => {
    await receive(minutes, input);
    expect(await status()).toEqual({ status: 'CLOSED', closedAt: noon.toISOString() });
    expect(await eventTypes()).toEqual(['conversation.closed']);
  });

  test('stays closed after a message that was there already, and after a note', async () => {
    await receive(1, { externalId: 'again' });
    parley.setTime(later(5));
    await change('conversationClose');
    await receive(6, { externalId: 'again' });
    await must(owner, 'noteAdd', { conversationId: id, input: { body: 'Done.' } }, 'note { id }');
    expect(await status()).toEqual({ status: 'CLOSED', closedAt: later(5).toISOString() });
  });
});

describe('conversationAssign', () => {
  const assign = (assigneeId: string | null) =>
    must(
      owner,
      'conversationAssign',
      { id, input: { assigneeId } },
      'conversation { assignee { id } }',
    );

  test('gives a conversation to a user, to another one, and to nobody', async () => {
    const [ada, bob] = [await invite('ada@example.com'), await invite('bob@example.com')];
    for (const assigneeId of [ada, ada, bob, null, null]) {
      expect(await assign(assigneeId)).toEqual({
        conversation: { assignee: assigneeId && { id: assigneeId } },
      });
    }
    const events = (await eventsOf(parley, workspaceId, id)).slice(1);
    expect(events.map(({ type, data }) => [type, data.assigneeId])).toEqual([
      ['conversation.assigned', uuid(ada)],
      ['conversation.assigned', uuid(bob)],
      ['conversation.assigned', null],
    ]);
  });

  test('refuses a user who does not see the channel', async () => {
    const elsewhere = await invite('ada@example.com', [await makeChannel(owner)]);
    const here = await invite('bob@example.com', [channelId]);
    expect(
      await refused(owner, 'conversationAssign', { id, input: { assigneeId: elsewhere } }),
    ).toEqual([{ code: 'INVALID_STATE', path: ['input', 'assigneeId'] }]);
    expect(await assign(here)).toEqual({ conversation: { assignee: { id: here } } });
  });

  test('refuses what is no user, and what is no conversation', async () => {
    const before = await everythingOf(parley, workspaceId);
    for (const assigneeId of ['usr_01h00000000000000000000000', channelId, 'nonsense']) {
      expect(await refused(owner, 'conversationAssign', { id, input: { assigneeId } })).toEqual([
        { code: 'NOT_FOUND', path: ['input', 'assigneeId'] },
      ]);
    }
    expect(
      await refused(owner, 'conversationAssign', { id: NOWHERE, input: { assigneeId: null } }),
    ).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    expect(await refused(owner, 'conversationAssign', { id, input: {} })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', 'assigneeId'] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

describe('noteAdd', () => {
  test('adds a note among the messages, which no summary and no metric counts', async () => {
    const summary = `{ lastMessage { id } lastMessageAt messageCount firstResponseAt status }`;
    const before = await call(owner, 'conversation', { id }, summary);
    parley.setTime(later(1));
    const body = 'Sounds upset.\n\tCall back.';
    const { note } = await must<{ note: { id: string } }>(
      owner,
      'noteAdd',
      { conversationId: id, input: { body } },
      `note { id direction body sentAt externalId authorName authorCustomer { id }
         conversation { id } } conversation { id }`,
    );
    expect(note).toEqual({
      id: expect.stringMatching(/^msg_/) as string,
      direction: 'NOTE',
      body,
      sentAt: later(1).toISOString(),
      externalId: null,
      authorName: 'Owner',
      authorCustomer: null,
      conversation: { id },
    });
    expect(await call(owner, 'conversation', { id }, summary)).toEqual(before);
    const { messages } = await call<{ messages: { nodes: object[] } }>(
      owner,
      'conversation',
      { id },
      '{ messages { nodes { direction } } }',
    );
    expect(messages.nodes).toEqual([{ direction: 'INBOUND' }, { direction: 'NOTE' }]);
    expect(
      await call(owner, 'responseMetrics', {}, '{ total { inboundMessages outboundMessages } }'),
    ).toEqual({ total: { inboundMessages: 1, outboundMessages: 0 } });
    expect(await eventsOf(parley, workspaceId, note.id)).toMatchObject([
      {
        type: 'message.added',
        data: { conversationId: uuid(id), channelId: uuid(channelId), direction: 'NOTE' },
      },
    ]);
  });

  test('adds a second note when called again', async () => {
    for (const body of ['Same', 'Same']) {
      await must(owner, 'noteAdd', { conversationId: id, input: { body } }, 'note { id }');
    }
    const { messages } = await call<{ messages: { nodes: object[] } }>(
      owner,
      'conversation',
      { id },
      '{ messages { nodes { id } } }',
    );
    expect(messages.nodes).toHaveLength(3);
  });

  test.each([
    ['empty', '', 'INVALID_INPUT', ['input', 'body']],
    ['too long', 'x'.repeat(65_537), 'INVALID_INPUT', ['input', 'body']],
    ['with NUL', 'a\u0000', 'INVALID_INPUT', ['input', 'body']],
  ])('refuses a body that is %s', async (_, body, code, path) => {
    expect(await refused(owner, 'noteAdd', { conversationId: id, input: { body } })).toEqual([
      { code, path },
    ]);
  });

  test('refuses what is no conversation', async () => {
    expect(
      await refused(owner, 'noteAdd', { conversationId: NOWHERE, input: { body: 'x' } }),
    ).toEqual([{ code: 'NOT_FOUND', path: ['conversationId'] }]);
  });
});
