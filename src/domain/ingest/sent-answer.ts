import { raw, sql, type Sql } from '../../db/sql';

/**
 * Of a message by its alias: whether it may answer something. What a machine sent is no answer, and
 * what did not arrive is none either.
 */
export function isSentAnswer(alias: string): Sql {
  const [direction, automatic, status] = ['direction', 'is_automatic', 'status'].map((name) =>
    raw(`${alias}.${name}`),
  );
  return sql`${direction} = 'OUTBOUND' and not ${automatic} and ${status} is distinct from 'FAILED'`;
}
