import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { DateTimeResolver, JSONObjectResolver, LocalDateResolver } from 'graphql-scalars';

/**
 * The library's DateTime, but written out as text at once, in which form rows are read: a Date would
 * be converted within JSON.stringify, which takes twice as long.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...DateTimeResolver.toConfig(),
  serialize: (value) => (typeof value === 'string' ? value : (value as Date).toISOString()),
});

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new GraphQLError('A position is a whole number from 0 to 9007199254740991.');
}

/** A place in the event log; larger than GraphQL's own Int, and exact in JSON. */
export const Position = new GraphQLScalarType<number, number>({
  serialize: wholeNumber,
  parseValue: wholeNumber,
  parseLiteral: (node) => wholeNumber(node.kind === Kind.INT ? Number(node.value) : null),
  name: 'Position',
  description:
    'A place in the event log of the workspace: a whole number from 0, at most 2⁵³ − 1. The first event has 1, and none is left out.',
});

export { JSONObjectResolver as JSONObject, LocalDateResolver as LocalDate };
