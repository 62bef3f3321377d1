import { getIntrospectionQuery } from 'graphql';
import { Permission, rootFieldPermissions } from '../../src/auth/permissions';
import { startTestApp, type TestApp } from '../support/app';
import { documentOf, rootFields } from '../support/call';
import type { Answer, Client } from '../support/client';
import { everythingOf } from '../support/owner';
import { makeChannel, makeKey, recordMessage, type RecordedMessage } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let channelId: string;
let recorded: RecordedMessage;
beforeAll(async () => {
  parley = await startTestApp();
  ({ owner, workspaceId } = await parley.workspace());
  channelId = await makeChannel(owner);
  recorded = await recordMessage(owner, channelId);
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const everything = Object.values(Permission);

/** A caller with these permissions and no others. */
async function withOnly(...scopes: Permission[]): Promise<Client> {
  return parley.as((await makeKey(owner, { scopes })).token);
}

/** A caller who lacks one permission. */
const without = (missing: Permission) =>
  withOnly(...everything.filter((permission) => permission !== missing));

/** What a refused operation says, and that it says nothing else. */
function forbidden({ status, data, errors }: Answer): string {
  expect({ status, data, codes: errors?.map(({ extensions }) => extensions) }).toEqual({
    status: 403,
    data: undefined,
    codes: [{ code: 'FORBIDDEN' }],
  });
  return errors![0]!.message;
}

/** A document of a root field whose arguments need not be sensible: it must be refused before. */
function anyDocumentOf(name: string): [document: string, variables: object] {
  const { field } = rootFields().find((root) => root.field.name === name)!;
  const example: Record<string, unknown> = {
    'ID!': 'x',
    'CustomerBy!': { externalRef: 'forbidden' },
    'CustomerInput!': {},
    'CustomerIdentityInput!': { channelKind: 'X', externalId: '1' },
    'ChannelCreateInput!': { kind: 'X', name: 'X', externalId: '1', visibility: 'PUBLIC' },
    'String!': 'x',
    'ChannelConnectInput!': { settings: {} },
    'ChannelUpdateInput!': { name: 'x' },
    'ConversationAssignInput!': { assigneeId: null },
    'NoteAddInput!': { body: 'x' },
    'TagInput!': { name: 'x' },
    'MessageRecordInput!': {
      ...{ threadKey: 'x', externalId: 'x', direction: 'INBOUND', body: 'x' },
      sentAt: '2026-01-01T00:00:00Z',
    },
    '[TouchpointInput!]!': [],
    'ApiKeyCreateInput!': { name: 'x', scopes: ['WORKSPACE_READ'] },
    'UserInviteInput!': { email: 'forbidden@example.com', role: 'AGENT' },
  };
  const required = field.args.filter(
    ({ type, defaultValue }) => String(type).endsWith('!') && defaultValue === undefined,
  );
  const variables = Object.fromEntries(
    required.map(({ name: argument, type }) => [argument, example[String(type)]]),
  );
  return [documentOf(name, variables, '{ __typename }'), variables];
}

const guarded = rootFields().map(({ kind, field: { name } }) => ({
  name,
  permission: rootFieldPermissions[`${kind === 'query' ? 'Query' : 'Mutation'}.${name}`]!,
}));

test.each(guarded)('$name is refused without $permission', async ({ name, permission }) => {
  const caller = await without(permission);
  const before = await everythingOf(parley, workspaceId);
  const [document, variables] = anyDocumentOf(name);
  for (let round = 0; round < 3; round++) {
    const message = forbidden(await caller.ask(document, variables));
    expect(message).toContain(permission);
    expect(message).toContain(name);
  }
  expect(await everythingOf(parley, workspaceId)).toBe(before);
});

test('a field that is allowed is not executed beside one that is not', async () => {
  const caller = await without(Permission.CHANNEL_MANAGE);
  const before = await everythingOf(parley, workspaceId);
  const document = `mutation {
    customerUpsert(by: { externalRef: "half" }, input: {}) { outcome }
    channelCreate(input: { kind: X, name: "X", externalId: "half", visibility: PUBLIC }) {
      channel { id }
    }
  }`;
  forbidden(await caller.ask(document));
  expect(await everythingOf(parley, workspaceId)).toBe(before);
});

test('bad variables and a price too high tell nothing to somebody who may not ask', async () => {
  const caller = await without(Permission.CONVERSATION_READ);
  const document = `query ($first: Int) { conversations(first: $first) { nodes { id
    messages(first: 100) { nodes { replies(first: 100) { nodes { id } } } } } } }`;
  forbidden(await caller.ask(document, { first: 100 }));
  forbidden(await caller.ask(document, { first: 'x' }));
});

describe('what is reached through other objects', () => {
  const { CONVERSATION_READ, CUSTOMER_READ, CHANNEL_READ, WORKSPACE_READ } = Permission;
  const documents: [reason: string, missing: Permission, document: string][] = [
    ['a field', CUSTOMER_READ, '{ conversations { nodes { customer { id } } } }'],
    ['a field of an edge', CHANNEL_READ, '{ conversations { edges { node { channel { id } } } } }'],
    ['a list', WORKSPACE_READ, '{ customers { nodes { tags { name } } } }'],
    [
      'a connection',
      Permission.TOUCHPOINT_READ,
      '{ customers { nodes { touchpoints { pageInfo { hasNextPage } } } } }',
    ],
    ['only __typename', CUSTOMER_READ, '{ conversations { nodes { customer { __typename } } } }'],
    ['an alias', CUSTOMER_READ, '{ conversations { nodes { id: customer { id } } } }'],
    [
      'an inline fragment',
      CUSTOMER_READ,
      '{ conversations { nodes { ... { customer { id } } ... on Conversation { id } } } }',
    ],
    [
      'a fragment',
      CUSTOMER_READ,
      `{ conversations { nodes { ...outer } } }
       fragment outer on Conversation { ...inner }
       fragment inner on Conversation { customer { id } }`,
    ],
    [
      'a field that is left out by a directive',
      CUSTOMER_READ,
      '{ conversations { nodes { id customer @skip(if: true) { id } } } }',
    ],
    ['a type of node', CONVERSATION_READ, '{ node(id: "x") { ... on Conversation { subject } } }'],
    [
      'a type of node in a fragment',
      CUSTOMER_READ,
      '{ node(id: "x") { ...c } } fragment c on Customer { name }',
    ],
    [
      'an object of a node',
      CHANNEL_READ,
      '{ node(id: "x") { ... on Conversation { lastMessage { conversation { channel { id } } } } } }',
    ],
    ['an ApiKey', Permission.ACCESS_MANAGE, '{ node(id: "x") { ... on ApiKey { name } } }'],
    [
      'what a mutation gives back',
      CONVERSATION_READ,
      `mutation { tagAdd(id: "x", input: { name: "x" }) { conversation { id } } }`,
    ],
    [
      'the other operation’s fragment',
      CUSTOMER_READ,
      `query a { conversations { nodes { ...c } } } fragment c on Conversation { customer { id } }`,
    ],
  ];

  test.each(documents)('%s is refused without %s', async (_reason, missing, document) => {
    const caller = await without(missing);
    for (let round = 0; round < 3; round++) {
      expect(forbidden(await caller.ask(document))).toContain(missing);
    }
    expect((await owner.ask(document)).errors).toBeUndefined();
  });

  test('node gives null for an object of a type that the caller may not read', async () => {
    const caller = await withOnly(Permission.WORKSPACE_READ);
    const document = 'query ($id: ID!) { node(id: $id) { id __typename } }';
    for (const id of [channelId, recorded.message.id, recorded.conversation.customer!.id]) {
      expect((await owner.query<{ node: object }>(document, { id })).node).toMatchObject({ id });
      expect(await caller.query(document, { id })).toEqual({ node: null });
    }
  });

  test('the operation that is not asked for needs no permission', async () => {
    const caller = await withOnly(Permission.WORKSPACE_READ);
    const document = 'query a { viewer { name } } query b { customers { nodes { id } } }';
    const ask = async (operationName: string) => {
      const response = await caller.post(JSON.stringify({ query: document, operationName }));
      return { status: response.status, ...((await response.json()) as object) } as Answer;
    };
    expect((await ask('a')).data).toEqual({ viewer: { name: 'A key' } });
    forbidden(await ask('b'));
    expect((await ask('a')).status).toBe(200);
  });
});

test('any caller may read the schema, and only the schema', async () => {
  const caller = await withOnly(Permission.METRICS_READ);
  const { __schema } = await caller.query<{ __schema: { types: object[] } }>(
    getIntrospectionQuery(),
  );
  expect(__schema.types.length).toBeGreaterThan(50);
  expect(await caller.query('{ __typename __type(name: "Customer") { name } }')).toEqual({
    __typename: 'Query',
    __type: { name: 'Customer' },
  });
  forbidden(await caller.ask('{ viewer { name } }'));
});

test('a permission that a key was made without can’t be passed on by it', async () => {
  const { ACCESS_MANAGE, WORKSPACE_READ } = Permission;
  const caller = await withOnly(ACCESS_MANAGE, WORKSPACE_READ);
  const document = `mutation ($scopes: [Permission!]!) {
    apiKeyCreate(input: { name: "more", scopes: $scopes }) { token userErrors { code path } }
  }`;
  expect(await caller.query(document, { scopes: ['WORKSPACE_READ', 'CUSTOMER_READ'] })).toEqual({
    apiKeyCreate: {
      token: null,
      userErrors: [{ code: 'FORBIDDEN', path: ['input', 'scopes'] }],
    },
  });
});
