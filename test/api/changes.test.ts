import { Permission } from '../../src/auth/permissions';
import { systemActor } from '../../src/auth/actor';
import { globalId, newId } from '../../src/domain/kit/ids';
import { appendEvents } from '../../src/events/append';
import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, uuid } from '../support/owner';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;

beforeAll(async () => {
  // sequences events too
  parley = await startTestApp({}, 'all');
});
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface Changes {
  events: { id: string; type: string; position: number; subjectId: string }[];
  position: number;
  head: number;
  hasMore: boolean;
}

const selection = '{ events { id type position subjectId } position head hasMore }';

/** Reads one page, once all that was written has its position. */
async function changes(client: Client, args: object = {}): Promise<Changes> {
  await parley.app.drain();
  return call<Changes>(client, 'changes', args, selection);
}

function typesOf({ events }: Changes): string[] {
  return events.map(({ type }) => type);
}

/** What the caller is told who asks for something that can't be. */
async function refusalOf(args: object) {
  await parley.app.drain();
  const { data, errors } = await ask(owner, 'changes', args, selection);
  expect(data ?? null).toBeNull();
  expect(errors).toHaveLength(1);
  const [{ message, extensions } = { message: '', extensions: {} }] = errors!;
  return { message, ...extensions };
}

/** A conversation with one message. */
async function aConversation(channelId: string, input: object = {}) {
  const { message, conversation } = await recordMessage(owner, channelId, input);
  return {
    messageId: message.id,
    conversationId: conversation.id,
    customerId: conversation.customer!.id,
  };
}

/** Appends that many events at once: more than anybody would make by the API in a test. */
async function appendMany(count: number, subjectId: string): Promise<void> {
  const actor = systemActor(workspaceId, new Set());
  const event = { type: 'customer.tagged', subjectId, data: { tagId: newId() } } as const;
  await parley.app.units.transaction(workspaceId, (session) =>
    appendEvents(
      session,
      actor,
      parley.now(),
      Array.from({ length: count }, () => event),
    ),
  );
}

/** Removes the oldest events, as retention does. */
async function forget(upTo: number): Promise<void> {
  await parley.app.drain();
  await asOwner(parley, 'delete from event_log where workspace_id = $1 and position <= $2', [
    workspaceId,
    upTo,
  ]);
}

