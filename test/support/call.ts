import { assertObjectType, getNamedType, isCompositeType, type GraphQLField } from 'graphql';
import { customerRootFields } from '../../src/auth/permissions';
import { buildSchema } from '../../src/server/build-schema';
import type { Answer, Client } from './client';

const schema = buildSchema();

/** A reason for a refusal, as it came over the wire. */
export interface WireProblem {
  code: string;
  message: string;
  path: string[] | null;
}

/** A query or mutation. */
export interface RootField {
  kind: 'query' | 'mutation';
  field: GraphQLField<unknown, unknown>;
}

/** Every root field of the API, queries before mutations. */
export function allRootFields(): RootField[] {
  const fieldsOf = (kind: 'query' | 'mutation') => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type!.getFields()).map((field) => ({ kind, field }));
  };
  return [...fieldsOf('query'), ...fieldsOf('mutation')];
}

/** Those of the team; what customers reach is tried in `test/chat`. */
export function rootFields(): RootField[] {
  return allRootFields().filter(
    ({ kind, field: { name } }) =>
      !customerRootFields.has(`${kind === 'query' ? 'Query' : 'Mutation'}.${name}`),
  );
}

/** An operation of one root field, its arguments as variables of the types that the schema gives. */
export function documentOf(name: string, args: object, selection: string): string {
  const root = allRootFields().find(({ field }) => field.name === name);
  if (!root) throw new Error(`There is no root field ${name}.`);
  const typeOf = (argument: string) => {
    const found = root.field.args.find((it) => it.name === argument);
    if (!found) throw new Error(`${name} has no argument ${argument}.`);
    return String(found.type);
  };
  const names = Object.keys(args);
  const declared = names.map((it) => `$${it}: ${typeOf(it)}`).join(', ');
  const given = names.map((it) => `${it}: $${it}`).join(', ');
  const within = (list: string) => (list ? `(${list})` : '');
  return `${root.kind} ${within(declared)} { ${name}${within(given)} ${selection} }`;
}

/** Calls one root field; gives the whole answer, errors and all. */
export function ask<T = Record<string, unknown>>(
  client: Client,
  name: string,
  args: object,
  selection: string,
): Promise<Answer<T>> {
  return client.ask<T>(documentOf(name, args, selection), args);
}

/** Calls one root field, which must give no error outside `userErrors`; gives its value. */
export async function call<T>(
  client: Client,
  name: string,
  args: object,
  selection: string,
): Promise<T> {
  return (await client.query<Record<string, T>>(documentOf(name, args, selection), args))[name]!;
}

/** Calls a mutation that must not be refused; gives its payload. */
export async function must<T>(
  client: Client,
  name: string,
  args: object,
  selection: string,
): Promise<T> {
  const { userErrors, ...payload } = await call<{ userErrors: WireProblem[] }>(
    client,
    name,
    args,
    `{ ${selection} userErrors { code message path } }`,
  );
  if (userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(userErrors)}`);
  return payload as T;
}

/** Calls a mutation that must be refused; gives code and path of each reason. */
export async function refused(
  client: Client,
  name: string,
  args: object,
): Promise<{ code: string; path: string[] | null }[]> {
  const { userErrors, ...payload } = await call<{ userErrors: WireProblem[] }>(
    client,
    name,
    args,
    `{ ${objectsOf(name)} userErrors { code message path } }`,
  );
  const given = Object.entries(payload).filter(([, value]) => value !== null);
  if (given.length > 0) throw new Error(`${name} gave ${JSON.stringify(given)}`);
  return userErrors.map(({ code, path }) => ({ code, path }));
}

/** Everything in a mutation's payload beside its errors, selected as shortly as can be. */
function objectsOf(name: string): string {
  const payload = getNamedType(schema.getMutationType()!.getFields()[name]!.type);
  return Object.values(assertObjectType(payload).getFields())
    .filter((field) => field.name !== 'userErrors')
    .map(({ name: field, type }) =>
      isCompositeType(getNamedType(type)) ? `${field} { __typename }` : field,
    )
    .join(' ');
}
