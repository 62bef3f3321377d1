import { exec, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/db/embedded';
import { migrate } from '../../src/db/migrate';
import { atDatabase, SERVER_URL, TEMPLATE } from './database';

/** The server of a test run, for the global teardown, which shares nothing but globals with us. */
export interface TestServer {
  postgres: EmbeddedPostgres;
  guard: ChildProcess;
}

declare global {
  var testServer: TestServer | undefined;
}

const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

/**
 * Starts one PostgreSQL for the whole run, or takes that of PARLEY_TEST_DATABASE_URL (whose user
 * may create databases; one run at a time), and migrates the database that the tests clone.
 */
module.exports = async function globalSetup(): Promise<void> {
  const began = Date.now();
  await buildWidget();
  const given = process.env.PARLEY_TEST_DATABASE_URL;
  const url = given ?? (await startServer());
  process.env[SERVER_URL] = url;
  await createTemplate(url);
  const server = given ? `PostgreSQL at ${new URL(given).host}` : 'Embedded PostgreSQL';
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${server} is ready for the tests after ${seconds} s\n`);
};

/** Servers give pages what the build makes, and tests run without a build. */
async function buildWidget(): Promise<void> {
  await promisify(exec)('npm run --silent build:widget', { cwd: join(__dirname, '../..') });
}

async function startServer(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  // PostgreSQL refuses to run as root, so it may be another account that has to reach its files.
  await chmod(directory, 0o755);
  const guard = removeAtEnd(directory);
  const postgres = await startEmbeddedPostgres({
    dataDir: directory,
    settings: SETTINGS,
    database: 'postgres',
  });
  globalThis.testServer = { postgres, guard };
  return postgres.url;
}

/**
 * Starts a process that outlives us by a moment: when we close its standard input, or are
 * interrupted or killed, it stops the server in a directory, if any, and removes the directory.
 */
function removeAtEnd(directory: string): ChildProcess {
  const script = `
    cat > /dev/null
    if read -r pid < "$1/postgres/data/postmaster.pid"; then
      kill -QUIT "$pid"
      for attempt in $(seq 200); do kill -0 "$pid" || break; sleep 0.05; done
    fi
    rm -rf "$1"`;
  const guard = spawn('sh', ['-c', script, 'sh', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}

async function createTemplate(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(`drop database if exists ${TEMPLATE} with (force)`);
    await client.query(`create database ${TEMPLATE} encoding 'UTF8' template template0`);
    await migrate(atDatabase(url, TEMPLATE));
    await client.query(`alter database ${TEMPLATE} allow_connections false`);
  } finally {
    await client.end();
  }
}
