import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, auditOf, eventsOf, everythingOf, uuid } from '../support/owner';
import { globalId, newId } from '../../src/domain/kit/ids';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
beforeAll(async () => {
  parley = await startTestApp({
    PARLEY_SECRET_KEY: 'ab'.repeat(32),
    PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  });
});
afterAll(() => parley.close());
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const acme = { kind: 'X', name: 'Acme', externalId: 'acme', visibility: 'PUBLIC' };

describe('channelCreate', () => {
  test('makes a channel, with an event and an audit entry', async () => {
    const { channel } = await must<{ channel: { id: string } }>(
      owner,
      'channelCreate',
      { input: { ...acme, name: ' Acme ', identityScope: 'app' } },
      'channel { id kind connector name externalId identityScope visibility status createdAt updatedAt }',
    );
    const now = parley.now().toISOString();
    expect(channel).toEqual({
      ...acme,
      id: expect.stringMatching(/^chn_/) as string,
      identityScope: 'app',
      connector: null,
      status: 'ACTIVE',
      createdAt: now,
      updatedAt: now,
    });
    expect(await eventsOf(parley, workspaceId, channel.id)).toMatchObject([
      { type: 'channel.created', data: { kind: 'X' } },
    ]);
    expect((await auditOf(parley, workspaceId)).at(-1)).toMatchObject({
      action: 'channelCreate',
      subject: uuid(channel.id),
      actor: { kind: 'API_KEY' },
    });
  });

  test('refuses a second channel of the same account, not of another platform', async () => {
    await makeChannel(owner, acme);
    expect(await refused(owner, 'channelCreate', { input: acme })).toEqual([
      { code: 'CONFLICT', path: ['input', 'externalId'] },
    ]);
    await makeChannel(owner, { ...acme, kind: 'BLUESKY' });
    const made = await Promise.allSettled(
      Array.from({ length: 4 }, () => makeChannel(owner, { ...acme, kind: 'EMAIL' })),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test.each([
    ['an empty name', { name: ' ' }, ['input', 'name']],
    ['a long name', { name: 'x'.repeat(201) }, ['input', 'name']],
    ['an empty external id', { externalId: '' }, ['input', 'externalId']],
    ['an external id of two lines', { externalId: 'a\nb' }, ['input', 'externalId']],
    ['an empty scope', { identityScope: '' }, ['input', 'identityScope']],
  ])('refuses %s', async (_, bad, path) => {
    const before = await everythingOf(parley, workspaceId);
    expect(await refused(owner, 'channelCreate', { input: { ...acme, ...bad } })).toEqual([
      { code: 'INVALID_INPUT', path },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

test('channels are listed oldest first, and picked by platform and account', async () => {
  const [x, mail] = [await makeChannel(owner, acme), await makeChannel(owner, { kind: 'EMAIL' })];
  const listed = (filter: object) =>
    call<{ nodes: { id: string }[] }>(owner, 'channels', { filter }, '{ nodes { id } }').then(
      ({ nodes }) => nodes.map(({ id }) => id),
    );
  expect(await listed({})).toEqual([x, mail]);
  expect(await listed({ kind: 'EMAIL' })).toEqual([mail]);
  expect(await listed({ externalId: 'acme' })).toEqual([x]);
  expect(await listed({ kind: 'EMAIL', externalId: 'acme' })).toEqual([]);
});

test('posts are listed newest first, and picked by channel and time', async () => {
  const [here, there] = [await makeChannel(owner), await makeChannel(owner)];
  const post = async (channelId: string, day: number) => {
    const id = newId();
    await asOwner(
      parley,
      `insert into post (workspace_id, id, channel_id, external_id, published_at, created_at)
       values ($1, $2, $3, $2::uuid::text, make_timestamptz(2026, 1, $4, 0, 0, 0, 'UTC'), now())`,
      [workspaceId, id, uuid(channelId), day],
    );
    return globalId('Post', id);
  };
  const [a, b, c] = [await post(here, 1), await post(there, 2), await post(here, 3)];
  const listed = (filter: object) =>
    call<{ nodes: { id: string }[] }>(
      owner,
      'posts',
      { filter },
      '{ nodes { id externalId channel { id } publishedAt } }',
    ).then(({ nodes }) => nodes.map(({ id }) => id));
  expect(await listed({})).toEqual([c, b, a]);
  expect(await listed({ channelIds: [here] })).toEqual([c, a]);
  expect(await listed({ channelIds: [] })).toEqual([]);
  const range = { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' };
  expect(await listed({ publishedAt: range })).toEqual([b]);
});

describe('node', () => {
  test('resolves an id of every type', async () => {
    const { conversation, message } = await recordMessage(owner, await makeChannel(owner));
    const { user } = await must<{ user: { id: string } }>(
      owner,
      'userInvite',
      { input: { email: 'ada@example.com', role: 'AGENT' } },
      'user { id }',
    );
    const { tag } = await must<{ tag: { id: string } }>(
      owner,
      'tagAdd',
      { id: conversation.id, input: { name: 'VIP' } },
      'tag { id }',
    );
    const { id: keyId } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
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
    const found = await call<{
      id: string;
      channel: { id: string };
      customer: Record<'identities' | 'transitions' | 'touchpoints', { nodes: { id: string }[] }>;
    }>(
      owner,
      'conversation',
      { id: conversation.id },
      `{ channel { id } customer { identities { nodes { id } } transitions { nodes { id } }
         touchpoints { nodes { id } } } }`,
    );
    const { customer, channel } = found;
    const rest = await restOfTypes(uuid(message.id), uuid(channel.id));
    const ids: Record<string, string | undefined> = {
      Workspace: globalId('Workspace', workspaceId),
      Conversation: conversation.id,
      Message: message.id,
      Customer: conversation.customer!.id,
      Channel: channel.id,
      User: user.id,
      Tag: tag.id,
      ApiKey: keyId,
      WebhookEndpoint: webhookEndpoint.id,
      WebhookDelivery: webhookDelivery.id,
      CustomerIdentity: customer.identities.nodes[0]?.id,
      LifecycleTransition: customer.transitions.nodes[0]?.id ?? rest.LifecycleTransition,
      Touchpoint: customer.touchpoints.nodes[0]?.id,
      ...rest,
    };
    const { __schema } = await owner.query<{
      __schema: { types: { name: string; interfaces: object[] | null }[] };
    }>('{ __schema { types { name interfaces { name } } } }');
    const nodes = __schema.types.filter((type) => type.interfaces?.length).map(({ name }) => name);
    expect(nodes.sort()).toEqual(Object.keys(ids).sort());
    for (const [type, id] of Object.entries(ids)) {
      expect([type, await call(owner, 'node', { id }, '{ __typename id }')]).toEqual([
        type,
        { __typename: type, id },
      ]);
    }
  });

  /** Objects of the types that nothing in the API makes yet. */
  async function restOfTypes(
    messageId: string,
    channelId: string,
  ): Promise<Record<string, string>> {
    const [company, post, attachment, revision, transition, delivery, template] = [
      newId(),
      newId(),
      newId(),
      newId(),
      newId(),
      newId(),
      newId(),
    ];
    await asOwner(
      parley,
      `insert into company (workspace_id, id, name, created_at, updated_at) values ($1, $2, 'Acme', now(), now())`,
      [workspaceId, company],
    );
    await asOwner(
      parley,
      `insert into post (workspace_id, id, channel_id, external_id, published_at, created_at)
       values ($1, $2, $3, 'p', now(), now())`,
      [workspaceId, post, channelId],
    );
    await asOwner(
      parley,
      `insert into attachment (workspace_id, id, message_id, created_at) values ($1, $2, $3, now())`,
      [workspaceId, attachment, messageId],
    );
    await asOwner(
      parley,
      `insert into message_revision (workspace_id, id, message_id, kind, previous_body, occurred_at, recorded_at)
       values ($1, $2, $3, 'EDITED', 'before', now(), now())`,
      [workspaceId, revision, messageId],
    );
    await asOwner(
      parley,
      `insert into lifecycle_transition (workspace_id, id, customer_id, to_stage, occurred_at, recorded_at)
       select $1, $2, id, stage, now(), now() from customer where workspace_id = $1 limit 1`,
      [workspaceId, transition],
    );
    await asOwner(
      parley,
      `insert into inbound_delivery (workspace_id, id, channel_id, received_at, source, event_key, body)
       values ($1, $2, $3, now(), 'WEBHOOK', 'k', '{}')`,
      [workspaceId, delivery, channelId],
    );
    await asOwner(
      parley,
      `insert into message_template (workspace_id, id, channel_id, external_id, name, language, status, body,
         parameters, components, synced_at)
       values ($1, $2, $3, 'x', 'hello', 'en', 'APPROVED', 'Hello', '[]', '[]', now())`,
      [workspaceId, template, channelId],
    );
    return {
      MessageTemplate: globalId('MessageTemplate', template),
      InboundDelivery: globalId('InboundDelivery', delivery),
      Company: globalId('Company', company),
      Post: globalId('Post', post),
      Attachment: globalId('Attachment', attachment),
      MessageRevision: globalId('MessageRevision', revision),
      LifecycleTransition: globalId('LifecycleTransition', transition),
    };
  }

  test('gives the object’s own fields through fragments', async () => {
    const id = await makeChannel(owner, acme);
    expect(
      await call(owner, 'node', { id }, '{ id ... on Channel { name } ... on Customer { email } }'),
    ).toEqual({ id, name: 'Acme' });
  });

  test('is null for what is no id, or of nothing', async () => {
    for (const id of [
      '',
      'nonsense',
      'cnv_',
      'cnv_01h00000000000000000000000',
      'cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz',
      'evt_01h00000000000000000000000',
      'xyz_01h00000000000000000000000',
      newId(),
      'chn_\u0000',
    ]) {
      expect([id, await call(owner, 'node', { id }, '{ id }')]).toEqual([id, null]);
    }
  });

  test('is null for a type that the caller may not read', async () => {
    const id = await makeChannel(owner);
    const { token } = await makeKey(owner, { scopes: ['WORKSPACE_READ', 'CUSTOMER_READ'] });
    expect(await call(parley.as(token), 'node', { id }, '{ id }')).toBeNull();
  });
});

test('the arguments of a filter that can’t be used are named', async () => {
  const wrong: [string, object, unknown[]][] = [
    ['channels', { externalId: 'a\u0000' }, ['filter', 'externalId']],
    ['posts', { channelIds: Array(101).fill('x') }, ['filter', 'channelIds']],
    ['posts', { publishedAt: { from: '1800-01-01T00:00:00Z' } }, ['filter', 'publishedAt', 'from']],
    ['customers', { stage: 'a\u0000' }, ['filter', 'stage']],
    ['customers', { not: { tags: ['a', '\u0000'] } }, ['filter', 'not', 'tags', 1]],
    ['conversations', { or: [{ tags: ['\u0000'] }] }, ['filter', 'or', 0, 'tags', 0]],
    ['touchpoints', { types: ['\u0000'] }, ['filter', 'types', 0]],
    ['touchpoints', { stage: '\u0000' }, ['filter', 'stage']],
    ['touchpoints', { source: '\u0000' }, ['filter', 'source']],
    ['touchpoints', { occurredAt: { to: '2200-01-01T00:00:00Z' } }, ['filter', 'occurredAt', 'to']],
  ];
  for (const [list, filter, argument] of wrong) {
    const { errors } = await ask(owner, list, { filter }, '{ nodes { id } }');
    expect([list, filter, errors?.[0]?.extensions]).toEqual([
      list,
      filter,
      { code: 'BAD_USER_INPUT', argument },
    ]);
  }
});
