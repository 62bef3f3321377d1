import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { MigrationExecutor, type DataSource } from 'typeorm';
import { migrations } from '../../migrations';
import { createDataSource } from '../../src/db/data-source';
import { migrate } from '../../src/db/migrate';
import { readSchema } from '../../src/db/write-schema';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database';

const names = migrations.map((migration) => migration.name);

let database: TestDatabase;

afterEach(() => database.drop());

test('the entities describe the tables that the migrations make', async () => {
  database = await createTestDatabase();
  await withDataSource(async (dataSource) => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});

test('migrations/schema.sql is the schema that the migrations make', async () => {
  database = await createTestDatabase();
  const committed = await readFile(join(__dirname, '../../migrations/schema.sql'), 'utf8');
  const schema = await readSchema(database.url);
  try {
    expect(schema).toBe(committed);
  } catch (error) {
    throw new Error(
      `${(error as Error).message}\n\nIf the change is meant, run: npm run schema:write`,
      { cause: error },
    );
  }
});

test('the dump refuses a schema that it could not show completely', async () => {
  database = await createTestDatabase();
  await withDataSource(async (dataSource) => {
    await dataSource.query('create view loud as select upper(name) from customer');
    await dataSource.query(`create type mood as enum ('calm')`);
  });
  await expect(readSchema(database.url)).rejects.toThrow('type mood, view loud');
});

test('every migration can be undone without a trace, and done again', async () => {
  database = await createEmptyDatabase();
  await withDataSource(async (dataSource) => {
    const executor = new MigrationExecutor(dataSource);
    for (const migration of await executor.getPendingMigrations()) {
      const before = await schemaWithoutExtensions();
      await executor.executeMigration(migration);
      const after = await readSchema(database.url);
      await executor.undoLastMigration();
      expect(await schemaWithoutExtensions()).toBe(before);
      await executor.executeMigration(migration);
      expect(await readSchema(database.url)).toBe(after);
    }
    expect(await recordedMigrations()).toEqual(names);
  });
});

test('of five starts at once, one migrates and the others wait for it', async () => {
  database = await createEmptyDatabase();
  const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(database.url)));
  expect(ran.flat()).toEqual(names);
  expect(await recordedMigrations()).toEqual(names);
});

test('a second run finds nothing to do', async () => {
  database = await createTestDatabase();
  expect(await migrate(database.url)).toEqual([]);
});

async function withDataSource(use: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const dataSource = createDataSource({ url: database.url, poolSize: 2 });
  await dataSource.initialize();
  try {
    await use(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Extensions stay when the migration that needs them is undone. */
async function schemaWithoutExtensions(): Promise<string> {
  const schema = await readSchema(database.url);
  return schema.replace(/^(CREATE EXTENSION .*\n)+\n?/m, '').trim();
}

async function recordedMigrations(): Promise<string[]> {
  const client = new Client(database.url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'select name from schema_migration order by id',
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
