import '../schema/enums';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { globalId, idPrefixes, type IdKind } from '../domain/kit/ids';
import type { RequestContext } from '../domain/kit/request-context';
import { byTheHub } from '../domain/live/by-the-hub';
import { liveFields } from '../domain/live/live-fields';
import { isLoadable, type LoadableKind } from '../domain/kit/loaders';
import { resolvers } from '../resolvers';

/** Builds the executable schema. */
export function buildSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: resolvers,
    orphanedTypes: [],
    validate: false,
    // asked for as soon as there are subscriptions
    pubSub: { publish: byTheHub, subscribe: byTheHub },
  });
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type)) {
      completeFields(type);
      describeArguments(type);
    }
    // type-graphql's own function is asynchronous, which compiled operations don't wait for
    if (isInterfaceType(type)) type.resolveType = typeMark;
    if (isInputObjectType(type) && type.name === 'CustomerBy') type.isOneOf = true;
  }
  schema.getQueryType()!.description = 'Everything that can be asked for.';
  schema.getMutationType()!.description = 'Everything that can be done.';
  const live = schema.getSubscriptionType()!;
  live.description = 'Everything that can be followed live, over a WebSocket or an event stream.';
  for (const field of Object.values(live.getFields())) {
    // the item is the field's value; type-graphql would prepare the arguments anew for each
    if (liveFields[field.name]?.source === 'LOG') field.resolve = (item) => item;
  }
  return schema;
}

/** What customers see of objects, by the type that is read: commands give only their own to them. */
const customerViews: Record<string, LoadableKind | undefined> = {
  ChatMessage: 'Message',
  ChatConversation: 'Conversation',
};

/** An argument without a description of its own has that of its type. */
function describeArguments(type: GraphQLObjectType): void {
  for (const { args } of Object.values(type.getFields())) {
    for (const argument of args) {
      const target = getNamedType(argument.type);
      const speaks = isInputObjectType(target) || isEnumType(target);
      if (speaks) argument.description ??= target.description;
    }
  }
}

/** Objects behind an interface are marked with their types where they are loaded. */
function typeMark(value: { __typename?: string }): string | undefined {
  return value.__typename;
}

/** The schema as the committed SDL has it. */
export function printSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/**
 * Gives fields without a resolver of their own what holds for all of them, so that a type's class
 * needs no resolver for it: an `id` is encoded, and an object of a type that is read by id comes from
 * `<field>Id` unless it was read along.
 */
function completeFields(type: GraphQLObjectType): void {
  for (const field of Object.values(type.getFields())) {
    if (field.resolve) continue;
    const { name } = getNamedType(field.type);
    const target = customerViews[name] ?? name;
    if (field.name === 'id' && type.name in idPrefixes) {
      const kind = type.name as IdKind;
      field.resolve = (source: { id: string }) => globalId(kind, source.id);
    } else if (isLoadable(target) && !isListType(getNullableType(field.type))) {
      field.resolve = reference(field.name, target);
    }
  }
}

function reference(name: string, kind: LoadableKind) {
  const key = `${name}Id`;
  return (source: Record<string, unknown>, _args: unknown, { loaders }: RequestContext) => {
    const joined = source[name];
    return joined !== undefined ? joined : loaders.byId(kind, source[key] as string | null);
  };
}
