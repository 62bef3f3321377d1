import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** The environment variable that names the server of the test run; set by the global setup. */
export const SERVER_URL = 'PARLEY_TEST_SERVER_URL';
/** The migrated database that every test database is a copy of. */
export const TEMPLATE = 'parley_template';

/** A database of its own for a test file. */
export interface TestDatabase {
  /** Connection string of the owner of its tables. */
  url: string;
  /** Removes the database, and cuts the connections to it that are still open. */
  drop(): Promise<void>;
}

/** Makes a copy of the migrated, empty database. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(TEMPLATE);
}

/** Makes a database without any table, for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

/** The same server and user, another database. */
export function atDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = process.env[SERVER_URL];
  if (!server) throw new Error(`${SERVER_URL} is not set: Jest ran without its global setup.`);
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`;
  await execute(server, `create database ${name} encoding 'UTF8' template ${template}`);
  return {
    url: atDatabase(server, name),
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
