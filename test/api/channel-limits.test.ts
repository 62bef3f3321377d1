import { Permission } from '../../src/auth/permissions';
import { globalId, newId } from '../../src/domain/kit/ids';
import { Issuer } from '../auth/issuer';
import { startTestApp, type TestApp } from '../support/app';
import { call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, everythingOf, uuid } from '../support/owner';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let parley: TestApp;
let issuer: Issuer;
let owner: Client;
let workspaceId: string;
/** The channel that the limited ones see, and the one that they don't. */
let here: Place;
let there: Place;
/** A customer with conversations on both channels, and a touchpoint on none. */
let both: string;
/** A key with every permission, limited to one channel. */
let limited: Client;

interface Place {
  channelId: string;
  /** Of a person who is on this channel only. */
  conversationId: string;
  customerId: string;
  messageId: string;
  postId: string;
  /** Of the customer who is on both. */
  sharedConversationId: string;
}

const everything = Object.values(Permission);

beforeAll(async () => {
  issuer = await Issuer.start(() => parley.now());
  const { issuer: PARLEY_OIDC_ISSUER, audience: PARLEY_OIDC_AUDIENCE, jwksUrl } = issuer.config;
  const env = { PARLEY_OIDC_ISSUER, PARLEY_OIDC_AUDIENCE, PARLEY_OIDC_JWKS_URL: jwksUrl };
  parley = await startTestApp(env);
});
afterAll(async () => {
  await parley.close();
  await issuer.stop();
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
  here = await makePlace('here');
  there = await makePlace('there');
  const { customer } = await call<{ customer: { id: string } }>(
    owner,
    'conversation',
    { id: here.sharedConversationId },
    '{ customer { id } }',
  );
  both = customer.id;
  await touch(owner, { externalId: 'nowhere', customer: { id: both } });
  const key = await makeKey(owner, { scopes: everything, channelIds: [here.channelId] });
  limited = parley.as(key.token);
});

async function makePlace(word: string): Promise<Place> {
  const channelId = await makeChannel(owner, { name: word, externalId: word });
  const { conversation, message } = await recordMessage(owner, channelId, {
    threadKey: 'own',
    externalId: `${word}-1`,
    customer: { externalId: `only-${word}`, displayName: `Only ${word}` },
    body: `spoken ${word}`,
  });
  const shared = await recordMessage(owner, channelId, {
    threadKey: 'shared',
    externalId: `${word}-2`,
    customer: { externalId: 'both', displayName: 'Both' },
    body: `shared ${word}`,
  });
  const postId = newId();
  await asOwner(
    parley,
    `insert into post (workspace_id, id, channel_id, external_id, published_at, created_at)
     values ($1, $2, $3, 'p', now(), now())`,
    [workspaceId, postId, uuid(channelId)],
  );
  await touch(owner, { externalId: word, customer: { id: conversation.customer!.id }, channelId });
  return {
    channelId,
    conversationId: conversation.id,
    customerId: conversation.customer!.id,
    messageId: message.id,
    postId: globalId('Post', postId),
    sharedConversationId: shared.conversation.id,
  };
}

interface Item {
  outcome: string;
  touchpoint: object | null;
  userErrors: { code: string; path: string[] }[];
}

async function touch(client: Client, input: object): Promise<Item> {
  const touchpoint = {
    type: 'visit',
    source: 'shop',
    occurredAt: '2026-02-01T00:00:00Z',
    ...input,
  };
  const { items } = await must<{ items: Item[] }>(
    client,
    'touchpointRecord',
    { input: [touchpoint] },
    'items { outcome touchpoint { id } userErrors { code path } }',
  );
  return items[0]!;
}

async function idsOf(client: Client, list: string, args: object = {}): Promise<string[]> {
  const { nodes } = await call<{ nodes: { id: string }[] }>(client, list, args, '{ nodes { id } }');
  return nodes.map(({ id }) => id).sort();
}

