import {
  alive,
  endProcesses,
  newDataDir,
  postgresOf,
  postmasterOf,
  run,
  Running,
  Server,
  until,
} from '../support/process';

jest.setTimeout(60_000);
afterAll(endProcesses);

const VIEWER = '{ viewer { name workspace { id } } }';
const CREATE = `mutation($input: ChannelCreateInput!) {
  channelCreate(input: $input) { channel { id } userErrors { message } }
}`;
const CHANNELS = '{ channels(first: 10) { nodes { name } } }';

/** What the curl of the banner asks, as a shell would take it apart. */
function pasted(banner: string): { url: string; headers: Record<string, string>; body: string } {
  const command = /curl [^]*?\n\n/.exec(banner)![0].replaceAll('\\\n', ' ');
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  );
  const after = (flag: string) =>
    words.flatMap((word, at) => (word === flag ? words[at + 1]! : []));
  const headers = after('-H').map((header) => header.split(': ') as [string, string]);
  return { url: words[1]!, headers: Object.fromEntries(headers), body: after('-d')[0]! };
}

describe('over one data directory', () => {
  let dataDir: string;
  let token: string;
  let server: Server;
  const start = (env = {}) => Server.start({ env: { PARLEY_DATA_DIR: dataDir, ...env } });

  beforeAll(async () => {
    dataDir = await newDataDir();
    server = await start();
    token = server.token!;
  });

  test('the first start prints the URLs, a token, and a query that works as it is pasted', async () => {
    expect(token).toMatch(/^parley_\S{40,}$/);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { url, headers, body } = pasted(server.stdout);
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(await answer.json()).toEqual({
      data: { viewer: { name: 'Owner', workspace: { name: 'Parley' } } },
    });
    const page = /GraphiQL +(\S+)/.exec(server.stdout)![1]!;
    expect(page).toContain(token);
    expect((await fetch(page, { headers: { accept: 'text/html' } })).status).toBe(200);
    const health = /Health +(\S+)/.exec(server.stdout)![1]!;
    expect((await fetch(health)).status).toBe(200);
    expect(server.stderr).not.toContain(token);
  });

  test('a second start is refused in one line that names the directory, and disturbs nothing', async () => {
    const { code, stdout, stderr } = await run('main.ts', { env: { PARLEY_DATA_DIR: dataDir } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^Another Parley process \(process \d+\) is using /);
    expect(stderr).toContain(dataDir);
    expect(stderr).toContain('PARLEY_DATA_DIR');
    await server.as().query(VIEWER);
  });

  test('after kill -9 a restart has the data, takes the old token and prints no second one', async () => {
    const input = { kind: 'EMAIL', name: 'Kept', externalId: 'kept', visibility: 'PRIVATE' };
    await server.as().query(CREATE, { input });
    const orphans = await postgresOf(dataDir);
    expect(orphans.length).toBeGreaterThan(3);
    await server.kill('SIGKILL');

    server = await start();
    expect(server.token).toBeNull();
    expect(server.output).not.toMatch(/parley_[\w-]{20}/);
    expect(await server.as(token).query(CHANNELS)).toEqual({
      channels: { nodes: [{ name: 'Kept' }] },
    });
    expect(await alive(orphans)).toEqual([]);
  });

  test('PARLEY_ADMIN_TOKEN is a further token, is not printed, and a changed one replaces it', async () => {
    const [one, two] = ['an-operators-token', 'the-next-operators-token'];
    await server.kill('SIGTERM');
    server = await start({ PARLEY_ADMIN_TOKEN: one });
    expect(server.output).not.toContain(one);
    await server.as(one).query(VIEWER);
    await server.kill('SIGTERM');

    server = await start({ PARLEY_ADMIN_TOKEN: two });
    await server.as(two).query(VIEWER);
    expect(await server.as(one).ask(VIEWER)).toMatchObject({ status: 401 });
    await server.as(token).query(VIEWER);
  });

  test('Ctrl-C, even twice, ends everything that was started, with exit code 0', async () => {
    const started = await postgresOf(dataDir);
    server.signalGroup('SIGINT');
    await server.says(/stopping/);
    server.signalGroup('SIGINT');
    expect(await server.end).toEqual({ code: 0, signal: null });
    expect(await alive(started)).toEqual([]);
    expect(await postgresOf(dataDir)).toEqual([]);
    expect(server.stderr.split('\n').filter((line) => /"level":[56]0|^ +at /.test(line))).toEqual(
      [],
    );
  });

  test('Ctrl-C while the database starts ends it, and the next start finds all in order', async () => {
    const starting = new Running('main.ts', { env: { PARLEY_DATA_DIR: dataDir } });
    await until(async () => (await postmasterOf(dataDir)) !== null, 'a PostgreSQL begins to start');
    starting.signalGroup('SIGINT');
    expect(await starting.end).toEqual({ code: 0, signal: null });
    expect(starting.stderr).not.toMatch(/^ +at /m);
    expect(await postgresOf(dataDir)).toEqual([]);

    server = await start();
    expect(await server.as(token).query(CHANNELS)).toEqual({
      channels: { nodes: [{ name: 'Kept' }] },
    });
  });
});

test('Ctrl-C while a new database is prepared ends it quietly, and loses no token', async () => {
  const dataDir = await newDataDir();
  const starting = new Running('main.ts', { env: { PARLEY_DATA_DIR: dataDir } });
  await starting.says(/Preparing/);
  starting.signalGroup('SIGINT');
  expect(await starting.end).toEqual({ code: 0, signal: null });
  expect(starting.stderr.split('\n').filter((line) => !line.startsWith('{'))).toEqual(['']);
  expect(await postgresOf(dataDir)).toEqual([]);

  const server = await Server.start({ env: { PARLEY_DATA_DIR: dataDir } });
  const token = server.token ?? /parley_\S+/.exec(starting.stdout)![0];
  await server.as(token).query(VIEWER);
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)(
  'it runs as an ordinary user where the other tests run as root, with PARLEY_ADMIN_TOKEN from the first start',
  async () => {
    const dataDir = await newDataDir();
    const env = {
      PARLEY_DATA_DIR: dataDir,
      PARLEY_ADMIN_TOKEN: 'an-operators-token',
      HOME: dataDir,
    };
    const server = await Server.start({ uid: 65_534, env });
    expect(server.token).toBeNull();
    expect(await server.as('an-operators-token').query(VIEWER)).toMatchObject({
      viewer: { name: 'PARLEY_ADMIN_TOKEN' },
    });
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await postgresOf(dataDir)).toEqual([]);
  },
);