describe('a page', () => {
  test('tells what happened, in order, with positions from 1', async () => {
    const channelId = await makeChannel(owner);
    const { conversationId } = await aConversation(channelId);
    await must(owner, 'conversationClose', { id: conversationId }, 'conversation { id }');
    const all = await changes(owner);
    expect(typesOf(all)).toEqual([
      'workspace.created',
      'api_key.created',
      'channel.created',
      'customer.created',
      'conversation.created',
      'message.added',
      'conversation.closed',
    ]);
    expect(all.events.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(all).toMatchObject({ position: 7, head: 7, hasMore: false });
    expect(new Set(all.events.map(({ id }) => id)).size).toBe(7);
  });

  test('has what an event says and the objects that it is about', async () => {
    const channelId = await makeChannel(owner);
    const sentAt = '2026-02-03T04:05:06.000Z';
    const { conversationId, customerId, messageId } = await aConversation(channelId, { sentAt });
    await changes(owner);
    const { events } = await call<{ events: object[] }>(
      owner,
      'changes',
      { types: ['message.*'] },
      `{ events { id position type version occurredAt recordedAt actor { kind id } subjectId tombstone data
          subject { id } message { id body } conversation { id } customer { id } touchpoint { id } } }`,
    );
    const conversation = {
      channelId,
      visibility: 'PUBLIC',
      status: 'OPEN',
      assigneeId: null,
      customerId,
      startedAt: sentAt,
      lastMessageAt: sentAt,
      tagIds: [],
    };
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-z]{26}$/) as string,
        position: 6,
        type: 'message.added',
        version: 2,
        occurredAt: sentAt,
        recordedAt: parley.now().toISOString(),
        actor: { kind: 'API_KEY', id: expect.stringMatching(/^key_/) as string },
        subjectId: messageId,
        tombstone: false,
        data: {
          direction: 'INBOUND',
          conversationId,
          channelId,
          customerId,
          conversation,
          was: {},
        },
        subject: { id: messageId },
        message: { id: messageId, body: 'Where is my parcel?' },
        conversation: { id: conversationId },
        customer: { id: customerId },
        touchpoint: null,
      },
    ]);
  });

  test('follows on the one before, until there is no more', async () => {
    const channelId = await makeChannel(owner);
    for (let count = 0; count < 4; count++) await aConversation(channelId);
    const all = await changes(owner);
    expect(all.events).toHaveLength(15);
    const paged: Changes['events'] = [];
    let page = await changes(owner, { after: 0, first: 4 });
    for (; page.hasMore; page = await changes(owner, { after: page.position, first: 4 })) {
      expect(page.events).toHaveLength(4);
      expect(page).toMatchObject({ head: 15, position: page.events.at(-1)!.position });
      paged.push(...page.events);
    }
    expect([...paged, ...page.events]).toEqual(all.events);
    expect(page).toMatchObject({ position: 15, head: 15 });
  });

  test('is empty at the end of the log, and goes on when something happens', async () => {
    const { head } = await changes(owner);
    expect(await changes(owner, { after: head })).toEqual({
      events: [],
      position: head,
      head,
      hasMore: false,
    });
    await makeChannel(owner);
    const next = await changes(owner, { after: head });
    expect(typesOf(next)).toEqual(['channel.created']);
    expect(next).toMatchObject({ position: head + 1, head: head + 1, hasMore: false });
  });

  test('holds nothing of a command that was refused', async () => {
    const { head } = await changes(owner);
    const input = { kind: 'X', name: '', externalId: 'x', visibility: 'PUBLIC' };
    const { errors } = await ask(owner, 'channelCreate', { input }, '{ userErrors { code } }');
    expect(errors).toBeUndefined();
    expect(await changes(owner)).toMatchObject({ head });
  });

  test('holds each change once when a request is repeated with its idempotency key', async () => {
    const { conversationId: id } = await aConversation(await makeChannel(owner));
    for (let attempt = 0; attempt < 2; attempt++) {
      await must(owner, 'conversationClose', { id, idempotencyKey: 'k' }, 'conversation { id }');
    }
    expect(typesOf(await changes(owner, { types: ['conversation.closed'] }))).toHaveLength(1);
  });

  test('says of what is gone that it is', async () => {
    const channelId = await makeChannel(owner);
    const original = {
      threadKey: 'thread',
      externalId: 'message',
      customer: { externalId: 'person' },
    };
    const { messageId } = await aConversation(channelId, original);
    await recordMessage(owner, channelId, { ...original, deletedAt: '2026-02-01T11:00:00Z' });
    const key = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
    await must(owner, 'apiKeyRevoke', { id: key.id }, 'apiKey { id }');
    await changes(owner);
    const { events } = await call<{ events: { tombstone: boolean; subjectId: string }[] }>(
      owner,
      'changes',
      {},
      '{ events { tombstone type subjectId } }',
    );
    expect(events.filter(({ tombstone }) => tombstone)).toEqual([
      { tombstone: true, type: 'message.deleted', subjectId: messageId },
      { tombstone: true, type: 'api_key.revoked', subjectId: key.id },
    ]);
  });
});

