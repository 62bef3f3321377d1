import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  validateSchema,
  type GraphQLNamedType,
} from 'graphql';
import { buildSchema, printSdl } from '../../src/server/build-schema';

const schema = buildSchema();
const path = join(__dirname, '../../src/schema/schema.graphql');

const types: GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !name.startsWith('__') && !/^(ID|String|Int|Float|Boolean)$/.test(name),
);

/** Everything that has a description, by its coordinate. */
function described(): [coordinate: string, description: string | null | undefined][] {
  return types.flatMap((type) => {
    const own: [string, string | null | undefined][] = [[type.name, type.description]];
    if (isEnumType(type)) return own;
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        own.push([`${type.name}.${field.name}`, field.description]);
      }
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        own.push([`${type.name}.${field.name}`, field.description]);
        for (const argument of field.args) {
          own.push([`${type.name}.${field.name}(${argument.name}:)`, argument.description]);
        }
      }
    }
    return own;
  });
}

test('the schema is valid GraphQL', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('the committed schema.graphql is the one that is served: else run `npm run sdl:write`', () => {
  expect(printSdl(schema)).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '');
});

test('every type, field and argument has a description', () => {
  const silent = described().filter(([, description]) => !description?.trim());
  expect(silent.map(([coordinate]) => coordinate)).toEqual([]);
});

const mutations = Object.values(schema.getMutationType()!.getFields());

test.each(mutations.map((field) => [field.name, field] as const))(
  '%s takes an idempotency key, and answers with objects that may be null and with userErrors',
  (name, field) => {
    expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    const key = field.args.find((argument) => argument.name === 'idempotencyKey');
    expect(String(key?.type)).toBe('String');
    const payload = getNamedType(field.type);
    expect(payload.name.toLowerCase()).toBe(`${name}Payload`.toLowerCase());
    if (!isObjectType(payload)) throw new Error(`${payload.name} is no object type.`);
    const { userErrors, ...objects } = payload.getFields();
    expect(String(userErrors?.type)).toBe('[UserError!]!');
    expect(Object.values(objects).length).toBeGreaterThan(0);
    expect(Object.values(objects).filter(({ type }) => isNonNullType(type))).toEqual([]);
  },
);

test('an object’s id stands apart from the input', () => {
  const apart = mutations.flatMap((field) => {
    const input = field.args.find(({ name }) => name === 'input');
    const type = input && getNamedType(input.type);
    const fields = isInputObjectType(type) ? Object.keys(type.getFields()) : [];
    return fields.includes('id') ? [field.name] : [];
  });
  expect(apart).toEqual([]);
});

test('connections are Relay’s: nodes, edges with cursors, page info, and the four arguments', () => {
  const connections = types.filter(({ name }) => name.endsWith('Connection'));
  expect(connections.length).toBeGreaterThan(5);
  for (const type of connections) {
    if (!isObjectType(type)) throw new Error(`${type.name} is no object type.`);
    const { edges, nodes, pageInfo } = type.getFields();
    const node = type.name.replace(/Connection$/, '');
    expect([edges, nodes, pageInfo].map((field) => String(field?.type))).toEqual([
      `[${node}Edge!]!`,
      `[${node}!]!`,
      'PageInfo!',
    ]);
  }
  for (const type of types.filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (!getNamedType(field.type).name.endsWith('Connection')) continue;
      const names = field.args.map(({ name, type: argument }) => `${name}: ${String(argument)}`);
      expect(names).toEqual(
        expect.arrayContaining(['first: Int', 'after: String', 'last: Int', 'before: String']),
      );
    }
  }
});

test('filters of lists that can be combined have and, or and not of their own kind', () => {
  for (const name of ['ConversationFilterInput', 'CustomerFilterInput', 'TouchpointFilterInput']) {
    const type = schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is no input type.`);
    const { and, or, not } = type.getFields();
    expect([and, or, not].map((field) => String(field?.type))).toEqual([
      `[${name}!]`,
      `[${name}!]`,
      name,
    ]);
  }
});
