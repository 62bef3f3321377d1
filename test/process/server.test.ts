import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Agent, request } from 'node:http';
import { Client as Postgres } from 'pg';
import { migrations } from '../../migrations';
import { createEmptyDatabase, type TestDatabase } from '../support/database';
import {
  endProcesses,
  newDataDir,
  postgresOf,
  run,
  Running,
  Server,
  until,
} from '../support/process';

jest.setTimeout(60_000);

const VIEWER = '{ viewer { name workspace { id } } }';

let database: TestDatabase;
let postgres: Postgres;

beforeAll(async () => {
  database = await createEmptyDatabase();
  postgres = new Postgres(database.url);
  await postgres.connect();
});

afterAll(async () => {
  await endProcesses();
  await postgres.end();
  await database.drop();
});

/** The first columns of the rows of a statement. */
async function column(statement: string): Promise<unknown[]> {
  const { rows } = await postgres.query<unknown[]>({ text: statement, rowMode: 'array' });
  return rows.map(([first]) => first);
}

/** What a start that must fail says, on standard error alone. */
async function refusal(env: Record<string, string>, args: string[] = []): Promise<string> {
  const { code, signal, stdout, stderr } = await run('main.ts', { env, args });
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '' });
  expect(stderr).not.toMatch(/^ +at /m);
  return stderr.trimEnd();
}

describe('with DATABASE_URL', () => {
  let servers: Server[];
  let token: string;

  test('three servers at once on a fresh database come up with one workspace, migrated once', async () => {
    const dataDir = await newDataDir();
    const env = { DATABASE_URL: database.url, PARLEY_DATA_DIR: dataDir };
    servers = await Promise.all([1, 2, 3].map(() => Server.start({ env })));

    const tokens = servers.flatMap((server) => server.token ?? []);
    expect(tokens).toHaveLength(1);
    token = tokens[0]!;
    expect(await column('select count(*)::int from workspace')).toEqual([1]);
    expect(await column('select count(*)::int from api_key')).toEqual([1]);
    const ran = await column('select name from schema_migration order by 1');
    expect(ran).toEqual([...new Set(ran)]);
    expect(ran).toHaveLength(migrations.length);
    await Promise.all(servers.map((server) => server.as(token).query(VIEWER)));
    expect(await postgresOf(dataDir)).toEqual([]);
    expect(servers.map(({ stdout }) => /Database +(.*)/.exec(stdout)![1])).toEqual(
      servers.map(() => 'the server of DATABASE_URL'),
    );
  });

  test('a request that runs when SIGTERM comes is answered, and then the process ends', async () => {
    const [server] = servers as [Server, Server, Server];
    await postgres.query('begin; lock table channel in access exclusive mode');
    const asked = server.as(token).ask('{ channels(first: 1) { nodes { id } } }');
    await until(
      async () =>
        (
          await column(`select 1 from pg_stat_activity where wait_event_type = 'Lock'
                       and datname = current_database()`)
        ).length > 0,
      'the request waits for the lock',
    );
    server.child.kill('SIGTERM');
    await server.says(/stopping/);
    await postgres.query('commit');

    const released = Date.now();
    expect(await asked).toEqual({ status: 200, data: { channels: { nodes: [] } } });
    expect(await server.end).toEqual({ code: 0, signal: null });
    expect(Date.now() - released).toBeLessThan(4_000);
  });

  test('open connections without a request do not hold up the stop', async () => {
    const [, server] = servers as [Server, Server, Server];
    const { hostname, port } = new URL(server.url);
    const agent = new Agent({ keepAlive: true });
    const [answer] = (await once(
      request(`${server.url}/health/live`, { agent }).end(),
      'response',
    )) as [NodeJS.ReadableStream];
    answer.resume();
    await once(answer, 'end');
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    const halfway = connect(Number(port), hostname);
    halfway.write('POST /graphql HTTP/1.1\r\nHost: here\r\n');
    const ends = [silent, halfway].map(closed);
    // once it has answered a later connection, it has accepted these
    await server.as(token).query(VIEWER);

    const began = Date.now();
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(Date.now() - began).toBeLessThan(4_000);
    await Promise.all(ends);
    agent.destroy();
  });

  test('the role api answers, the role worker listens nowhere, and both stop on a signal', async () => {
    const env = { DATABASE_URL: database.url };
    const worker = new Running('main.ts', { env, args: ['worker'] });
    const api = await Server.start({ env, args: ['api'] });
    await api.as(token).query(VIEWER);
    await worker.says(/runs jobs/);
    expect(worker.output).not.toMatch(/http:|listening/);
    expect(await Promise.all([api, worker].map((each) => each.kill('SIGINT')))).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
  });

  test('Ctrl-C while it waits for the migrations of another process ends it at once', async () => {
    const holders = `select count(*)::int from pg_stat_activity
      where datname = current_database() and wait_event = 'advisory'`;
    await postgres.query('select pg_advisory_lock(7264401)');
    try {
      const starting = new Running('main.ts', { env: { DATABASE_URL: database.url } });
      await until(async () => (await column(holders))[0] === 1, 'it waits for the lock');
      starting.signalGroup('SIGINT');
      expect(await starting.end).toEqual({ code: 0, signal: null });
      expect(starting.output).toBe('');
    } finally {
      await postgres.query('select pg_advisory_unlock_all()');
    }
  });

  test('a wrong password, user, database or address is told in one line that says what to do', async () => {
    const changed = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      change(url);
      return refusal({ DATABASE_URL: url.href });
    };
    const told = await Promise.all([
      changed((url) => (url.password = 'not-the-password')),
      changed((url) => (url.username = 'nobody-of-that-name')),
      changed((url) => (url.pathname = '/no_such_database')),
      changed((url) => (url.port = '1')),
      changed((url) => (url.hostname = 'no-such-host.invalid')),
    ]);
    for (const text of told) {
      expect(text.split('\n')).toHaveLength(1);
      expect(text).toMatch(/^The server of DATABASE_URL \(user /);
      expect(text).not.toContain(new URL(database.url).password);
      expect(text).not.toContain('not-the-password');
    }
    expect(told).toEqual([
      expect.stringContaining('correct user and password'),
      expect.stringContaining('correct user and password'),
      expect.stringContaining('no such database: create it'),
      expect.stringContaining('start PostgreSQL, or correct host and port'),
      expect.stringContaining('correct the host'),
    ]);
  });

  test('a DATABASE_URL whose password is not encoded, or where no PostgreSQL answers, is told as such', async () => {
    expect(await refusal({ DATABASE_URL: 'postgres://me:p#ss@localhost/parley' })).toMatch(
      /^DATABASE_URL can't be read: .*percent-encoded/,
    );
    const other = createServer((socket) => socket.resume().end('220 mail ready\r\n'));
    const port = await listen(other);
    expect(await refusal({ DATABASE_URL: `postgres://me:pw@127.0.0.1:${port}/parley` })).toMatch(
      /^The server of DATABASE_URL .*/,
    );
    await new Promise((settle) => other.close(settle));
  });

  test('a port that is taken is told, and what was started is ended', async () => {
    const other = createServer();
    const PORT = String(await listen(other));
    expect(await refusal({ DATABASE_URL: database.url, PORT })).toBe(
      `Port ${PORT} of 127.0.0.1 is in use: stop what listens there, or set PORT to another one.`,
    );
    const dataDir = await newDataDir();
    const embedded = await run('main.ts', { env: { PORT, PARLEY_DATA_DIR: dataDir } });
    expect(embedded.code).toBe(1);
    expect(embedded.stderr).toMatch(/^Port \d+ of 127\.0\.0\.1 is in use/m);
    expect(embedded.stderr).not.toMatch(/^ +at /m);
    // the workspace is there from now on, so this was the time to tell its token
    expect(embedded.stdout).toMatch(/shown this once: parley_/);
    expect(await postgresOf(dataDir)).toEqual([]);
    await new Promise((settle) => other.close(settle));
  });

  test('a HOST that is not of this machine is told', async () => {
    expect(await refusal({ DATABASE_URL: database.url, HOST: '192.0.2.1' })).toMatch(
      /^HOST is 192\.0\.2\.1, /,
    );
  });

  test('HOST and PORT default to 127.0.0.1:4000', async () => {
    const started = new Running('main.ts', {
      env: { DATABASE_URL: database.url, PORT: undefined },
    });
    // something else of this machine may have the port
    const [said] = await started.says(/GraphQL +http:\S+|Port \d+ of \S+ is in use/);
    expect(said).toMatch(/^(GraphQL +http:\/\/127\.0\.0\.1:4000\/|Port 4000 of 127\.0\.0\.1 is)/);
    await started.kill('SIGTERM');
  });
});

