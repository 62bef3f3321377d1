import { GraphQLScalarType } from 'graphql';
import { DateTimeResolver, JSONObjectResolver, LocalDateResolver } from 'graphql-scalars';

/**
 * The library's DateTime, but written out as text at once, in which form rows are read: a Date would
 * be converted within JSON.stringify, which takes twice as long.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...DateTimeResolver.toConfig(),
  serialize: (value) => (typeof value === 'string' ? value : (value as Date).toISOString()),
});

export { JSONObjectResolver as JSONObject, LocalDateResolver as LocalDate };
