import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { requireCompleteTable } from '../../src/auth/operation-permissions';
import {
  customerRootFields,
  Permission,
  rolePermissions,
  rootFieldPermissions,
  typePermissions,
} from '../../src/auth/permissions';
import { newId } from '../../src/domain/kit/ids';
import { buildSchema } from '../../src/server/build-schema';
import { Issuer } from '../auth/issuer';
import { startTestApp, type TestApp } from '../support/app';
import { allRootFields, must, rootFields } from '../support/call';
import type { Client } from '../support/client';
import { everythingOf } from '../support/owner';

/** The schema with one more field of the query type, or one more type. */
function schemaWith(more: { field?: string; type?: GraphQLObjectType }): GraphQLSchema {
  const config = buildSchema().toConfig();
  const query = config.query!.toConfig();
  if (more.field) query.fields[more.field] = { type: GraphQLString };
  const Query = new GraphQLObjectType(query);
  const types = config.types.filter(({ name }) => name !== 'Query');
  return new GraphQLSchema({
    ...config,
    query: Query,
    types: [...types, ...(more.type ? [more.type] : [])],
  });
}

describe('the table of permissions', () => {
  test('has a line for every root field, and no other', () => {
    const fields = allRootFields().map(({ kind, field }) =>
      kind === 'query' ? `Query.${field.name}` : `Mutation.${field.name}`,
    );
    const subscriptions = Object.keys(buildSchema().getSubscriptionType()!.getFields());
    fields.push(...subscriptions.map((name) => `Subscription.${name}`));
    const known = [...Object.keys(rootFieldPermissions), ...customerRootFields];
    expect(known.sort()).toEqual(fields.sort());
  });

  test('has a line for every type that is a node, and no other', () => {
    const schema = buildSchema();
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never);
    expect(Object.keys(typePermissions).sort()).toEqual(nodes.map(({ name }) => name).sort());
  });

  test('lets the server start when it is complete', () => {
    expect(() => requireCompleteTable(buildSchema())).not.toThrow();
  });

  test('stops the server when a root field is missing', () => {
    expect(() => requireCompleteTable(schemaWith({ field: 'everything' }))).toThrow(
      'No line in auth/permissions.ts for: Query.everything',
    );
  });

  test('stops the server when a node’s type is missing', () => {
    const node = buildSchema().getType('Node') as never;
    const config = buildSchema().toConfig();
    const Secret = new GraphQLObjectType({
      name: 'Secret',
      interfaces: [config.types.find(({ name }) => name === 'Node') ?? node] as never,
      fields: { id: { type: GraphQLString } },
    });
    const schema = new GraphQLSchema({
      ...config,
      types: [...config.types, Secret],
      assumeValid: true,
    });
    expect(() => requireCompleteTable(schema)).toThrow(
      'No line in auth/permissions.ts for: Secret',
    );
  });
});

const reading = [
  'WORKSPACE_READ',
  'CUSTOMER_READ',
  'CHANNEL_READ',
  'CONVERSATION_READ',
  'TOUCHPOINT_READ',
];
const serving = [
  'CUSTOMER_WRITE',
  'CONVERSATION_WRITE',
  'MESSAGE_RECORD',
  'MESSAGE_SEND',
  'TOUCHPOINT_WRITE',
];

/** What each role may do, written down a second time: a change here is a change of who may do what. */
const roles: Record<string, string[]> = {
  OWNER: Object.keys(Permission),
  ADMIN: Object.keys(Permission),
  SUPERVISOR: [...reading, ...serving, 'METRICS_READ'],
  AGENT: [...reading, ...serving],
  ANALYST: [...reading, 'METRICS_READ'],
};

test.each(Object.entries(roles))('%s may do just this: %j', (role, permissions) => {
  const own = rolePermissions[role as keyof typeof rolePermissions];
  expect([...own].sort()).toEqual([...permissions].sort());
});

