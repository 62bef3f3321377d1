import { GraphQLScalarType } from 'graphql';
import { DateTimeResolver, JSONObjectResolver, LocalDateResolver } from 'graphql-scalars';

/**
 * The library's DateTime, but written out as text at once: as a Date it would be converted within
 * JSON.stringify, which takes twice as long.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...DateTimeResolver.toConfig(),
  serialize: (value) => (value as Date).toISOString(),
});

export { JSONObjectResolver as JSONObject, LocalDateResolver as LocalDate };
