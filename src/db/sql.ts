import { empty, join as joinTag, raw, Sql, sqltag } from 'sql-template-tag';

/**
 * Builds a parameterised statement from a template; statements nest. The library's own types leave
 * out values that pg takes, such as dates and arrays.
 */
export const sql = sqltag as (strings: TemplateStringsArray, ...values: unknown[]) => Sql;

/** Joins statements or values; at least one. */
export const join = joinTag as (values: readonly unknown[], separator?: string) => Sql;

/** Joins conditions with `and`; none is `true`. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length ? join(conditions, ' and ') : raw('true');
}

export { empty, raw, Sql };
