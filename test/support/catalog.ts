import type { Client } from 'pg';

/** A column as a row has to fill it. */
export interface Column {
  name: string;
  /** Short name of its type; that of an array begins with `_`. */
  type: string;
  /** Whether an insert has to give it a value. */
  required: boolean;
  /** The first of the texts that it may hold, where a check limits them. */
  allowed: string | null;
}

/** A foreign key: its columns, and those that they point at, in the same order. */
export interface ForeignKey {
  name: string;
  columns: string[];
  target: string;
  targetColumns: string[];
}

/** A table of the product. */
export interface Table {
  name: string;
  columns: Column[];
  foreignKeys: ForeignKey[];
}

/** Every table, from the catalog, so that a new one is tested without being listed anywhere. */
export async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select relname as name,
      (select json_agg(json_build_object('name', attname, 'type', typname,
          'required', attnotnull and not atthasdef and attidentity = '',
          'allowed', (select (regexp_match(pg_get_constraintdef(k.oid), '''([^'']+)'''))[1]
            from pg_constraint k where k.conrelid = c.oid and contype = 'c' and conkey = array[attnum])
          ) order by attnum)
        from pg_attribute a join pg_type t on t.oid = atttypid
        where attrelid = c.oid and attnum > 0 and not attisdropped) columns,
      (select coalesce(json_agg(json_build_object('name', conname,
          'columns', (select json_agg(attname order by place) from unnest(conkey) with ordinality k (number, place)
            join pg_attribute on attrelid = conrelid and attnum = number),
          'target', confrelid::regclass::text,
          'targetColumns', (select json_agg(attname order by place) from unnest(confkey) with ordinality k (number, place)
            join pg_attribute on attrelid = confrelid and attnum = number)) order by conname), '[]')
        from pg_constraint where conrelid = c.oid and contype = 'f') "foreignKeys"
    from pg_class c
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and relname <> 'schema_migration'
    order by relname`);
  return rows;
}
