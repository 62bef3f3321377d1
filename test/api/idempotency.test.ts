import { connectors } from '../../src/connectors/registry';
import { globalId, newId } from '../../src/domain/kit/ids';
import { startTestApp, type TestApp } from '../support/app';
import { Square } from '../outbound/square';
import { shelf } from '../support/bank';
import { call, must, refused, rootFields } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, everythingOf, uuid } from '../support/owner';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let noon: Date;
beforeAll(async () => {
  const env = { PARLEY_SECRET_KEY: 'ab'.repeat(32), PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' };
  parley = await startTestApp(env, 'api', {
    connectors: { ...connectors, shelf, square: new Square().connector },
  });
  noon = parley.now();
});
afterAll(() => parley.close());
beforeEach(async () => {
  parley.setTime(noon);
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

interface World {
  channelId: string;
  connectedId: string;
  conversationId: string;
  customerId: string;
  endpointId: string;
  deliveryId: string;
  /** Where messages can be sent, one that waits, and one that was cancelled. */
  talkId: string;
  waitingId: string;
  cancelledId: string;
  /** A public message of somebody else's. */
  publicId: string;
  /** A dead letter, and one that waits. */
  deadId: string;
  pendingId: string;
}

/** For each mutation its arguments, others that are valid too, and what to compare of the answer. */
const mutations: Record<
  string,
  (world: World) => [args: object, others: object, selection: string]
> = {
  customerUpsert: () => [
    { by: { externalRef: 'a' }, input: { properties: { n: 1.5 } } },
    { by: { externalRef: 'a' }, input: { properties: { n: 2 } } },
    'outcome customer { id }',
  ],
  customerIdentityAdd: ({ customerId }) => [
    { customerId, input: { channelKind: 'X', externalId: '1' } },
    { customerId, input: { channelKind: 'X', externalId: '2' } },
    'identity { id } customer { id }',
  ],
  inboundDeliveryRetry: ({ deadId, pendingId }) => [
    { id: deadId },
    { id: pendingId },
    'inboundDelivery { id }',
  ],
  channelReplay: ({ connectedId: channelId }) => [
    { channelId },
    { channelId, input: { from: '2026-01-01T00:00:00Z' } },
    'channel { id } deliveryCount',
  ],
  channelCreate: () => [
    { input: { kind: 'X', name: 'A', externalId: 'a', visibility: 'PUBLIC' } },
    { input: { kind: 'X', name: 'A', externalId: 'b', visibility: 'PUBLIC' } },
    'channel { id }',
  ],
  channelConnect: () => [
    { connector: 'shelf', input: { name: 'A', settings: {} } },
    { connector: 'shelf', input: { name: 'B', settings: {} } },
    'channel { id }',
  ],
  channelUpdate: ({ connectedId: id }) => [
    { id, input: { settings: { note: 'A' } } },
    { id, input: { settings: { note: 'B' } } },
    'channel { id }',
  ],
  channelPause: ({ connectedId: id }) => [{ id }, { id: 'nonsense' }, 'channel { id }'],
  channelResume: ({ connectedId: id }) => [{ id }, { id: 'nonsense' }, 'channel { id }'],
  channelTest: ({ connectedId: id }) => [
    { id },
    { id: 'nonsense' },
    'channel { id } ok durationMs',
  ],
  messageTemplatesSync: ({ connectedId: channelId }) => [
    { channelId },
    { channelId: 'nonsense' },
    'channel { id } templateCount',
  ],
  channelDisconnect: ({ connectedId: id }) => [{ id }, { id: 'nonsense' }, 'channel { id }'],
  conversationClose: ({ conversationId: id }) => [
    { id },
    { id: 'nonsense' },
    'conversation { id }',
  ],
  conversationReopen: ({ conversationId: id }) => [
    { id },
    { id: 'nonsense' },
    'conversation { id }',
  ],
  conversationAssign: ({ conversationId: id }) => [
    { id, input: { assigneeId: null } },
    { id: 'nonsense', input: { assigneeId: null } },
    'conversation { id }',
  ],
  noteAdd: ({ conversationId }) => [
    { conversationId, input: { body: 'One' } },
    { conversationId, input: { body: 'Two' } },
    'note { id body } conversation { id }',
  ],
  messageSend: ({ talkId: conversationId }) => [
    { conversationId, input: { body: 'One' } },
    { conversationId, input: { body: 'Two' } },
    'message { id body } conversation { id }',
  ],
  messageSendRetry: ({ cancelledId: id }) => [{ id }, { id: 'nonsense' }, 'message { id status }'],
  messageCancel: ({ waitingId: id }) => [{ id }, { id: 'nonsense' }, 'message { id status }'],
  ...Object.fromEntries(
    ['messageHide', 'messageShow', 'messageDelete'].map((name) => [
      name,
      ({ publicId: id }: World) => [{ id }, { id: 'nonsense' }, 'message { id }'],
    ]),
  ),
  ...Object.fromEntries(
    ['messageReact', 'messageUnreact'].map((name) => [
      name,
      ({ publicId: id }: World) => [
        { id, reaction: 'like' },
        { id, reaction: '👍' },
        'message { id }',
      ],
    ]),
  ),
  messageReplyPrivately: ({ publicId: messageId }) => [
    { messageId, input: { body: 'One' } },
    { messageId, input: { body: 'Two' } },
    'message { id body } conversation { id }',
  ],
  conversationMarkRead: ({ talkId: id }) => [{ id }, { id: 'nonsense' }, 'message { id }'],
  messageRecord: ({ channelId }) => {
    const input = {
      threadKey: 't',
      externalId: 'm',
      direction: 'INBOUND',
      body: 'Hi',
      sentAt: '2026-01-01T00:00:00Z',
      orderKey: '7',
      customer: { externalId: 'ada' },
    };
    return [
      { channelId, input },
      { channelId, input: { ...input, orderKey: '8' } },
      'outcome message { id } conversation { id }',
    ];
  },
  touchpointRecord: ({ customerId: id }) => {
    const touchpoint = {
      customer: { id },
      type: 'visit',
      source: 'shop',
      externalId: '1',
      occurredAt: '2026-01-01T00:00:00Z',
    };
    const wrong = { ...touchpoint, externalId: '2', type: 'WRONG' };
    return [
      { input: [touchpoint, wrong] },
      { input: [touchpoint] },
      'items { outcome touchpoint { id } userErrors { code message path } }',
    ];
  },
  tagAdd: ({ conversationId: id }) => [
    { id, input: { name: 'VIP' } },
    { id, input: { name: 'other' } },
    'tag { id } conversation { id } customer { id }',
  ],
  tagRemove: ({ customerId: id }) => [
    { id, input: { name: 'VIP' } },
    { id, input: { name: 'other' } },
    'tag { id } conversation { id } customer { id }',
  ],
  apiKeyCreate: () => [
    { input: { name: 'A', scopes: ['CUSTOMER_READ'] } },
    { input: { name: 'B', scopes: ['CUSTOMER_READ'] } },
    'apiKey { id }',
  ],
  apiKeyRevoke: () => [{ id: '' }, { id: 'nonsense' }, 'apiKey { id }'],
  userInvite: () => [
    { input: { email: 'ada@example.com', role: 'AGENT' } },
    { input: { email: 'bob@example.com', role: 'AGENT' } },
    'user { id }',
  ],
  presenceSet: ({ conversationId }) => [
    { conversationId, input: { activity: 'VIEWING' } },
    { conversationId, input: { activity: 'TYPING' } },
    'conversation { id }',
  ],
  webhookEndpointCreate: () => [
    { input: { url: 'http://127.0.0.1:9/a' } },
    { input: { url: 'http://127.0.0.1:9/b' } },
    'webhookEndpoint { id }',
  ],
  webhookEndpointUpdate: ({ endpointId: id }) => [
    { id, input: { description: 'a' } },
    { id, input: { description: 'b' } },
    'webhookEndpoint { id description }',
  ],
  webhookEndpointRotateSecret: ({ endpointId: id }) => [
    { id },
    { id: 'nonsense' },
    'webhookEndpoint { id }',
  ],
  webhookEndpointPing: ({ endpointId: id }) => [
    { id },
    { id: 'nonsense' },
    'webhookDelivery { id }',
  ],
  webhookRedeliver: ({ deliveryId }) => [
    { deliveryId },
    { deliveryId: 'nonsense' },
    'webhookDelivery { id }',
  ],
  webhookEndpointDelete: ({ endpointId: id }) => [{ id }, { id: 'nonsense' }, 'deletedId'],
};

async function makeWorld(): Promise<World> {
  const channelId = await makeChannel(owner);
  const { conversation } = await recordMessage(owner, channelId);
  const { webhookEndpoint } = await must<{ webhookEndpoint: { id: string } }>(
    owner,
    'webhookEndpointCreate',
    { input: { url: 'http://127.0.0.1:9/' } },
    'webhookEndpoint { id }',
  );
  const { webhookDelivery } = await must<{ webhookDelivery: { id: string } }>(
    owner,
    'webhookEndpointPing',
    { id: webhookEndpoint.id },
    'webhookDelivery { id }',
  );
  const { channel } = await must<{ channel: { id: string } }>(
    owner,
    'channelConnect',
    { connector: 'shelf', input: { settings: {} } },
    'channel { id }',
  );
  return {
    channelId,
    connectedId: channel.id,
    conversationId: conversation.id,
    customerId: conversation.customer!.id,
    endpointId: webhookEndpoint.id,
    deliveryId: webhookDelivery.id,
    ...(await makeTalk()),
    deadId: await makeDelivery(channel.id, true),
    pendingId: await makeDelivery(channel.id, false),
  };
}

/** A delivery that nobody processes here. */
async function makeDelivery(channelId: string, isDead: boolean): Promise<string> {
  const id = newId();
  await asOwner(
    parley,
    `with d as (
       insert into inbound_delivery (workspace_id, id, channel_id, received_at, source, event_key, body)
       values ($1, $2, $3, now(), 'WEBHOOK', case when $4::boolean then 'dead' else 'pending' end, '{}') returning *
     )
     insert into inbound_queue (workspace_id, channel_id, delivery_id, received_at, due_at, is_dead)
     select workspace_id, channel_id, id, received_at, received_at, $4::boolean from d`,
    [workspaceId, id, uuid(channelId), isDead],
  );
  return globalId('InboundDelivery', id);
}

/** A channel of a connector; nobody sends here. */
async function makeTalk(): Promise<
  Pick<World, 'talkId' | 'waitingId' | 'cancelledId' | 'publicId'>
> {
  const channelId = await makeChannel(owner, { visibility: 'PRIVATE' });
  await asOwner(parley, `update channel set connector = 'square' where id = $1`, [uuid(channelId)]);
  const now = { sentAt: noon.toISOString() };
  const { conversation } = await recordMessage(owner, channelId, now);
  const { message: comment } = await recordMessage(owner, channelId, {
    ...{ ...now, threadKey: 'public', externalId: 'public', visibility: 'PUBLIC' },
  });
  const send = async () => {
    const args = { conversationId: conversation.id, input: { body: 'Hello' } };
    const { message } = await must<{ message: { id: string } }>(
      owner,
      'messageSend',
      args,
      'message { id }',
    );
    return message.id;
  };
  const [waitingId, cancelledId] = [await send(), await send()];
  await must(owner, 'messageCancel', { id: cancelledId }, 'message { id }');
  return { talkId: conversation.id, waitingId, cancelledId, publicId: comment.id };
}

test('every mutation is tried below', () => {
  const names = rootFields()
    .filter(({ kind }) => kind === 'mutation')
    .map(({ field }) => field.name);
  expect(Object.keys(mutations).sort()).toEqual(names.sort());
});

describe.each(Object.keys(mutations))('%s', (name) => {
  test('gives the stored answer again for the same key and input, and does nothing', async () => {
    const [args, others, selection] = mutations[name]!(await makeWorld());
    if (name === 'apiKeyRevoke') {
      const { id } = await makeKey(owner, { scopes: ['CUSTOMER_READ'] });
      Object.assign(args, { id });
    }
    const keyed = { ...args, idempotencyKey: 'key-1' };
    const first = await must(owner, name, keyed, selection);
    const before = await everythingOf(parley, workspaceId);
    parley.setTime(new Date(noon.getTime() + 60_000));
    expect(await must(owner, name, keyed, selection)).toEqual(first);
    expect(await everythingOf(parley, workspaceId)).toBe(before);

    expect(await refused(owner, name, { ...others, idempotencyKey: 'key-1' })).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

describe('an idempotency key', () => {
  const upsert = (client: Client, name: string, idempotencyKey: string) =>
    must<{ outcome: string }>(
      client,
      'customerUpsert',
      { by: { externalRef: 'a' }, input: { name }, idempotencyKey },
      'outcome',
    ).then(({ outcome }) => outcome);

  test('keeps many requests at the same moment to one', async () => {
    const { conversationId } = await makeWorld();
    const notes = await Promise.all(
      Array.from({ length: 8 }, () =>
        must<{ note: { id: string } }>(
          owner,
          'noteAdd',
          { conversationId, input: { body: 'One' }, idempotencyKey: 'k' },
          'note { id }',
        ),
      ),
    );
    expect(new Set(notes.map(({ note }) => note.id)).size).toBe(1);
  });

  test('is the caller’s own', async () => {
    const { token } = await makeKey(owner, { scopes: ['CUSTOMER_READ', 'CUSTOMER_WRITE'] });
    expect(await upsert(owner, 'Ada', 'k')).toBe('CREATED');
    expect(await upsert(parley.as(token), 'Ada', 'k')).toBe('UNCHANGED');
    const other = await parley.workspace();
    expect(await upsert(other.owner, 'Bob', 'k')).toBe('CREATED');
  });

  test('is one mutation’s', async () => {
    const { conversationId: id } = await makeWorld();
    await must(owner, 'conversationClose', { id, idempotencyKey: 'k' }, 'conversation { id }');
    expect(await refused(owner, 'conversationReopen', { id, idempotencyKey: 'k' })).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    ]);
  });

  test('is free again after a refusal, which is not stored', async () => {
    const { conversationId } = await makeWorld();
    const args = { conversationId: 'nonsense', input: { body: 'One' }, idempotencyKey: 'k' };
    await refused(owner, 'noteAdd', args);
    await refused(owner, 'noteAdd', { ...args, input: { body: '' } });
    await must(owner, 'noteAdd', { ...args, conversationId }, 'note { id }');
  });

  test('holds for 24 hours', async () => {
    expect(await upsert(owner, 'Ada', 'k')).toBe('CREATED');
    parley.setTime(new Date(noon.getTime() + 24 * 3_600_000 - 1));
    expect(await upsert(owner, 'Ada', 'k')).toBe('CREATED');
    parley.setTime(new Date(noon.getTime() + 24 * 3_600_000));
    expect(await upsert(owner, 'Bob', 'k')).toBe('UPDATED');
  });

  test.each(['', 'a b', 'x'.repeat(129), 'é', 'a\n'])(
    'is refused as %j',
    async (idempotencyKey) => {
      const args = { by: { externalRef: 'a' }, input: {}, idempotencyKey };
      expect(await refused(owner, 'customerUpsert', args)).toEqual([
        { code: 'INVALID_INPUT', path: ['idempotencyKey'] },
      ]);
    },
  );

  test('tells a field left out from one that is null', async () => {
    const args = { by: { externalRef: 'a' }, idempotencyKey: 'k' };
    await must(owner, 'customerUpsert', { ...args, input: {} }, 'outcome');
    expect(await refused(owner, 'customerUpsert', { ...args, input: { name: null } })).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    ]);
  });
});

test('the token of a new key is shown once, and stored nowhere', async () => {
  const args = { input: { name: 'A', scopes: ['WORKSPACE_READ'] }, idempotencyKey: 'k' };
  const selection = 'token apiKey { id }';
  const first = await must<{ token: string; apiKey: object }>(
    owner,
    'apiKeyCreate',
    args,
    selection,
  );
  expect(await must(owner, 'apiKeyCreate', args, selection)).toEqual({ ...first, token: null });
  const stored = await asOwner<{ answer: object }>(
    parley,
    'select answer from idempotency_record where workspace_id = $1',
    [workspaceId],
  );
  expect(JSON.stringify(stored)).not.toContain(first.token);
  expect(await call(parley.as(first.token), 'viewer', {}, '{ name }')).toEqual({ name: 'A' });
});
