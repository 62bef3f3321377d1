import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded';
import { migrate } from '../../src/db/migrate';
import { postmasterOf } from './cpu';
import { describeMachine, type Machine } from './report';
import type { Run } from './run';
import { seed, type SeedPlan } from './seed';

/** The PostgreSQL of a benchmark, with the settings that every embedded one has. */
export interface BenchServer {
  /** A connection to the maintenance database. */
  admin: Client;
  postmaster: number | null;
  machine: Machine;
  /** Connection string of the superuser to a database. */
  urlOf(database: string): string;
}

/**
 * Starts the benchmark's PostgreSQL, which keeps its data between runs.
 * @param settings beside those that every embedded one has.
 */
export async function startPostgres(
  run: Run,
  settings: Record<string, string> = {},
): Promise<BenchServer> {
  run.say('starting PostgreSQL');
  const server = await startEmbeddedPostgres({
    dataDir: run.dataDir,
    database: 'postgres',
    settings,
    log: (line) => run.say(line),
  });
  await run.atEnd(() => server.stop());
  const admin = await connect(run, server.url);
  return {
    admin,
    postmaster: await postmasterOf(admin),
    machine: await describeMachine(admin),
    urlOf: (database) => atDatabase(server.url, database),
  };
}

/** Opens a connection that lasts as long as the run. */
export async function connect(run: Run, url: string): Promise<Client> {
  const client = new Client(url);
  client.on('error', (error) => run.fail(error));
  await client.connect();
  await run.atEnd(() => client.end());
  return client;
}

/** Makes an empty database, in place of one that may be there. */
export async function createDatabase(server: BenchServer, name: string): Promise<string> {
  await dropDatabase(server, name);
  await server.admin.query(`create database ${name} encoding 'UTF8' template template0`);
  return server.urlOf(name);
}

/** Makes a database that is the copy of another, which nobody may be connected to. */
export async function copyDatabase(
  server: BenchServer,
  name: string,
  template: string,
): Promise<string> {
  await dropDatabase(server, name);
  await server.admin.query(`create database ${name} template ${template} strategy file_copy`);
  return server.urlOf(name);
}

/** Removes a database, if it is there. */
export async function dropDatabase({ admin }: BenchServer, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name} with (force)`);
}

/**
 * Gives a database that is filled by a plan. It is filled once, and again when the plan, the way of
 * seeding or the migrations have changed since.
 * @returns its connection string.
 */
export async function seededDatabase(
  run: Run,
  server: BenchServer,
  name: string,
  plan: SeedPlan,
): Promise<string> {
  const marker = markerOf(plan);
  const url = server.urlOf(name);
  if ((await readMarker(server, name)) === marker) return url;
  const { customers, conversations, messagesPerConversation } = plan;
  const messages = conversations * messagesPerConversation;
  const count = (n: number) => n.toLocaleString('en');
  run.say(
    `seeding ${name}, once: ${count(customers)} customers, ${count(conversations)} conversations, ${count(messages)} messages`,
  );
  await createDatabase(server, name);
  await migrate(url);
  const client = new Client(url);
  await client.connect();
  try {
    await seed(client, plan, (line) => run.say(`seeding ${name}: ${line}`));
  } finally {
    await client.end();
  }
  await server.admin.query(`comment on database ${name} is '${marker}'`);
  await server.admin.query('checkpoint');
  return url;
}

async function readMarker({ admin }: BenchServer, name: string): Promise<string | null> {
  const { rows } = await admin.query<{ marker: string | null }>(
    `select shobj_description(oid, 'pg_database') marker from pg_database where datname = $1`,
    [name],
  );
  return rows[0]?.marker ?? null;
}

/** Tells one seed from another: the plan, the code that follows it, and the tables. */
function markerOf(plan: SeedPlan): string {
  const hash = createHash('sha256').update(JSON.stringify(plan));
  const migrations = join(__dirname, '..', '..', 'migrations');
  const scripts = readdirSync(migrations).filter((file) => file.endsWith('.js'));
  for (const file of scripts.toSorted()) hash.update(readFileSync(join(migrations, file)));
  for (const code of ['./seed', './seed-log']) hash.update(readFileSync(require.resolve(code)));
  return hash.digest('hex');
}

function atDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
