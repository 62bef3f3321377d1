import {
  getNamedType,
  isCompositeType,
  isObjectType,
  isScalarType,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql';
import { customerRootFields, Permission, rolePermissions } from '../../src/auth/permissions';
import { buildSchema } from '../../src/server/build-schema';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { follow, liveClient } from '../support/live-client';
import { unique } from '../support/world';
import { ChatWorld, type Chat } from './chat-world';

const schema = buildSchema();
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
const rootFields = roots.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ root: type.name, field })),
);
type Root = (typeof rootFields)[number];
const nameOf = ({ root, field }: Root) => `${root}.${field.name}`;
const forCustomers = rootFields.filter((it) => customerRootFields.has(nameOf(it)));
const others = rootFields.filter((it) => !customerRootFields.has(nameOf(it)));

let world: ChatWorld;
let chat: Chat;
let visitor: Client;
let signedIn: Client;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat();
  visitor = await world.visitor(chat);
  signedIn = world.signedIn(chat);
});
afterAll(async () => {
  await world.parley.close();
});

/** An operation of one root field, whose arguments are all variables. */
function documentOf({ root, field }: Root): string {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const within = (list: string) => (list ? `(${list})` : '');
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  return `${root.toLowerCase()} ${within(declared)} { ${field.name}${within(given)} ${selection} }`;
}

describe('a customer’s token is refused at', () => {
  test.each(
    others.filter(({ root }) => root !== 'Subscription').map((it) => [nameOf(it), it] as const),
  )('%s', async (name, root) => {
    for (const customer of [visitor, signedIn]) {
      const { status, errors, data } = await customer.ask(documentOf(root), {});
      expect([status, errors![0]!.extensions.code, data ?? null]).toEqual([403, 'FORBIDDEN', null]);
      expect(errors![0]!.message).toContain(name);
    }
  });

  test.each(
    others.filter(({ root }) => root === 'Subscription').map((it) => [nameOf(it), it] as const),
  )('%s', async (_name, root) => {
    const client = liveClient(visitor);
    const followed = follow(client, {}, documentOf(root));
    await followed.untilOver();
    expect(followed.errors![0]!.extensions.code).toBe('FORBIDDEN');
    await client.dispose();
  });
});

test.each(
  forCustomers.filter(({ root }) => root !== 'Subscription').map((it) => [nameOf(it), it] as const),
)('the team is refused at %s, whatever it may do', async (_name, root) => {
  const { status, errors } = await chat.owner.ask(documentOf(root), {});
  expect([status, errors![0]!.extensions.code]).toEqual([403, 'FORBIDDEN']);
});

test('a field of the team’s is refused beside one of the customers’ too, and under another name', async () => {
  const { status, data } = await visitor.ask('{ chat { name } mine: viewer { __typename } }');
  expect([status, data ?? null]).toEqual([403, null]);
});

test('whatever is reached from the customers’ fields is a type of the chat, and none of the team’s', () => {
  const seen = new Set<GraphQLNamedType>();
  const visit = (field: GraphQLField<unknown, unknown>) => {
    const type = getNamedType(field.type);
    if (seen.has(type)) return;
    seen.add(type);
    if (isObjectType(type)) Object.values(type.getFields()).forEach(visit);
  };
  forCustomers.forEach(({ field }) => visit(field));
  const objects = [...seen].filter((type) => isCompositeType(type)).map(({ name }) => name);
  const foreign = objects.filter((name) => !/^Chat/.test(name));
  expect(foreign.sort()).toEqual(['PageInfo', 'UserError']);
  const scalars = [...seen].filter((type) => isScalarType(type)).map(({ name }) => name);
  expect(scalars).not.toContain('JSONObject');
});

test('no role has what customers have, and customers have no permission', () => {
  for (const own of Object.values(rolePermissions)) {
    expect([...own].every((permission) => permission in Permission)).toBe(true);
  }
});

describe('a customer', () => {
  let theirs: string;
  let elsewhere: string;
  beforeAll(async () => {
    theirs = await world.start(await world.visitor(chat));
    const other = await world.chat({}, chat);
    elsewhere = await world.start(world.signedIn(other));
  });

  test('does not see conversations of others, nor their own of other chats', async () => {
    for (const id of [theirs, elsewhere, 'cnv_unknown']) {
      expect(await world.see(signedIn, id)).toBeNull();
    }
    const { chat: seen } = await signedIn.query<{ chat: { conversations: { nodes: object[] } } }>(
      '{ chat { conversations { nodes { id } } } }',
    );
    expect(seen.conversations.nodes).toEqual([]);
  });

  test('can’t write, type or read there', async () => {
    const input = { body: 'Hello', clientKey: unique('key') };
    const mutations: [string, object][] = [
      ['chatMessageSend', { input }],
      ['chatTyping', { isTyping: true }],
      ['chatRead', {}],
    ];
    for (const id of [theirs, elsewhere]) {
      for (const [name, more] of mutations) {
        const asked = must(signedIn, name, { conversationId: id, ...more }, 'conversation { id }');
        await expect(asked).rejects.toThrow('NOT_FOUND');
      }
    }
  });

  test.each(['chatUpdates', 'chatTyping'])('can’t follow them by %s', async (name) => {
    const client = liveClient(signedIn);
    const query = `subscription ($id: ID!) { ${name}(conversationId: $id) { __typename } }`;
    for (const id of [theirs, elsewhere]) {
      const followed = follow(client, { id }, query);
      await followed.untilOver();
      expect(followed.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      expect(followed.items).toEqual([]);
    }
    await client.dispose();
  });

  test('sees no notes, and nothing of a message that was not sent', async () => {
    const id = await world.start(visitor);
    const note = { conversationId: id, input: { body: 'Difficult customer' } };
    await must(chat.owner, 'noteAdd', note, 'note { id }');
    const queued = { conversationId: id, input: { body: 'Not yet' } };
    await must(chat.owner, 'messageSend', queued, 'message { id }');
    await chat.owner.query('{ viewer { __typename } }');
    const bodies = (await world.see(visitor, id))!.messages.nodes.map(({ body }) => body);
    expect(bodies).not.toContain('Difficult customer');
    await world.parley.app.drain();
    const later = (await world.see(visitor, id))!.messages.nodes;
    expect(later.map(({ body }) => body)).toEqual(['Where is my parcel?', 'Not yet']);
    // an API key’s name is the company’s own affair
    expect(later.map(({ authorName }) => authorName)).toEqual([null, null]);
  });
});