test('there is no role beside these', () => {
  expect(Object.keys(rolePermissions).sort()).toEqual(Object.keys(roles).sort());
});

describe('a user with the role', () => {
  let parley: TestApp;
  let issuer: Issuer;
  let owner: Client;
  let workspaceId: string;
  beforeAll(async () => {
    issuer = await Issuer.start(() => parley.now());
    const { issuer: PARLEY_OIDC_ISSUER, audience: PARLEY_OIDC_AUDIENCE, jwksUrl } = issuer.config;
    const env = { PARLEY_OIDC_ISSUER, PARLEY_OIDC_AUDIENCE, PARLEY_OIDC_JWKS_URL: jwksUrl };
    parley = await startTestApp(env);
    ({ owner, workspaceId } = await parley.workspace());
  });
  afterAll(async () => {
    await parley.close();
    await issuer.stop();
  });
  afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

  test.each(Object.keys(roles))(
    '%s is refused every root field but those of its set',
    async (role) => {
      const email = `${role.toLowerCase()}@example.com`;
      await must(owner, 'userInvite', { input: { email, role } }, 'user { id }');
      const token = await issuer.token({ sub: newId(), email, email_verified: true });
      const user = parley.as(token);
      await user.query('{ viewer { name } }');
      const before = await everythingOf(parley, workspaceId);
      for (const { kind, field } of rootFields()) {
        const coordinate = `${kind === 'query' ? 'Query' : 'Mutation'}.${field.name}`;
        const needed = rootFieldPermissions[coordinate]!;
        // with nothing but the type's name selected, the root field's own line is what decides
        const required = field.args.filter(
          (arg) => String(arg.type).endsWith('!') && arg.defaultValue === undefined,
        );
        const args = required.map((arg) => `${arg.name}: ${EXAMPLES[String(arg.type)]}`);
        const given = args.length > 0 ? `(${args.join(', ')})` : '';
        const { status, errors } = await user.ask(
          `${kind} { ${field.name}${given} { __typename } }`,
        );
        const isAllowed = roles[role]!.includes(needed);
        if (isAllowed) {
          expect([coordinate, errors?.[0]?.extensions.code]).toEqual([coordinate, undefined]);
        } else {
          expect([coordinate, status, errors?.[0]?.extensions.code]).toEqual([
            coordinate,
            403,
            'FORBIDDEN',
          ]);
          expect(errors?.[0]?.message).toContain(needed);
        }
      }
      if (role === 'ANALYST') expect(await everythingOf(parley, workspaceId)).toBe(before);
    },
  );
});

/** A valid value, as a literal, of each type that a required argument has; none of them finds anything. */
const EXAMPLES: Record<string, string> = {
  'ID!': '"nonsense"',
  'CustomerBy!': '{ id: "nonsense" }',
  'CustomerInput!': '{}',
  'CustomerIdentityInput!': '{ channelKind: X, externalId: "1" }',
  'ChannelCreateInput!': '{ kind: X, name: "", externalId: "", visibility: PUBLIC }',
  'String!': '"nonsense"',
  'ChannelConnectInput!': '{ settings: {} }',
  'ChannelUpdateInput!': '{}',
  'ConversationAssignInput!': '{ assigneeId: null }',
  'NoteAddInput!': '{ body: "x" }',
  'MessageRecordInput!':
    '{ threadKey: "t", externalId: "m", direction: INBOUND, body: "x", sentAt: "2026-01-01T00:00:00Z" }',
  'MessageSendInput!': '{ body: "x" }',
  '[TouchpointInput!]!': '[]',
  'TagInput!': '{ name: "x" }',
  'ApiKeyCreateInput!': '{ name: "", scopes: [] }',
  'UserInviteInput!': '{ email: "nobody", role: ANALYST }',
  'PresenceSetInput!': '{ activity: VIEWING }',
  'WebhookEndpointCreateInput!': '{ url: "nonsense" }',
  'WebhookEndpointUpdateInput!': '{}',
};