describe('a limited key sees of', () => {
  test('lists only what is on its channel, or of customers who are', async () => {
    expect(await idsOf(limited, 'channels')).toEqual([here.channelId]);
    expect(await idsOf(limited, 'conversations')).toEqual(
      [here.conversationId, here.sharedConversationId].sort(),
    );
    expect(await idsOf(limited, 'posts')).toEqual([here.postId]);
    expect(await idsOf(limited, 'customers')).toEqual([here.customerId, both].sort());
    const { nodes } = await call<{ nodes: { channel: object }[] }>(
      limited,
      'touchpoints',
      {},
      '{ nodes { channel { id } } }',
    );
    expect(nodes).toEqual(Array(3).fill({ channel: { id: here.channelId } }));
  });

  test('lists no more when it filters for the other channel', async () => {
    const channelIds = [there.channelId];
    for (const [list, filter] of [
      ['conversations', { channelIds }],
      ['conversations', { not: { channelIds: [here.channelId] } }],
      ['conversations', { customerId: there.customerId }],
      ['conversations', { or: [{ channelIds }, { search: 'spoken there' }] }],
      ['posts', { channelIds }],
      ['touchpoints', { channelIds }],
      ['touchpoints', { customerId: there.customerId }],
      ['touchpoints', { not: { channelIds: [here.channelId] } }],
      ['channels', { externalId: 'there' }],
      ['customers', { search: 'only-there' }],
    ] as const) {
      expect([list, await idsOf(limited, list, { filter })]).toEqual([list, []]);
    }
  });

  test('single objects only those on its channel', async () => {
    for (const id of Object.values<string>({ ...here })) {
      expect(await call(limited, 'node', { id }, '{ id }')).toEqual({ id });
    }
    for (const id of Object.values<string>({ ...there })) {
      expect([id, await call(owner, 'node', { id }, '{ id }')]).toEqual([id, { id }]);
      expect([id, await call(limited, 'node', { id }, '{ id }')]).toEqual([id, null]);
    }
    expect(await call(limited, 'conversation', { id: there.conversationId }, '{ id }')).toBeNull();
    for (const by of [
      { id: there.customerId },
      { identity: { channelKind: 'X', externalId: 'only-there' } },
    ]) {
      expect(await call(owner, 'customer', { by }, '{ id }')).toEqual({ id: there.customerId });
      expect(await call(limited, 'customer', { by }, '{ id }')).toBeNull();
    }
  });

  test('nodes below customers and messages only those that it may', async () => {
    type Below = Record<string, { nodes: { id: string }[] }>;
    const lists = `identities { nodes { id } } transitions { nodes { id } } touchpoints { nodes { id } }`;
    const customer = await call<Below>(
      owner,
      'customer',
      { by: { id: there.customerId } },
      `{ ${lists} }`,
    );
    await asOwner(
      parley,
      `insert into lifecycle_transition (workspace_id, id, customer_id, to_stage, occurred_at, recorded_at)
       values ($1, $2, $3, 'ACTIVE', now(), now())`,
      [workspaceId, newId(), uuid(there.customerId)],
    );
    const [revision, attachment] = [newId(), newId()];
    await asOwner(
      parley,
      `insert into message_revision (workspace_id, id, message_id, kind, previous_body, occurred_at, recorded_at)
       values ($1, $2, $3, 'EDITED', 'x', now(), now())`,
      [workspaceId, revision, uuid(there.messageId)],
    );
    await asOwner(
      parley,
      'insert into attachment (workspace_id, id, message_id, created_at) values ($1, $2, $3, now())',
      [workspaceId, attachment, uuid(there.messageId)],
    );
    const ids = [
      ...Object.values(customer).flatMap(({ nodes }) => nodes.map(({ id }) => id)),
      globalId('MessageRevision', revision),
      globalId('Attachment', attachment),
    ];
    expect(ids.length).toBeGreaterThanOrEqual(5);
    for (const id of ids) {
      expect([id, await call(owner, 'node', { id }, '{ id }')]).toEqual([id, { id }]);
      expect([id, await call(limited, 'node', { id }, '{ id }')]).toEqual([id, null]);
    }
  });

  test('a shared customer only the conversations and touchpoints on its channel', async () => {
    const selection = '{ conversations { nodes { id } } touchpoints { nodes { channel { id } } } }';
    type Seen = Record<'conversations' | 'touchpoints', { nodes: object[] }>;
    const all = await call<Seen>(owner, 'customer', { by: { id: both } }, selection);
    expect([all.conversations.nodes.length, all.touchpoints.nodes.length]).toEqual([2, 3]);
    expect(await call(limited, 'customer', { by: { id: both } }, selection)).toEqual({
      conversations: { nodes: [{ id: here.sharedConversationId }] },
      touchpoints: { nodes: [{ channel: { id: here.channelId } }] },
    });
  });

  test('a message nothing of the talk on another channel that it hangs together with', async () => {
    await asOwner(
      parley,
      `update message m set reply_to_id = o.id, response_id = o.id, responded_at = o.sent_at from message o
       where m.workspace_id = $1 and o.workspace_id = $1
         and (m.id, o.id) in (($2::uuid, $3::uuid), ($3::uuid, $2::uuid))`,
      [workspaceId, uuid(here.messageId), uuid(there.messageId)],
    );
    const selection = `{ ... on Message { replyTo { id } response { id } replies { nodes { id } } } }`;
    const other = { id: there.messageId };
    expect(await call(owner, 'node', { id: here.messageId }, selection)).toEqual({
      replyTo: other,
      response: other,
      replies: { nodes: [other] },
    });
    expect(await call(limited, 'node', { id: here.messageId }, selection)).toEqual({
      replyTo: null,
      response: null,
      replies: { nodes: [] },
    });
  });

  test('figures only those of its channel', async () => {
    const args = { groupBy: ['CHANNEL'] };
    const selection = `{ total { inboundMessages conversations }
      groups { channel { id } inboundMessages conversations } }`;
    const figures = { inboundMessages: 2, conversations: 2 };
    expect(await call(limited, 'responseMetrics', args, selection)).toEqual({
      total: figures,
      groups: [{ channel: { id: here.channelId }, ...figures }],
    });
    const elsewhere = { ...args, channelIds: [there.channelId] };
    expect(await call(limited, 'responseMetrics', elsewhere, selection)).toEqual({
      total: { inboundMessages: 0, conversations: 0 },
      groups: [],
    });
  });

  test('searches only what is on its channel', async () => {
    const search = (words: string) =>
      idsOf(limited, 'conversations', { filter: { search: words } });
    expect(await search('there')).toEqual([]);
    expect(await search('both')).toEqual([here.sharedConversationId]);
    expect(await search('spoken or shared')).toHaveLength(2);
    expect(await idsOf(limited, 'customers', { filter: { search: 'only' } })).toEqual([
      here.customerId,
    ]);
  });

  test('itself that it is limited', async () => {
    expect(await call(limited, 'viewer', {}, '{ channels { id } }')).toEqual({
      channels: [{ id: here.channelId }],
    });
  });
});

