import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { readTables, type Column, type Table } from './catalog';

type Row = Record<string, unknown>;

/**
 * Inserts one row into every table for a new workspace; the connection has to see past row-level
 * security. Every text is `word`, also where a column may be null; other nullable ones are.
 *
 * @returns the rows by table, as they were stored.
 */
export async function insertExampleRows(
  client: Client,
  workspaceId: string,
  word: string,
): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  await client.query('select ensure_event_partitions(now()), ensure_delivery_partitions(now())');
  for (const table of inOrder(await readTables(client))) {
    const values = table.columns
      .map((column) => [column.name, exampleValue(table, column, { workspaceId, word, rows })])
      .filter((entry): entry is [string, unknown] => entry[1] !== undefined);
    const names = values.map(([name]) => client.escapeIdentifier(name)).join(', ');
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    const inserted = await client.query<Row>(
      `insert into ${table.name} (${names}) values (${places}) returning *`,
      values.map(([, value]) => value),
    );
    rows.set(table.name, inserted.rows[0]!);
  }
  return rows;
}

/** Tables after those that their rows must point at. */
function inOrder(tables: readonly Table[]): Table[] {
  const ordered: Table[] = [];
  while (ordered.length < tables.length) {
    const ready = tables.filter(
      (table) => !ordered.includes(table) && targetsOf(table).every((name) => has(ordered, name)),
    );
    if (ready.length === 0) {
      throw new Error('The required foreign keys of some tables are a circle.');
    }
    ordered.push(...ready);
  }
  return ordered;
}

function has(tables: readonly Table[], name: string): boolean {
  return tables.some((table) => table.name === name);
}

function targetsOf(table: Table): string[] {
  const required = new Set(table.columns.filter((c) => c.required).map((column) => column.name));
  return table.foreignKeys
    .filter((key) => key.columns.every((column) => required.has(column)))
    .map((key) => key.target);
}

function exampleValue(
  table: Table,
  column: Column,
  { workspaceId, word, rows }: { workspaceId: string; word: string; rows: Map<string, Row> },
): unknown {
  if (column.name === 'workspace_id') return workspaceId;
  // the log and the deliveries have a table for each week, from about this one on
  if (column.name === 'sequenced_at' || column.name === 'received_at') return new Date();
  const key = table.foreignKeys.find(({ columns }) => columns.includes(column.name));
  if (!column.required && (key || column.type !== 'text')) return undefined;
  if (key) return rows.get(key.target)?.[key.targetColumns[key.columns.indexOf(column.name)]!];
  if (column.allowed !== null) return column.allowed;
  const example = EXAMPLES[column.type];
  if (!example) throw new Error(`There is no example of the type ${column.type}: add one here.`);
  return example(word);
}

const EXAMPLES: Record<string, ((word: string) => unknown) | undefined> = {
  uuid: () => randomUUID(),
  text: (word) => word,
  _text: (word) => [word],
  bytea: (word) => Buffer.from(word),
  jsonb: () => '{}',
  int2: () => 1,
  int4: () => 1,
  int8: () => 1,
  timestamptz: () => new Date('2026-01-02T03:04:05.678Z'),
};
