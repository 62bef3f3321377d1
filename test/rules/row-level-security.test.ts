import { randomUUID } from 'node:crypto';
import { Client, type QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, poolOf } from '../../src/db/data-source';
import { Sessions } from '../../src/db/sessions';
import { readTables } from '../support/catalog';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { insertExampleRows } from '../support/example-rows';

/** What the API may only add to. */
const HISTORY = ['audit_entry', 'event_outbox', 'inbound_delivery', 'lifecycle_transition'];

/** What the API may add to and set right, but not delete. */
const KEPT = ['message_revision', 'post_revision'];

/** What the API may only read: the system alone writes it. */
const READ_ONLY = ['event_head', 'event_log', 'event_relay'];

/** SQLSTATE of a statement that the role has no right to. */
const NOT_GRANTED = '42501';

const outcomes = (names: string[], outcome: string) =>
  Object.fromEntries(names.map((table) => [table, outcome]));
const unwritable = outcomes(READ_ONLY, NOT_GRANTED);
const unchangeable = { ...outcomes(HISTORY, NOT_GRANTED), ...unwritable };

const ours = randomUUID();
const theirs = randomUUID();

let database: TestDatabase;
let owner: Client;
let tables: string[];
let ourRows: Map<string, Record<string, unknown>>;
let theirRows: Map<string, Record<string, unknown>>;
/** As the API connects: one connection, bound to no workspace when a test begins. */
let api: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client(database.url);
  await owner.connect();
  tables = (await readTables(owner)).map(({ name }) => name);
  ourRows = await insertExampleRows(owner, ours, 'plum ours');
  theirRows = await insertExampleRows(owner, theirs, 'plum theirs');
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

beforeEach(async () => {
  api = createDataSource({ url: database.url, role: 'parley_api', poolSize: 1 });
  await api.initialize();
});

afterEach(() => api.destroy());

test('row-level security is on in every table, for its owner too', async () => {
  const { rows } = await owner.query(`
    select relname as name, relrowsecurity as on, relforcerowsecurity as for_owner from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and relname <> 'schema_migration'
    order by relname`);
  expect(rows).toEqual(tables.map((name) => ({ name, on: true, for_owner: true })));
});

test('the API’s role is an ordinary one that can’t get around row-level security', async () => {
  const [role] = await api.query<unknown[]>(`
    select current_user::text as name, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole,
      pg_has_role('parley_system', 'member') as is_system,
      exists (select from pg_class where relowner = r.oid) as owns_tables
    from pg_roles r where rolname = current_user`);
  expect(role).toEqual({
    name: 'parley_api',
    rolsuper: false,
    rolbypassrls: false,
    rolcanlogin: false,
    rolcreaterole: false,
    is_system: false,
    owns_tables: false,
  });
});

test('the API’s role holds no right that row-level security doesn’t govern', async () => {
  const { rows } = await owner.query<{ name: string; privilege: string }>(
    `select name, privilege from unnest($1::text[]) name, unnest($2::text[]) privilege
     where has_table_privilege('parley_api', name, privilege)`,
    [tables, ['truncate', 'references', 'trigger']],
  );
  expect(rows).toEqual([]);
});

test('bound to no workspace, every table is empty', async () => {
  expect(await perTable((table) => poolOf(api).query(countRows(table)), counted)).toEqual(
    all({ rows: 0, workspaces: null }),
  );
});

test('bound to no workspace, nothing can be inserted', async () => {
  const insert = (table: string) => poolOf(api).query(...insertRow(table, ourRows));
  expect(await perTable(insert)).toEqual({ ...all('row-level security'), ...unwritable });
});

test('bound to a workspace, every table holds the rows of that workspace', async () => {
  expect(await asOurs((table) => [countRows(table)], counted)).toEqual(
    all({ rows: 1, workspaces: [ours] }),
  );
});

test('bound to a workspace, no row of another can be inserted', async () => {
  expect(await asOurs((table) => insertRow(table, theirRows))).toEqual({
    ...all('row-level security'),
    ...unwritable,
  });
  // the same statement with a row of the own workspace comes as far as the primary key
  expect(await asOurs((table) => insertRow(table, ourRows))).toEqual({
    ...all('23505'),
    ...unwritable,
  });
});

test('bound to a workspace, rows of another can be neither changed, locked nor deleted', async () => {
  for (const statement of [
    (table: string) => `update ${table} set workspace_id = workspace_id where workspace_id = $1`,
    (table: string) => `select from ${table} where workspace_id = $1 for update`,
    (table: string) => `delete from ${table} where workspace_id = $1`,
  ]) {
    expect(await asOurs((table) => [statement(table), [theirs]])).toEqual({
      ...all('0 rows'),
      ...unchangeable,
      ...(statement('').startsWith('delete') && outcomes(KEPT, NOT_GRANTED)),
    });
  }
});

test('bound to a workspace, no row can be moved to another', async () => {
  expect(await asOurs((table) => [`update ${table} set workspace_id = $1`, [theirs]])).toEqual({
    ...all('row-level security'),
    ...unchangeable,
  });
});

test('history can be added to and not changed', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select name from unnest($1::text[]) name
     where not has_table_privilege('parley_api', name, 'update')
       and not has_table_privilege('parley_api', name, 'delete')
       and has_table_privilege('parley_api', name, 'insert') order by name`,
    [tables],
  );
  expect(rows.map(({ name }) => name)).toEqual(HISTORY);
});

test('what the system alone writes can only be read', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select name from unnest($1::text[]) name
     where not has_table_privilege('parley_api', name, 'insert')
       and not has_table_privilege('parley_api', name, 'update')
       and not has_table_privilege('parley_api', name, 'delete')
       and has_table_privilege('parley_api', name, 'select') order by name`,
    [tables],
  );
  expect(rows.map(({ name }) => name)).toEqual(READ_ONLY);
});