describe('a limited key changes', () => {
  test('what is on its channel', async () => {
    const { conversationId: id, customerId, channelId } = here;
    await must(limited, 'conversationClose', { id }, 'conversation { id }');
    await must(limited, 'conversationReopen', { id }, 'conversation { id }');
    await must(
      limited,
      'conversationAssign',
      { id, input: { assigneeId: null } },
      'conversation { id }',
    );
    await must(limited, 'noteAdd', { conversationId: id, input: { body: 'x' } }, 'note { id }');
    for (const target of [id, customerId]) {
      await must(limited, 'tagAdd', { id: target, input: { name: 'x' } }, 'tag { id }');
      await must(limited, 'tagRemove', { id: target, input: { name: 'x' } }, 'tag { id }');
    }
    const upserted = await must(
      limited,
      'customerUpsert',
      { by: { id: customerId }, input: { name: 'New name' } },
      'outcome customer { name }',
    );
    expect(upserted).toEqual({ outcome: 'UPDATED', customer: { name: 'New name' } });
    const identity = { channelKind: 'SMS', externalId: '1' };
    await must(limited, 'customerIdentityAdd', { customerId, input: identity }, 'identity { id }');
    const recorded = await recordMessage(limited, channelId, { customer: { externalId: 'new' } });
    expect(recorded.conversation.customer).not.toBeNull();
    const item = await touch(limited, { customer: { id: customerId }, channelId, externalId: 'l' });
    expect(item).toMatchObject({ outcome: 'CREATED', touchpoint: {} });
  });

  test('nothing on another channel, as if it were not there', async () => {
    const before = await everythingOf(parley, workspaceId);
    const { conversationId: id, customerId, channelId } = there;
    const none = 'NOT_FOUND';
    const message = {
      threadKey: 't',
      externalId: 'm',
      direction: 'INBOUND',
      body: 'x',
      sentAt: '2026-02-01T00:00:00Z',
      customer: { externalId: 'x' },
    };
    const identity = { channelKind: 'SMS', externalId: '1' };
    for (const [name, args, path] of [
      ['conversationClose', { id }, ['id']],
      ['conversationReopen', { id }, ['id']],
      ['conversationAssign', { id, input: { assigneeId: null } }, ['id']],
      ['noteAdd', { conversationId: id, input: { body: 'x' } }, ['conversationId']],
      ['messageSend', { conversationId: id, input: { body: 'x' } }, ['conversationId']],
      ['tagAdd', { id, input: { name: 'x' } }, ['id']],
      ['tagRemove', { id, input: { name: 'x' } }, ['id']],
      ['tagAdd', { id: customerId, input: { name: 'x' } }, ['id']],
      ['tagRemove', { id: customerId, input: { name: 'x' } }, ['id']],
      ['customerUpsert', { by: { id: customerId }, input: { name: 'x' } }, ['by', 'id']],
      ['customerIdentityAdd', { customerId, input: identity }, ['customerId']],
      ['messageRecord', { channelId, input: message }, ['channelId']],
    ] as const) {
      expect([name, await refused(limited, name, args)]).toEqual([name, [{ code: none, path }]]);
    }
    for (const [input, path] of [
      [{ customer: { id: here.customerId }, channelId }, 'channelId'],
      [{ customer: { id: customerId }, channelId: here.channelId }, 'customer'],
      [
        {
          customer: { identity: { channelKind: 'X', externalId: 'only-there' } },
          channelId: here.channelId,
        },
        'customer',
      ],
    ] as const) {
      expect(await touch(limited, { ...input, externalId: 'l' })).toEqual({
        outcome: 'REJECTED',
        touchpoint: null,
        userErrors: [{ code: none, path: ['input', '0', path] }],
      });
    }
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('nothing that would be out of its own sight', async () => {
    const before = await everythingOf(parley, workspaceId);
    const input = { kind: 'X', name: 'c', externalId: 'new', visibility: 'PUBLIC' };
    expect(await refused(limited, 'channelCreate', { input })).toEqual([
      { code: 'FORBIDDEN', path: null },
    ]);
    for (const by of [
      { externalRef: 'new' },
      { email: 'new@example.com' },
      { identity: { channelKind: 'X', externalId: 'only-there' } },
    ]) {
      expect(await refused(limited, 'customerUpsert', { by, input: {} })).toEqual([
        { code: 'FORBIDDEN', path: ['by'] },
      ]);
    }
    expect(await touch(limited, { customer: { id: here.customerId }, externalId: 'l' })).toEqual({
      outcome: 'REJECTED',
      touchpoint: null,
      userErrors: [{ code: 'FORBIDDEN', path: ['input', '0', 'channelId'] }],
    });
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('nothing about who sees the channels that it does not see', async () => {
    const key = { name: 'k', scopes: ['CHANNEL_READ'] };
    const user = { email: 'new@example.com', role: 'AGENT' };
    const all = ['input', 'channelIds'];
    for (const [name, input] of [
      ['apiKeyCreate', key],
      ['userInvite', user],
    ] as const) {
      expect(await refused(limited, name, { input })).toEqual([{ code: 'FORBIDDEN', path: all }]);
      const channelIds = [here.channelId, there.channelId];
      expect(await refused(limited, name, { input: { ...input, channelIds } })).toEqual([
        { code: 'NOT_FOUND', path: [...all, '1'] },
      ]);
    }
    const passedOn = await makeKey(limited, {
      scopes: ['CHANNEL_READ'],
      channelIds: [here.channelId],
    });
    expect(await idsOf(parley.as(passedOn.token), 'channels')).toEqual([here.channelId]);
  });
});

test('a user is limited in the same way as a key', async () => {
  const email = 'agent@example.com';
  const input = { email, role: 'AGENT', channelIds: [here.channelId] };
  await must(owner, 'userInvite', { input }, 'user { id }');
  const token = await issuer.token({ sub: newId(), email, email_verified: true });
  const agent = parley.as(token);
  expect(await call(agent, 'viewer', {}, '{ kind user { email } channels { id } }')).toEqual({
    kind: 'USER',
    user: { email },
    channels: [{ id: here.channelId }],
  });
  expect(await idsOf(agent, 'conversations')).toHaveLength(2);
  expect(await call(agent, 'node', { id: there.conversationId }, '{ id }')).toBeNull();
  expect(await refused(agent, 'conversationClose', { id: there.conversationId })).toEqual([
    { code: 'NOT_FOUND', path: ['id'] },
  ]);
  const { note } = await must<{ note: object }>(
    agent,
    'noteAdd',
    { conversationId: here.conversationId, input: { body: 'Mine' } },
    'note { authorUser { email } authorName }',
  );
  expect(note).toEqual({ authorUser: { email }, authorName: null });
});

test('a key that is limited to no channel at all sees none of anything', async () => {
  const key = await makeKey(owner, { scopes: everything, channelIds: [] });
  const nobody = parley.as(key.token);
  for (const list of ['channels', 'conversations', 'posts', 'customers', 'touchpoints']) {
    expect([list, await idsOf(nobody, list)]).toEqual([list, []]);
  }
  expect(await call(nobody, 'viewer', {}, '{ channels { id } }')).toEqual({ channels: [] });
});
