import { join, raw, sql, type Sql } from './sql';

/** A column of a bulk statement: its name, its PostgreSQL type and a value per row. */
export interface BulkColumn {
  name: string;
  type: string;
  values: readonly unknown[];
}

/** Makes columns from rows: `{ name: [type, row => value] }`. */
export function bulkColumns<T>(
  rows: readonly T[],
  columns: Record<string, readonly [type: string, value: (row: T) => unknown]>,
): BulkColumn[] {
  return Object.entries(columns).map(([name, [type, value]]) => ({
    name,
    type,
    values: rows.map(value),
  }));
}

/** `unnest($1::uuid[], …) as alias (column, …)`: rows from here as a table in a query. */
export function bulkTable(alias: string, columns: readonly BulkColumn[]): Sql {
  const arrays = columns.map(({ type, values }) => sql`${values}::${raw(`${type}[]`)}`);
  const names = columns.map(({ name }) => name).join(', ');
  return sql`unnest(${join(arrays)}) as ${raw(`${alias} (${names})`)}`;
}

/** `insert into table (…) select … from unnest(…)`: one statement, whatever the number of rows. */
export function bulkInsert(table: string, columns: readonly BulkColumn[]): Sql {
  const names = columns.map(({ name }) => name).join(', ');
  return sql`insert into ${raw(table)} (${raw(names)}) select * from ${bulkTable('t', columns)}`;
}
