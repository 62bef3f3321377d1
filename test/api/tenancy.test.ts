import { startTestApp, type TestApp } from '../support/app';
import { documentOf, must, rootFields } from '../support/call';
import type { Answer, Client } from '../support/client';
import { asOwner, everythingOf, uuid } from '../support/owner';
import { sequenceEvents } from '../support/sequence';
import { globalId, newId, type IdKind } from '../../src/domain/kit/ids';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let parley: TestApp;
/** Whoever lives in the workspace that nothing must leak into or out of. */
let mine: World;
let theirs: World;
beforeAll(async () => {
  parley = await startTestApp({
    PARLEY_SECRET_KEY: 'ab'.repeat(32),
    PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  });
  theirs = await makeWorld('theirs');
});
beforeEach(async () => {
  mine = await makeWorld('mine');
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** A workspace with one of everything. */
interface World {
  owner: Client;
  workspaceId: string;
  ids: Record<Exclude<IdKind, 'AuditEntry' | 'Event' | 'Upload'>, string>;
  /** What names things beside their ids. */
  names: {
    agent: string;
    email: string;
    externalRef: string;
    person: string;
    thread: string;
    message: string;
  };
  account: string;
  /** A cursor of its conversations. */
  cursor: string;
}

async function makeWorld(word: string): Promise<World> {
  const { owner, workspaceId } = await parley.workspace(word);
  const account = `${word}-account`;
  const channelId = await makeChannel(owner, { externalId: account, name: `${word} channel` });
  const names = {
    agent: `agent@${word}.example`,
    email: `${word}@example.com`,
    externalRef: `${word}-crm`,
    person: `${word}-person`,
    thread: `${word}-thread`,
    message: `${word}-message`,
  };
  const { conversation, message } = await recordMessage(owner, channelId, {
    threadKey: names.thread,
    externalId: names.message,
    customer: { externalId: names.person, displayName: `${word} person` },
    body: `secret of ${word}`,
    subject: `about ${word}`,
  });
  const customerId = conversation.customer!.id;
  await must(
    owner,
    'customerUpsert',
    {
      by: { id: customerId },
      input: { email: names.email, externalRef: names.externalRef, stage: 'ACTIVE' },
    },
    'outcome',
  );
  const { user } = await must<{ user: { id: string } }>(
    owner,
    'userInvite',
    { input: { email: names.agent, role: 'AGENT' } },
    'user { id }',
  );
  const { tag } = await must<{ tag: { id: string } }>(
    owner,
    'tagAdd',
    { id: conversation.id, input: { name: `${word} tag` } },
    'tag { id }',
  );
  await must(owner, 'tagAdd', { id: customerId, input: { name: `${word} tag` } }, 'tag { id }');
  await must(
    owner,
    'conversationAssign',
    { id: conversation.id, input: { assigneeId: user.id } },
    'conversation { id }',
  );
  const { id: keyId } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
  const { webhookEndpoint } = await must<{ webhookEndpoint: { id: string } }>(
    owner,
    'webhookEndpointCreate',
    { input: { url: `http://127.0.0.1:9/${word}` } },
    'webhookEndpoint { id }',
  );
  const { webhookDelivery } = await must<{ webhookDelivery: { id: string } }>(
    owner,
    'webhookEndpointPing',
    { id: webhookEndpoint.id },
    'webhookDelivery { id }',
  );
  const first = await owner.query<{
    customer: Record<'identities' | 'transitions' | 'touchpoints', { nodes: { id: string }[] }>;
    conversations: { pageInfo: { endCursor: string } };
  }>(
    `query ($id: ID!) {
      customer(by: { id: $id }) { identities { nodes { id } } transitions { nodes { id } } touchpoints { nodes { id } } }
      conversations { pageInfo { endCursor } }
    }`,
    { id: customerId },
  );
  const [company, post, attachment, revision] = [newId(), newId(), newId(), newId()];
  const [delivery, template] = [newId(), newId()];
  const rows: [string, unknown[]][] = [
    [
      `company (workspace_id, id, name, created_at, updated_at) values ($1, $2, $3, now(), now())`,
      [company, word],
    ],
    [
      `post (workspace_id, id, channel_id, external_id, published_at, created_at) values ($1, $2, $3, $4, now(), now())`,
      [post, uuid(channelId), word],
    ],
    [
      `attachment (workspace_id, id, message_id, created_at) values ($1, $2, $3, now())`,
      [attachment, uuid(message.id)],
    ],
    [
      `message_revision (workspace_id, id, message_id, kind, previous_body, occurred_at, recorded_at)
       values ($1, $2, $3, 'EDITED', $4, now(), now())`,
      [revision, uuid(message.id), word],
    ],
    [
      `message_template (workspace_id, id, channel_id, external_id, name, language, status, body,
         parameters, components, synced_at)
       values ($1, $2, $3, $4, $4, 'en', 'APPROVED', $4, '[]', '[]', now())`,
      [template, uuid(channelId), word],
    ],
  ];
  rows.push([
    `inbound_delivery (workspace_id, id, channel_id, received_at, source, event_key, body)
     values ($1, $2, $3, now(), 'WEBHOOK', $4, convert_to($4, 'UTF8'))`,
    [delivery, uuid(channelId), word],
  ]);
  for (const [insert, values] of rows) {
    await asOwner(parley, `insert into ${insert}`, [workspaceId, ...values]);
  }
  await asOwner(parley, 'update customer set company_id = $2 where workspace_id = $1', [
    workspaceId,
    company,
  ]);
  const { customer } = first;
  await sequenceEvents(parley);
  return {
    owner,
    workspaceId,
    names,
    account,
    cursor: first.conversations.pageInfo.endCursor,
    ids: {
      ApiKey: keyId,
      Attachment: globalId('Attachment', attachment),
      Channel: channelId,
      Company: globalId('Company', company),
      Conversation: conversation.id,
      Customer: customerId,
      CustomerIdentity: customer.identities.nodes[0]!.id,
      InboundDelivery: globalId('InboundDelivery', delivery),
      LifecycleTransition: customer.transitions.nodes[0]!.id,
      Message: message.id,
      MessageRevision: globalId('MessageRevision', revision),
      MessageTemplate: globalId('MessageTemplate', template),
      Post: globalId('Post', post),
      Tag: tag.id,
      Touchpoint: customer.touchpoints.nodes[0]!.id,
      User: user.id,
      WebhookDelivery: webhookDelivery.id,
      WebhookEndpoint: webhookEndpoint.id,
      Workspace: globalId('Workspace', workspaceId),
    },
  };
}

/** A call of a root field that names things of a workspace. */
interface Case {
  args: object;
  selection: string;
  /** Whether it makes something of its own when what it names is not there. */
  makes?: true;
}

type Named = Pick<World, 'ids' | 'names' | 'account'>;

const CONVERSATION =
  'id threadKey subject customer { id name email } messages { nodes { id body } }';
const list = (selection: string) => `{ nodes { ${selection} } pageInfo { startCursor endCursor } }`;
const payload = (selection: string) => `{ ${selection} userErrors { code message path } }`;

/** Every root field, called with what a workspace has. A new field fails below until it stands here. */
const cases: Record<string, (of: Named) => Case[]> = {
  viewer: () => [],
  node: ({ ids }) =>
    Object.values(ids).map((id) => ({ args: { id }, selection: '{ __typename id }' })),
  customer: ({ ids, names }) =>
    [
      { id: ids.Customer },
      { email: names.email },
      { externalRef: names.externalRef },
      { identity: { channelKind: 'X', externalId: names.person } },
    ].map((by) => ({ args: { by }, selection: '{ id name email }' })),
  customers: ({ ids, names }) =>
    [
      { companyId: ids.Company },
      { search: names.person },
      { search: names.email },
      { search: names.externalRef },
      { tags: [`${names.thread.split('-')[0]} tag`] },
    ].map((filter) => ({ args: { filter }, selection: list('id name email') })),
  conversation: ({ ids }) => [{ args: { id: ids.Conversation }, selection: `{ ${CONVERSATION} }` }],
  conversations: ({ ids, names }) =>
    [
      { channelIds: [ids.Channel] },
      { assigneeId: ids.User },
      { customerId: ids.Customer },
      { search: `"secret of ${names.thread.split('-')[0]}"` },
      { search: names.person },
      { tags: [`${names.thread.split('-')[0]} tag`] },
    ].map((filter) => ({ args: { filter }, selection: list(CONVERSATION) })),
  channels: ({ account }) => [
    { args: { filter: { externalId: account } }, selection: list('id name') },
  ],
  posts: ({ ids }) => [
    { args: { filter: { channelIds: [ids.Channel] } }, selection: list('id externalId') },
  ],
  messageTemplates: ({ ids }) => [{ args: { channelId: ids.Channel }, selection: list('id name') }],
  messageTemplatesSync: ({ ids }) => [
    { args: { channelId: ids.Channel }, selection: payload('channel { id } templateCount') },
  ],
  touchpoints: ({ ids }) =>
    [{ customerId: ids.Customer }, { channelIds: [ids.Channel] }].map((filter) => ({
      args: { filter },
      selection: list('id type'),
    })),
  responseMetrics: ({ ids }) => [
    {
      args: { channelIds: [ids.Channel], groupBy: ['CHANNEL'] },
      selection:
        '{ total { inboundMessages conversations } groups { channel { id } inboundMessages } }',
    },
  ],
  changes: ({ ids }) =>
    [
      { conversationIds: [ids.Conversation] },
      { customerIds: [ids.Customer] },
      { channelIds: [ids.Channel] },
      { channelIds: [ids.Channel], conversationIds: [ids.Conversation, ids.Message] },
    ].map((filter) => ({
      args: { filter },
      selection: '{ events { type subjectId data subject { id } } position head hasMore }',
    })),
  inboundDeliveries: ({ ids }) => [
    { args: { filter: { channelId: ids.Channel } }, selection: list('id eventKey body') },
  ],
  inboundDeliveryRetry: ({ ids }) => [
    { args: { id: ids.InboundDelivery }, selection: payload('inboundDelivery { id body }') },
  ],
  channelReplay: ({ ids }) => [
    { args: { channelId: ids.Channel }, selection: payload('channel { id } deliveryCount') },
  ],
  customerUpsert: ({ ids, names }) => [
    {
      args: { by: { id: ids.Customer }, input: { name: 'Changed' } },
      selection: payload('outcome customer { name }'),
    },
    ...[
      { email: names.email },
      { externalRef: names.externalRef },
      { identity: { channelKind: 'X', externalId: names.person } },
    ].map((by) => ({
      args: { by, input: { name: 'Changed' } },
      selection: payload('outcome customer { name stage }'),
      makes: true as const,
    })),
  ],
  customerIdentityAdd: ({ ids }) => [
    {
      args: { customerId: ids.Customer, input: { channelKind: 'X', externalId: 'new' } },
      selection: payload('customer { id } identity { id }'),
    },
  ],
  channelCreate: ({ account }) => [
    {
      args: { input: { kind: 'X', name: 'c', externalId: account, visibility: 'PUBLIC' } },
      selection: payload('channel { name }'),
      makes: true,
    },
  ],
  connectors: () => [],
  channelConnect: () => [],
  channelUpdate: ({ ids }) => [
    {
      args: { id: ids.Channel, input: { name: 'Changed' } },
      selection: payload('channel { id name settings secretsSet webhookUrl }'),
    },
  ],
  ...Object.fromEntries(
    ['channelPause', 'channelResume', 'channelDisconnect', 'channelTest'].map((name) => [
      name,
      ({ ids }: Named) => [
        { args: { id: ids.Channel }, selection: payload('channel { id health { reason } }') },
      ],
    ]),
  ),
  conversationClose: ({ ids }) => [
    { args: { id: ids.Conversation }, selection: payload(`conversation { ${CONVERSATION} }`) },
  ],
  conversationReopen: ({ ids }) => [
    { args: { id: ids.Conversation }, selection: payload(`conversation { ${CONVERSATION} }`) },
  ],
  conversationAssign: ({ ids }) => [
    {
      args: { id: ids.Conversation, input: { assigneeId: null } },
      selection: payload(`conversation { ${CONVERSATION} }`),
    },
    {
      args: { id: mine.ids.Conversation, input: { assigneeId: ids.User } },
      selection: payload('conversation { assignee { id } }'),
    },
  ],
  noteAdd: ({ ids }) => [
    {
      args: { conversationId: ids.Conversation, input: { body: 'x' } },
      selection: payload('note { id } conversation { id }'),
    },
  ],
  messageSend: ({ ids }) => [
    {
      args: { conversationId: ids.Conversation, input: { body: 'x' } },
      selection: payload('message { id } conversation { id }'),
    },
  ],
  messageSendRetry: ({ ids }) => [
    { args: { id: ids.Message }, selection: payload('message { id } conversation { id }') },
  ],
  messageCancel: ({ ids }) => [
    { args: { id: ids.Message }, selection: payload('message { id } conversation { id }') },
  ],
  ...Object.fromEntries(
    ['messageHide', 'messageShow', 'messageDelete'].map((name) => [
      name,
      ({ ids }: Named) => [{ args: { id: ids.Message }, selection: payload('message { id }') }],
    ]),
  ),
  ...Object.fromEntries(
    ['messageReact', 'messageUnreact'].map((name) => [
      name,
      ({ ids }: Named) => [
        { args: { id: ids.Message, reaction: '👍' }, selection: payload('message { id }') },
      ],
    ]),
  ),
  messageReplyPrivately: ({ ids }) => [
    {
      args: { messageId: ids.Message, input: { body: 'x' } },
      selection: payload('message { id } conversation { id }'),
    },
  ],
  conversationMarkRead: ({ ids }) => [
    { args: { id: ids.Conversation }, selection: payload('message { id } conversation { id }') },
  ],
  presenceSet: ({ ids }) => [
    {
      args: { conversationId: ids.Conversation, input: { activity: 'TYPING' } },
      selection: payload('conversation { id }'),
    },
  ],
  messageRecord: ({ ids, names }) => {
    const input = {
      threadKey: names.thread,
      externalId: names.message,
      direction: 'OUTBOUND',
      body: 'x',
      sentAt: '2026-02-01T00:00:00Z',
      replyToExternalId: names.message,
    };
    const selection = payload(
      'outcome message { body replyTo { id } } conversation { subject messageCount customer { name } }',
    );
    return [
      { args: { channelId: ids.Channel, input }, selection },
      {
        args: { channelId: mine.ids.Channel, input: { ...input, authorUserId: ids.User } },
        selection,
      },
      {
        args: {
          channelId: mine.ids.Channel,
          input: { ...input, customer: { externalId: names.person } },
        },
        selection,
        makes: true,
      },
    ];
  },
  touchpointRecord: ({ ids, names }) => {
    const touchpoint = {
      customer: { id: mine.ids.Customer },
      type: 'visit',
      source: 'shop',
      externalId: '1',
      occurredAt: '2026-02-01T00:00:00Z',
    };
    return [
      { customer: { id: ids.Customer } },
      { customer: { email: names.email } },
      { customer: { externalRef: names.externalRef } },
      { customer: { identity: { channelKind: 'X', externalId: names.person } } },
      { channelId: ids.Channel },
    ].map((input) => ({
      args: { input: [{ ...touchpoint, ...input }] },
      selection: payload('items { outcome touchpoint { id } userErrors { code message path } }'),
    }));
  },
  tagAdd: ({ ids }) =>
    [ids.Conversation, ids.Customer].map((id) => ({
      args: { id, input: { name: 'new' } },
      selection: payload('tag { id } conversation { id } customer { id }'),
    })),
  tagRemove: ({ ids, names }) =>
    [ids.Conversation, ids.Customer].map((id) => ({
      args: { id, input: { name: `${names.thread.split('-')[0]} tag` } },
      selection: payload('tag { id } conversation { id } customer { id }'),
    })),
  apiKeyCreate: ({ ids }) => [
    {
      args: { input: { name: 'k', scopes: ['CUSTOMER_READ'], channelIds: [ids.Channel] } },
      selection: payload('token apiKey { id }'),
    },
  ],
  apiKeyRevoke: ({ ids }) => [
    { args: { id: ids.ApiKey }, selection: payload('apiKey { id revokedAt }') },
  ],
  userInvite: ({ ids, names }) => [
    {
      args: { input: { email: 'new@example.com', role: 'AGENT', channelIds: [ids.Channel] } },
      selection: payload('user { id }'),
    },
    {
      args: { input: { email: names.agent, role: 'AGENT' } },
      selection: payload('user { status }'),
      makes: true,
    },
  ],
  webhookEndpoints: () => [],
  webhookDeliveries: ({ ids }) => [
    { args: { endpointId: ids.WebhookEndpoint }, selection: list('id type') },
  ],
  webhookEndpointCreate: () => [],
  webhookEndpointUpdate: ({ ids }) => [
    {
      args: { id: ids.WebhookEndpoint, input: { description: 'x', enabled: false } },
      selection: payload('webhookEndpoint { id url }'),
    },
  ],
  webhookEndpointRotateSecret: ({ ids }) => [
    { args: { id: ids.WebhookEndpoint }, selection: payload('secret webhookEndpoint { id }') },
  ],
  webhookEndpointPing: ({ ids }) => [
    { args: { id: ids.WebhookEndpoint }, selection: payload('webhookDelivery { id }') },
  ],
  webhookRedeliver: ({ ids }) => [
    { args: { deliveryId: ids.WebhookDelivery }, selection: payload('webhookDelivery { id }') },
  ],
  webhookEndpointDelete: ({ ids }) => [
    { args: { id: ids.WebhookEndpoint }, selection: payload('deletedId') },
  ],
};

/** The names of a workspace that nobody has. */
function nowhere(): Named {
  const ids = Object.fromEntries(
    Object.keys(theirs.ids).map((kind) => [kind, globalId(kind as IdKind, newId())]),
  ) as World['ids'];
  const word = `nowhere${Math.random()}`.replace('.', '');
  return {
    ids,
    names: {
      agent: `agent@${word}.example`,
      email: `${word}@example.com`,
      externalRef: `${word}-crm`,
      person: `${word}-person`,
      thread: `${word}-thread`,
      message: `${word}-message`,
    },
    account: `${word}-account`,
  };
}

test('every root field has a case here', () => {
  expect(Object.keys(cases).sort()).toEqual(
    rootFields()
      .map(({ field }) => field.name)
      .sort(),
  );
});

const send = (name: string, { args, selection }: Case): Promise<Answer> =>
  mine.owner.ask(documentOf(name, args, selection), args);

describe.each(Object.keys(cases))('%s', (name) => {
  test('answers ids of another workspace as it answers ids of nobody', async () => {
    const untouched = await everythingOf(parley, theirs.workspaceId);
    const unknown = cases[name]!(nowhere());
    const own = cases[name]!(mine);
    for (const [index, named] of cases[name]!(theirs).entries()) {
      const before = await everythingOf(parley, mine.workspaceId);
      const answer = await send(name, named);
      const isQuery = rootFields().some(
        ({ kind, field }) => kind === 'query' && field.name === name,
      );
      // one's own is found by the same call, so that an empty answer says something
      if (isQuery) expect(await send(name, own[index]!)).not.toEqual(answer);
      expect(answer).toEqual(await send(name, unknown[index]!));
      expect(answer.errors).toBeUndefined();
      if (!named.makes) expect(await everythingOf(parley, mine.workspaceId)).toBe(before);
      expect(JSON.stringify(answer)).not.toContain('theirs');
    }
    expect(await everythingOf(parley, theirs.workspaceId)).toBe(untouched);
  });
});

test.each(['customers', 'conversations', 'channels', 'posts', 'touchpoints', 'webhookEndpoints'])(
  '%s without a filter hold nothing of another workspace',
  async (name) => {
    const { [name]: page } = await mine.owner.query<Record<string, { nodes: { id: string }[] }>>(
      `{ ${name}(first: 100) { nodes { id } } }`,
    );
    const others = new Set(Object.values(theirs.ids));
    expect(page!.nodes.length).toBeGreaterThan(0);
    expect(page!.nodes.filter(({ id }) => others.has(id))).toEqual([]);
  },
);

test('a cursor of another workspace leads nowhere but through one’s own list', async () => {
  const { conversations } = await mine.owner.query<{
    conversations: { nodes: { threadKey: string }[] };
  }>(
    `query ($cursor: String) {
      conversations(after: $cursor, orderBy: LAST_MESSAGE_DESC) { nodes { threadKey } } }`,
    { cursor: theirs.cursor },
  );
  expect(
    conversations.nodes.filter(({ threadKey }) => threadKey.startsWith('theirs-t')),
  ).toHaveLength(0);
});

test('figures count one’s own workspace alone', async () => {
  const { owner } = await parley.workspace();
  const { responseMetrics } = await owner.query<{ responseMetrics: object }>(
    '{ responseMetrics { total { inboundMessages outboundMessages conversations } } }',
  );
  expect(responseMetrics).toEqual({
    total: { inboundMessages: 0, outboundMessages: 0, conversations: 0 },
  });
});

test('a key of one workspace stays in it, whatever workspace its requests name', async () => {
  const { viewer } = await mine.owner
    .with({ 'parley-workspace': theirs.ids.Workspace })
    .ask<{ viewer: { workspace: { name: string } } }>('{ viewer { workspace { name } } }')
    .then(({ data }) => data ?? { viewer: { workspace: { name: 'refused' } } });
  expect(viewer.workspace.name).not.toBe('theirs');
});

test('the log holds one’s own events alone, with positions of one’s own', async () => {
  const { changes } = await mine.owner.query<{
    changes: { events: { position: number; subjectId: string; data: object }[]; head: number };
  }>('{ changes(first: 500) { events { position subjectId data } head } }');
  expect(changes.events.map(({ position }) => position)).toEqual(
    Array.from({ length: changes.head }, (_, index) => index + 1),
  );
  const told = JSON.stringify(changes.events);
  expect(Object.values(theirs.ids).filter((id) => told.includes(id))).toEqual([]);
  expect(told).toContain(mine.ids.Conversation);
});
