import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { readTables, type ForeignKey } from '../support/catalog';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { insertExampleRows } from '../support/example-rows';

let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client(database.url);
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

test('every primary key and unique index begins with the workspace', async () => {
  const { rows } = await owner.query<{ index: string; first: string; primary: boolean }>(`
    select indexrelid::regclass::text as index, pg_get_indexdef(indexrelid, 1, true) as first,
      indisprimary as primary
    from pg_index i join pg_class c on c.oid = indrelid
    where relnamespace = current_schema()::regnamespace and indisunique
      and relname <> 'schema_migration' and relkind in ('r', 'p')`);
  const tables = await readTables(owner);
  expect(rows.filter(({ first }) => first !== 'workspace_id')).toEqual([]);
  expect(rows.filter(({ primary }) => primary)).toHaveLength(tables.length);
});

test('every foreign key begins with the workspace, at both of its ends', async () => {
  const keys = await foreignKeys();
  const elsewhere = keys.filter(
    ({ columns, targetColumns }) =>
      columns[0] !== 'workspace_id' || targetColumns[0] !== 'workspace_id',
  );
  expect(elsewhere).toEqual([]);
  expect(keys.length).toBeGreaterThan(0);
});

test('every table is tied to the workspaces that exist', async () => {
  const untied = (await readTables(owner)).filter(
    ({ name, foreignKeys }) =>
      name !== 'workspace' &&
      !foreignKeys.some((key) => key.target === 'workspace' && key.columns.length === 1),
  );
  expect(untied).toEqual([]);
});

test('every table has the two policies, and no other', async () => {
  const { rows } = await owner.query<Policies>(`
    select relname as name,
      (select json_agg(json_build_array(policyname, permissive, cmd, roles, with_check = qual) order by policyname)
        from pg_policies where schemaname = current_schema() and tablename = relname) policies
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and relname <> 'schema_migration'`);
  const policies = [
    ['all_workspaces', 'PERMISSIVE', 'ALL', ['parley_system'], true],
    ['workspace_only', 'PERMISSIVE', 'ALL', ['parley_api'], true],
  ];
  expect(rows).toEqual(rows.map(({ name }) => ({ name, policies })));
});

interface Policies {
  name: string;
  policies: [name: string, kind: string, command: string, roles: string[], same: boolean][] | null;
}

test('no row can point into another workspace, not even one that the owner writes', async () => {
  const [ours, theirs] = [randomUUID(), randomUUID()];
  await insertExampleRows(owner, ours, 'ours');
  const rows = await insertExampleRows(owner, theirs, 'theirs');
  const keys = (await foreignKeys()).filter(({ columns }) => columns.length > 1);

  const refusals: unknown[] = [];
  for (const { table, columns, target, targetColumns } of keys) {
    const points = columns.slice(1).map((column, index) => `${column} = $${index + 2}`);
    const values = targetColumns.slice(1).map((column) => rows.get(target)?.[column]);
    refusals.push(
      await owner
        .query(`update ${table} set ${points.join(', ')} where workspace_id = $1`, [
          ours,
          ...values,
        ])
        .then(
          ({ rowCount }) => `${table}: ${rowCount} row changed`,
          ({ code, constraint }: { code: string; constraint: string }) => ({ code, constraint }),
        ),
    );
  }
  expect(refusals).toEqual(keys.map(({ name }) => ({ code: '23503', constraint: name })));
});

async function foreignKeys(): Promise<(ForeignKey & { table: string })[]> {
  const tables = await readTables(owner);
  return tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.map((key) => ({ ...key, table: name })),
  );
}