test('only sign-in and search look past row-level security for the API, and the log’s upkeep for the system', async () => {
  const { rows } = await owner.query(`
    select proname as name, pg_get_userbyid(proowner) as owner,
      has_function_privilege('public', p.oid, 'execute') as public,
      has_function_privilege('parley_api', p.oid, 'execute') as api,
      exists (
        select from unnest(proconfig) setting where setting like 'search_path=%, pg_temp'
      ) as hides_temporary_tables
    from pg_proc p
    where pronamespace = current_schema()::regnamespace and prosecdef order by proname`);
  const common = { public: false, hides_temporary_tables: true };
  const upkeep = [
    'drop_delivery_partition',
    'drop_event_partition',
    'ensure_delivery_partitions',
    'ensure_event_partitions',
  ];
  const ofApi = [
    'find_api_key',
    'find_chat_channel',
    'find_users',
    'search_among',
    'search_conversations',
    'search_customers',
    'search_messages',
  ];
  expect(rows).toEqual([
    // only the owner of a table may give it partitions
    ...upkeep.map((name) => ({ ...common, name, owner: expect.any(String) as string, api: false })),
    ...ofApi.map((name) => ({ ...common, name, owner: 'parley_system', api: true })),
  ]);
});

test('search finds what is in the bound workspace and matches', async () => {
  const conversations = [ourRows, theirRows].map((rows) => rows.get('conversation')!['id']);
  const search = () =>
    new Sessions(poolOf(api)).with(ours, async (session) => [
      (await session.query(`select message_id as id from search_messages('plum')`)).rows,
      (await session.query(`select search_customers('plum') as id`)).rows,
      (await session.query(`select search_conversations('plum') as id`)).rows,
      (await session.query(`select search_among($1, 'plum') as id`, [conversations])).rows,
    ]);
  const found = ['message', 'customer', 'conversation', 'conversation'].map((table) => [
    { id: ourRows.get(table)!['id'] },
  ]);
  expect(await search()).toEqual(found);
});

test('search finds nothing while no workspace is bound', async () => {
  const conversations = [ourRows, theirRows].map((rows) => rows.get('conversation')!['id']);
  const [found] = await api.query<unknown[]>(
    `select (select count(*)::int from search_messages('plum')) messages,
      (select count(*)::int from search_customers('plum')) customers,
      (select count(*)::int from search_conversations('plum')) conversations,
      (select count(*)::int from search_among($1, 'plum')) few`,
    [conversations],
  );
  expect(found).toEqual({ messages: 0, customers: 0, conversations: 0, few: 0 });
});

test('sign-in finds the key with the secret and the user with the subject, in any workspace', async () => {
  const pool = poolOf(api);
  const key = (hash: string) =>
    pool.query(`select workspace_id from find_api_key($1)`, [Buffer.from(hash)]);
  const user = (subject: string) =>
    pool.query(`select workspace_id from find_users($1, $1, 'nobody')`, [subject]);

  for (const find of [key, user]) {
    expect((await find('plum theirs')).rows).toEqual([{ workspace_id: theirs }]);
    expect((await find('plum')).rows).toEqual([]);
  }
});

test('a temporary table can’t stand in for a real one at sign-in', async () => {
  await new Sessions(poolOf(api)).with(ours, async (session) => {
    await session.query('create temporary table api_key (like api_key)');
    await session.query(
      `insert into pg_temp.api_key values ($1, $1, 'forged', 'forged', '', '{}', null, now())`,
      [theirs],
    );
    expect((await session.query(`select from find_api_key('forged')`)).rowCount).toBe(0);
  });
});

/** Runs a statement on each table, and collects what `read` makes of the result, or the refusal. */
async function perTable(
  run: (table: string) => Promise<QueryResult>,
  read: (result: QueryResult) => unknown = ({ rowCount }) => `${rowCount} rows`,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const table of tables) answers[table] = await run(table).then(read, refusal);
  return answers;
}

/** The same, bound to our workspace; nothing lasts. */
function asOurs(
  statement: (table: string) => [text: string, values?: unknown[]],
  read?: (result: QueryResult) => unknown,
): Promise<Record<string, unknown>> {
  return new Sessions(poolOf(api)).with(ours, (session) =>
    perTable(async (table) => {
      await session.query('begin');
      try {
        return await session.query(...statement(table));
      } finally {
        await session.query('rollback');
      }
    }, read),
  );
}

function refusal(error: Error & { code?: string }): string | undefined {
  return /row-level security/.exec(error.message)?.[0] ?? error.code;
}

function countRows(table: string): string {
  return `select count(*)::int as rows, array_agg(workspace_id) as workspaces from ${table}`;
}

function counted(result: QueryResult<Record<string, unknown>>): unknown {
  return result.rows[0];
}

/** Inserts a row exactly as it is stored. */
function insertRow(
  table: string,
  rows: Map<string, Record<string, unknown>>,
): [text: string, values: unknown[]] {
  const entries = Object.entries(rows.get(table)!);
  const places = entries.map((_, index) => `$${index + 1}`);
  return [
    `insert into ${table} (${entries.map(([name]) => name).join(', ')}) overriding system value
     values (${places.join(', ')})`,
    entries.map(([, value]) => value),
  ];
}

function all(answer: unknown): Record<string, unknown> {
  return Object.fromEntries(tables.map((table) => [table, answer]));
}
