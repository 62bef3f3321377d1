import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, type QueryResultRow } from 'pg';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedPostgres,
} from '../../src/db/embedded/index';

interface ChildAnswer {
  url?: string;
  code?: string;
  message?: string;
}

const SETTINGS = { fsync: 'off', shared_buffers: '16MB' };

let dataDir: string;
let running: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'parley-embedded-'));
  await chmod(parent, 0o755);
  dataDir = join(parent, 'data');
  running = [];
  children = [];
});

afterEach(async () => {
  await Promise.all([...running.map((server) => server.stop()), ...children.map(endChild)]);
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

test('a new data directory gets a UTF-8 database that answers on 127.0.0.1 only', async () => {
  const lines: string[] = [];
  const server = await start({ log: (line) => lines.push(line) });

  expect(lines).toEqual([`Preparing a PostgreSQL database in ${join(dataDir, 'postgres')}`]);
  expect(new URL(server.url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/parley' });
  expect(
    await query(
      server.url,
      `select upper('ångström') as upper, current_database() as database, pg_encoding_to_char(encoding) as encoding,
              datlocprovider as provider, current_setting('listen_addresses') as listen,
              current_setting('unix_socket_directories') as sockets, current_setting('port')::int as port,
              (select rolsuper from pg_roles where rolname = current_user) as superuser
         from pg_database where datname = current_database()`,
    ),
  ).toEqual([
    {
      upper: 'ÅNGSTRÖM',
      database: 'parley',
      encoding: 'UTF8',
      provider: 'b',
      listen: '127.0.0.1',
      sockets: '',
      port: server.port,
      superuser: true,
    },
  ]);
});

test('the server refuses a wrong password', async () => {
  const server = await start();
  const url = new URL(server.url);
  url.password = 'guess';
  await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('what was written is there after a stop and a start, with other settings', async () => {
  const first = await start({ database: 'second_name' });
  await query(first.url, `create table kept as select 'still here' as word`);
  await first.stop();

  const second = await start({
    database: 'second_name',
    settings: { ...SETTINGS, work_mem: '7MB' },
  });
  expect(await query(second.url, `select word, current_setting('work_mem') from kept`)).toEqual([
    { word: 'still here', current_setting: '7MB' },
  ]);
});

test('stop ends every process of the server, also when it is called twice', async () => {
  const server = await start();
  const backends = await query<{ pid: number }>(server.url, 'select pid from pg_stat_activity');
  const pids = [await postmasterPid(), ...backends.map(({ pid }) => pid)];
  expect(pids.length).toBeGreaterThan(3);

  await Promise.all([server.stop(), server.stop()]);
  await server.stop();

  expect(pids.filter(isAlive)).toEqual([]);
  await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a start after kill -9 of the owner takes over its data and leaves one server', async () => {
  const child = startChild();
  const { url = '' } = await answerOf(child);
  await query(url, `create table kept as select 'committed' as word`);
  const orphan = await postmasterPid();
  child.kill('SIGKILL');
  await once(child, 'exit');

  const server = await start();

  expect(await query(server.url, 'select word from kept')).toEqual([{ word: 'committed' }]);
  expect(await postmasterPid()).not.toBe(orphan);
  await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a start after kill -9 of owner and server recovers its data', async () => {
  const child = startChild();
  const { url = '' } = await answerOf(child);
  await query(url, `create table kept as select 'committed' as word`);
  process.kill(await postmasterPid(), 'SIGKILL');
  child.kill('SIGKILL');
  await once(child, 'exit');

  const server = await start();
  expect(await query(server.url, 'select word from kept')).toEqual([{ word: 'committed' }]);
});

test('a record that names a living process of something else does not stop a start', async () => {
  const first = await start();
  const record = await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8');
  await first.stop();
  const stale = record.replace(/^\d+/, String(process.pid));
  await writeFile(join(dataDir, 'postgres/data/postmaster.pid'), stale);

  const second = await start();
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a second start over the same data directory is refused and names the owner', async () => {
  const child = startChild();
  const { url = '' } = await answerOf(child);

  const refusal = await failure(start());
  expect(refusal.code).toBe('IN_USE');
  expect(refusal.message).toContain(`process ${child.pid}`);
  expect(refusal.message).toContain(dataDir);
  expect(refusal.message).toContain('PARLEY_DATA_DIR');
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('of two first starts at once one wins and the other is refused', async () => {
  const answers = await Promise.all([startChild(), startChild()].map(answerOf));
  const winners = answers.filter(({ url }) => url !== undefined);
  const losers = answers.filter(({ url }) => url === undefined);

  expect(winners).toHaveLength(1);
  expect(losers).toMatchObject([{ code: 'IN_USE' }]);
  expect(await query(winners[0]?.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the owner stays the owner when a crash inside the server cuts all connections', async () => {
  const server = await start();
  const victim = new Client(server.url);
  victim.on('error', () => undefined);
  await victim.connect();
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL');

  const child = startChild();
  expect(await answerOf(child)).toMatchObject({ code: 'IN_USE' });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the death of the server is told to the log', async () => {
  await (await start()).stop();
  let tell: (line: string) => void;
  const told = new Promise<string>((settle) => (tell = settle));
  await start({ log: (line) => tell(line) });

  process.kill(await postmasterPid(), 'SIGKILL');
  expect(await told).toContain('PostgreSQL has ended by itself (SIGKILL)');
});

test('a server that cannot start tells why, with its own last words', async () => {
  const error = await failure(start({ settings: { shared_buffers: 'plenty' } }));
  expect(error.code).toBe('START_FAILED');
  expect(error.message).toContain('invalid value for parameter "shared_buffers": "plenty"');
});

test('a data directory with something else in the place of the cluster is left alone', async () => {
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'novel.txt'), 'chapter one');

  const error = await failure(start());
  expect(error.code).toBe('DATA_DIR');
  expect(error.message).toContain(join(dataDir, 'postgres'));
  expect(await readFile(join(dataDir, 'postgres', 'novel.txt'), 'utf8')).toBe('chapter one');
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings: SETTINGS, ...options });
  running.push(server);
  return server;
}

function startChild(): ChildProcess {
  const script = join(__dirname, 'start-in-child.mjs');
  const child = spawn(process.execPath, [script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function answerOf(child: ChildProcess): Promise<ChildAnswer> {
  if (child.stdout === null) throw new Error('The output of the child is not piped.');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as ChildAnswer;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function query<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function failure(promise: Promise<unknown>): Promise<EmbeddedPostgresError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EmbeddedPostgresError) return error;
  throw new Error('An EmbeddedPostgresError was expected.', { cause: error });
}

async function postmasterPid(): Promise<number> {
  const record = await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8');
  return Number.parseInt(record, 10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