test('an environment that cannot be used is told as a whole, before anything is started', async () => {
  const dataDir = await newDataDir();
  const text = await refusal({
    PARLEY_DATA_DIR: dataDir,
    DATABASE_URL: 'mysql://localhost/parley',
    PORT: 'four thousand',
    LOG_LEVEL: 'loud',
    PARLEY_ADMIN_TOKEN: 'short',
    PARLEY_POOL_SIZE: '1',
  });
  const [title, ...problems] = text.split('\n');
  expect(title).toMatch(/environment can't be used/);
  expect(problems.map((line) => /^ +(\w+): ./.exec(line)?.[1]).sort()).toEqual([
    'DATABASE_URL',
    'LOG_LEVEL',
    'PARLEY_ADMIN_TOKEN',
    'PARLEY_POOL_SIZE',
    'PORT',
  ]);
  expect(text).not.toContain('short');
});

test('a role that does not exist is refused', async () => {
  expect(await refusal({}, ['everything'])).toMatch(/^There is no role "everything": use all/);
  expect(await refusal({}, ['api', 'worker'])).toMatch(/^There is no role "api worker": /);
});

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Resolves when the other side has ended a connection, in whatever way. */
function closed(socket: Socket): Promise<void> {
  return new Promise((settle) => {
    socket.on('error', () => undefined);
    socket.once('close', () => settle());
    socket.resume();
  });
}