describe('a page has only', () => {
  test('the types that are asked for, by name or by their first word', async () => {
    const { conversationId } = await aConversation(await makeChannel(owner));
    const note = { conversationId, input: { body: 'n' } };
    await must(owner, 'noteAdd', note, 'note { id }');
    const page = await changes(owner, { types: ['message.*', 'channel.created'] });
    expect(typesOf(page)).toEqual(['channel.created', 'message.added', 'message.added']);
    expect(page).toMatchObject({ position: 7, head: 7, hasMore: false });
    expect(typesOf(await changes(owner, { types: [] }))).toEqual([]);
  });

  test('what is on a channel, in a conversation, with a customer, of a direction', async () => {
    const [one, other] = [await makeChannel(owner), await makeChannel(owner)];
    const here = await aConversation(one);
    const there = await aConversation(other);
    const note = { conversationId: here.conversationId, input: { body: 'n' } };
    await must(owner, 'noteAdd', note, 'note { id }');
    const subjects = async (filter: object, more: object = {}) =>
      (await changes(owner, { filter, ...more })).events.map(({ subjectId }) => subjectId);
    const { conversationId, customerId, messageId } = here;
    const [noteId] = await subjects({ directions: ['NOTE'] });
    expect(noteId).toMatch(/^msg_/);
    expect(await subjects({ channelIds: [one] })).toEqual([one, conversationId, messageId, noteId]);
    const inConversation = [conversationId, messageId, noteId];
    expect(await subjects({ conversationIds: [conversationId] })).toEqual(inConversation);
    expect(await subjects({ customerIds: [customerId] })).toEqual([customerId, ...inConversation]);
    expect(
      await subjects({ conversationIds: [conversationId] }, { types: ['message.added'] }),
    ).toEqual([messageId, noteId]);
    expect(await subjects({ customerIds: [customerId, there.customerId] })).toHaveLength(7);
    expect(await subjects({ directions: ['INBOUND'] })).toEqual([messageId, there.messageId]);
    expect(await subjects({ channelIds: [one], directions: ['INBOUND'] })).toEqual([messageId]);
    expect(await subjects({ conversationIds: [] })).toEqual([]);
    expect(await subjects({ conversationIds: ['nonsense'] })).toEqual([]);
    expect(await subjects({ conversationIds: [globalId('Conversation', newId())] })).toEqual([]);
  });

  test('what a key with few permissions may read, while its position goes on', async () => {
    const { customerId } = await aConversation(await makeChannel(owner));
    const seenWith = async (...scopes: string[]) => {
      const key = await makeKey(owner, { scopes: ['WORKSPACE_READ', ...scopes] });
      const page = await changes(parley.as(key.token));
      expect(page.position).toBe(page.head);
      expect(page.hasMore).toBe(false);
      return [...new Set(typesOf(page))];
    };
    expect(await seenWith()).toEqual(['workspace.created']);
    expect(await seenWith('CUSTOMER_READ')).toEqual(['workspace.created', 'customer.created']);
    expect(await seenWith('CONVERSATION_READ')).toEqual([
      'workspace.created',
      'conversation.created',
      'message.added',
    ]);
    expect(await seenWith('CHANNEL_READ')).toEqual(['workspace.created', 'channel.created']);
    await must(
      owner,
      'touchpointRecord',
      {
        input: [
          {
            customer: { id: customerId },
            type: 'visit',
            occurredAt: '2026-02-01T00:00:00Z',
            source: 'shop',
            externalId: '1',
          },
        ],
      },
      'items { outcome }',
    );
    expect(await seenWith('TOUCHPOINT_READ')).toEqual(['workspace.created', 'touchpoint.recorded']);
    const key = await makeKey(owner, { scopes: ['CONVERSATION_READ'] });
    const { errors } = await ask(parley.as(key.token), 'changes', {}, selection);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('what a limited key may see: its channels, and the customers who are there', async () => {
    const [one, other] = [await makeChannel(owner), await makeChannel(owner)];
    const here = await aConversation(one);
    const there = await aConversation(other);
    for (const { customerId, conversationId } of [here, there]) {
      await must(owner, 'tagAdd', { id: customerId, input: { name: 't' } }, 'tag { id }');
      await must(owner, 'conversationClose', { id: conversationId }, 'conversation { id }');
    }
    const scopes = Object.values(Permission);
    const key = await makeKey(owner, { scopes, channelIds: [one] });
    const page = await changes(parley.as(key.token));
    expect(page.events.map(({ type, subjectId }) => [type, subjectId])).toEqual([
      ['channel.created', one],
      ['customer.created', here.customerId],
      ['conversation.created', here.conversationId],
      ['message.added', here.messageId],
      ['customer.tagged', here.customerId],
      ['conversation.closed', here.conversationId],
    ]);
    expect(page.position).toBe(page.head);
    expect(page.head).toBeGreaterThan(page.events.at(-1)!.position);
  });
});

describe('a long log', () => {
  const EVENTS = 12_000;

  test('is looked through for a rare type some way with each call', async () => {
    const { customerId } = await aConversation(await makeChannel(owner));
    await appendMany(EVENTS, uuid(customerId));
    await makeChannel(owner);
    const types = ['channel.created', 'workspace.created'];
    let page = await changes(owner, { types, after: 0 });
    const found = typesOf(page);
    let calls = 1;
    for (; page.hasMore; calls++) {
      const last = page.position;
      page = await changes(owner, { types, after: last });
      expect(page.position).toBeGreaterThan(last);
      found.push(...typesOf(page));
    }
    expect(found).toEqual(['workspace.created', 'channel.created', 'channel.created']);
    expect(page.position).toBe(page.head);
    expect(calls).toBe(2);
  });

  test('is looked through for a rare match of a filter some way with each call', async () => {
    const { customerId } = await aConversation(await makeChannel(owner));
    await appendMany(EVENTS, uuid(customerId));
    await makeChannel(owner);
    const filter = { directions: ['INBOUND'] };
    const positions: number[] = [];
    let page = await changes(owner, { filter, after: 0 });
    expect(typesOf(page)).toEqual(['message.added']);
    for (; page.hasMore; page = await changes(owner, { filter, after: page.position })) {
      positions.push(page.position);
    }
    expect(positions).toHaveLength(2);
    expect(page.position).toBe(page.head);
  });

  test('is read at once for one customer, however much lies between', async () => {
    const channelId = await makeChannel(owner);
    const { customerId } = await aConversation(channelId);
    const other = await aConversation(channelId);
    await appendMany(EVENTS, uuid(other.customerId));
    await must(owner, 'tagAdd', { id: customerId, input: { name: 't' } }, 'tag { id }');
    const page = await changes(owner, { filter: { customerIds: [customerId] } });
    expect(typesOf(page)).toEqual([
      'customer.created',
      'conversation.created',
      'message.added',
      'customer.tagged',
    ]);
    expect(page).toMatchObject({ position: page.head, hasMore: false });
  });

  test('is read in full by pages of 500', async () => {
    const { customerId } = await aConversation(await makeChannel(owner));
    await appendMany(2_345, uuid(customerId));
    const positions: number[] = [];
    let page = await changes(owner, { first: 500 });
    for (; page.hasMore; page = await changes(owner, { first: 500, after: page.position })) {
      expect(page.events).toHaveLength(500);
      positions.push(...page.events.map(({ position }) => position));
    }
    positions.push(...page.events.map(({ position }) => position));
    expect(positions).toEqual(Array.from({ length: 2_351 }, (_, index) => index + 1));
  });
});

describe('past retention', () => {
  beforeEach(async () => {
    await aConversation(await makeChannel(owner));
    await forget(4);
  });

  test('whoever names a position is told to read everything anew, and where to go on', async () => {
    for (const after of [0, 3]) {
      expect(await refusalOf({ after })).toMatchObject({
        code: 'RESYNC_REQUIRED',
        oldest: 5,
        head: 6,
        message: expect.stringContaining('6') as string,
      });
    }
    expect((await changes(owner, { after: 6 })).events).toEqual([]);
  });

  test('whoever has seen all that is gone misses nothing', async () => {
    expect(typesOf(await changes(owner, { after: 4 }))).toEqual([
      'conversation.created',
      'message.added',
    ]);
  });

  test('whoever names no position begins with the oldest that is left', async () => {
    const page = await changes(owner);
    expect(page.events.map(({ position }) => position)).toEqual([5, 6]);
    expect(page).toMatchObject({ position: 6, head: 6, hasMore: false });
  });

  test('positions go on where they stopped when nothing is left at all', async () => {
    await forget(6);
    expect(await changes(owner)).toEqual({ events: [], position: 6, head: 6, hasMore: false });
    expect(await refusalOf({ after: 5 })).toMatchObject({
      code: 'RESYNC_REQUIRED',
      oldest: 7,
      head: 6,
    });
    await makeChannel(owner);
    expect((await changes(owner, { after: 6 })).events).toMatchObject([{ position: 7 }]);
  });
});

describe('refused is', () => {
  test('a position that the log has not reached', async () => {
    const { head } = await changes(owner);
    expect(await refusalOf({ after: head + 1 })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: ['after'],
      message: expect.stringContaining(String(head)) as string,
    });
  });

  test('a position that is no whole number from 0', async () => {
    for (const after of [-1, 1.5, 'x', '1', '1x', true, 2 ** 53, 1e300]) {
      expect(await refusalOf({ after })).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    for (const after of ['-1', '1.5', '"1"', '9007199254740993']) {
      const { errors } = await owner.ask(`{ changes(after: ${after}) { head } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('a page of none or of more than 500', async () => {
    for (const first of [0, -1, 501]) {
      expect(await refusalOf({ first })).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: ['first'],
      });
    }
    expect((await changes(owner, { first: 500 })).events.length).toBeGreaterThan(0);
  });

  test('a type that there is none of; the answer lists those that there are', async () => {
    for (const type of ['message.sent', 'message', 'mess.*', '*', '.*', '']) {
      expect(await refusalOf({ types: ['message.added', type] })).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: ['types', 1],
        message: expect.stringMatching(/^types\.1 .*customer\.created.*message\.added/) as string,
      });
    }
  });

  test('a list of more than 100', async () => {
    const ids = Array.from({ length: 101 }, () => newId());
    const types = ids.map(() => 'message.added');
    expect(await refusalOf({ types })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: ['types'],
    });
    for (const name of ['channelIds', 'conversationIds', 'customerIds']) {
      expect(await refusalOf({ filter: { [name]: ids } })).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: ['filter', name],
      });
    }
  });
});

test('one workspace’s positions and events have nothing to do with another’s', async () => {
  const other = await parley.workspace('Other');
  await makeChannel(other.owner);
  const { conversationId } = await aConversation(await makeChannel(owner));
  const theirs = await changes(other.owner);
  expect(typesOf(theirs)).toEqual(['workspace.created', 'api_key.created', 'channel.created']);
  expect(theirs.head).toBe(3);
  const filter = { conversationIds: [conversationId] };
  expect((await changes(other.owner, { filter })).events).toEqual([]);
});
