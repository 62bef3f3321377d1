import { existsSync } from 'node:fs';
import { Client as Postgres } from 'pg';
import { findRunningPostgres } from '../../src/db/embedded';
import {
  describeShared,
  HEADER,
  line,
  writeFile,
  writeTweets,
  type MadeUpTweet,
} from '../import/twcs-files';
import { createTestDatabase, type TestDatabase } from '../support/database';
import {
  endProcesses,
  newDataDir,
  parley,
  postgresOf,
  Running,
  Server,
  until,
} from '../support/process';
import { dumpOf, sizesOf, type Dump } from './canonical-dump';

// far more than it takes: other tests run beside it
jest.setTimeout(240_000);

const databases: TestDatabase[] = [];
afterAll(async () => {
  await endProcesses();
  await Promise.all(databases.map((database) => database.drop()));
});

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

const importInto = (url: string, file: string, ...more: string[]) =>
  parley(['import', 'twcs', file, ...more], { env: { DATABASE_URL: url } });

/** An archive of `count` tweets: three brands, reply trees across them, in no order. */
function archive(count: number): string {
  const brands = ['Acme', 'Globex', 'Initech'];
  const tweets = Array.from({ length: count }, (_, index): MadeUpTweet => {
    const id = index + 1;
    const to = id % 7 === 1 ? {} : { to: Math.max(1, id - 1 - ((id * 13) % 5)) };
    const at = (id * 37) % 5000;
    return id % 3 === 0
      ? { id, at, ...to, brand: true, author: brands[id % 3 === 0 ? (id / 3) % 3 : 0]! }
      : { id, at, ...to, author: String(9000 + (id % 97)), text: `help @${brands[id % 2]!}` };
  });
  return writeTweets(tweets.map((_, at) => tweets[(at * 1009) % count]!));
}

/** Starts an import and kills it as soon as some of its messages are there, but not all. */
async function killInTheMiddle(url: string, file: string): Promise<number> {
  const watcher = new Postgres(url);
  await watcher.connect();
  try {
    const count = async () => {
      const { rows } = await watcher.query<{ count: number }>(
        'select count(*)::int count from message',
      );
      return rows[0]!.count;
    };
    const running = new Running('cli/bin.ts', {
      args: ['import', 'twcs', file],
      env: { DATABASE_URL: url },
    });
    await until(async () => (await count()) > 0, 'some messages are there');
    await running.kill('SIGKILL');
    return await count();
  } finally {
    await watcher.end();
  }
}

describeShared('twcs_first5000_raw.csv', 'the first 5,000 rows of the archive', (file) => {
  let url: string;
  let once: Dump;

  beforeAll(async () => {
    url = await newDatabase();
  });

  test('come in whole, with plain lines of progress and a summary', async () => {
    const { code, stdout, stderr } = await importInto(url, file);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '5,000 rows: 5,000 messages imported, 0 there already.\n' +
        '76 channels, 1,443 customers, 1,315 conversations.\n',
    });
    expect(stderr).toMatch(/^A first workspace was made\. .*: parley_\S+$/m);
    expect(stderr).toMatch(/^Checking: 100%, 5,000 rows in \d+s, [\d,]+ rows\/s$/m);
    expect(stderr).toMatch(/^Importing: 100%, 5,000 rows in \d+s, [\d,]+ rows\/s$/m);
    once = await dumpOf(url);
    expect(sizesOf(once)).toMatchObject({
      channels: 76,
      customers: 1443,
      conversations: 1315,
      messages: 5000,
    });
    expect(once.events.filter((event) => !/\|1$/.test(event))).toEqual([]);
  });

  test('change nothing when they come a second time', async () => {
    const { code, stdout } = await importInto(url, file);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '5,000 rows: 0 messages imported, 5,000 there already.\n' +
        '76 channels, 1,443 customers, 1,315 conversations.\n',
    });
    expect(await dumpOf(url)).toEqual(once);
  });

  test('give the same after kill -9 in the middle and a second run', async () => {
    const other = await newDatabase();
    const before = await killInTheMiddle(other, file);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(5000);
    const { code, stdout } = await importInto(other, file);
    expect(code).toBe(0);
    const counts = /: ([\d,]+) messages imported, ([\d,]+) there/.exec(stdout)!.slice(1);
    const [created, known] = counts.map((count) => Number(count.replace(',', '')));
    expect(known).toBeGreaterThanOrEqual(before);
    expect(created! + known!).toBe(5000);
    expect(await dumpOf(other)).toEqual(once);
  });
});

describeShared('kaggle_sample.csv', "the publisher's sample", (file) => {
  test('comes in whole', async () => {
    const { code, stdout } = await importInto(await newDatabase(), file);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '93 rows: 93 messages imported, 0 there already.\n' +
        '13 channels, 29 customers, 27 conversations.\n',
    });
  });
});

test('two imports of one file at the same time give the same as one', async () => {
  const file = archive(3000);
  const [alone, together] = [await newDatabase(), await newDatabase()];
  const [first, ...both] = await Promise.all([
    importInto(alone, file),
    importInto(together, file),
    importInto(together, file),
  ]);
  expect(
    [first, ...both].map(({ code, stderr }) => ({ code, fault: /^ +at .*/m.exec(stderr) })),
  ).toEqual([1, 2, 3].map(() => ({ code: 0, fault: null })));
  const dump = await dumpOf(together);
  expect(dump).toEqual(await dumpOf(alone));
  expect(sizesOf(dump).messages).toBe(3000);
});

describe('on the embedded database', () => {
  test('imports at once into a new data directory share its database, and leave none running', async () => {
    const file = archive(500);
    const env = { PARLEY_DATA_DIR: await newDataDir() };
    const ran = await Promise.all([1, 2, 3].map(() => parley(['import', 'twcs', file], { env })));
    expect(ran.map(({ code, stderr }) => ({ code, fault: /^ +at .*/m.exec(stderr) }))).toEqual(
      [1, 2, 3].map(() => ({ code: 0, fault: null })),
    );
    expect(ran.filter(({ stderr }) => stderr.includes('parley_'))).toHaveLength(1);
    const created = ran.map(({ stdout }) => Number(/: (\d+) messages? imported/.exec(stdout)![1]));
    expect(created.reduce((sum, count) => sum + count)).toBe(500);
    expect(await postgresOf(env.PARLEY_DATA_DIR)).toEqual([]);
  });

  test('an import that is killed leaves nothing that the next one does not clear away', async () => {
    const file = archive(3000);
    const dataDir = await newDataDir();
    const env = { PARLEY_DATA_DIR: dataDir };
    const running = new Running('cli/bin.ts', { args: ['import', 'twcs', file], env });
    await running.says(/A first workspace was made/);
    const url = (await findRunningPostgres(dataDir))!;
    const watcher = new Postgres(url);
    watcher.on('error', () => undefined);
    await watcher.connect();
    await until(async () => {
      const { rowCount } = await watcher.query('select from message limit 1');
      return rowCount === 1;
    }, 'some messages are there');
    await running.kill('SIGKILL');
    await watcher.end();

    const again = await parley(['import', 'twcs', file], { env });
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3,000 rows: /) as string,
    });
    expect(await postgresOf(dataDir)).toEqual([]);

    const server = await Server.start({ env });
    const dump = await dumpOf((await findRunningPostgres(dataDir))!);
    expect(sizesOf(dump).messages).toBe(3000);
    expect(dump.events.filter((event) => !/\|1$/.test(event))).toEqual([]);
    const beside = await parley(['import', 'twcs', file], { env });
    expect(beside.stdout).toMatch(/^3,000 rows: 0 messages imported, 3,000 there already/);

    const made = await parley(['token', 'create', '--name', 'Second'], { env });
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^parley_\S+\n$/) as string,
    });
    const { viewer } = await server
      .as(made.stdout.trim())
      .query<{ viewer: { name: string } }>('{ viewer { name } }');
    expect(viewer.name).toBe('Second');
    await server.kill('SIGTERM');
  });

  test('Ctrl-C ends an import and its database, and the next run goes on', async () => {
    const file = archive(3000);
    const env = { PARLEY_DATA_DIR: await newDataDir() };
    const running = new Running('cli/bin.ts', { args: ['import', 'twcs', file], env });
    await running.says(/A first workspace was made/);
    running.signalGroup('SIGINT');
    expect(await running.end).toEqual({ code: 130, signal: null });
    expect(running.stderr).toMatch(/^Stopped\b/m);
    expect(running.stderr).not.toMatch(/^ +at /m);
    expect(await postgresOf(env.PARLEY_DATA_DIR)).toEqual([]);
    const again = await parley(['import', 'twcs', file], { env });
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3,000 rows: /) as string,
    });
  });
});

test('rows that cannot be used are told with line and reason, and the rest comes in', async () => {
  const url = await newDatabase();
  const file = writeFile(
    [
      HEADER,
      line({ id: 1, text: 'two\nlines' }),
      line({ id: 2, brand: true, to: 1 }).replace('False', 'perhaps'),
      line({ id: 'x' }),
      line({ id: 4, brand: true, to: 1 }),
      '5,1001,True',
      line({ id: 1 }),
      '',
    ].join('\n'),
  );
  const { code, stdout } = await importInto(url, file);
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    '6 rows: 2 messages imported, 0 there already.',
    '1 channel, 1 customer, 1 conversation.',
    '4 rows could not be used:',
    '  line 4: inbound is "perhaps", which is neither True nor False',
    '  line 5: tweet_id is "x", which is not a positive whole number of 63 bits',
    '  line 7: it has 3 columns where the header has 7',
    '  line 8: tweet_id 1 is that of line 2 already',
    '',
  ]);
});

describe('what cannot be imported', () => {
  const row = line({ id: 1 });
  const file = (...lines: string[]) => [HEADER, ...lines, ''].join('\n');

  test.each([
    ['a quote that is never closed', file(row, '2,1001,True,"oops'), /: line 3: .*never closed/],
    ['text after a closing quote', file(row, '2,1001,True,"a"b,x,,'), /: line 3: .*closing quote/],
    ['an unknown column', file(row).replace('text', 'mood'), /: line 1: .*"mood" is unknown/],
    ['another CSV file', 'name,age\nAnn,30\n', /: line 1: the header is not that of the archive/],
    [
      'a binary file',
      Buffer.from('\u007fELF\u0001\u0000\u0000', 'latin1'),
      /: line 1: .*not a text/,
    ],
    ['an empty file', '', /: the file is empty/],
    ['a header alone', file(), /: the file has a header but no rows/],
  ])('%s is refused with its line, and nothing at all is written', async (_, content, told) => {
    const path = writeFile(content);
    const dataDir = await newDataDir();
    const ran = await parley(['import', 'twcs', path], { env: { PARLEY_DATA_DIR: dataDir } });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    const said = ran.stderr.trim().split('\n');
    expect(said.at(-1)).toMatch(told);
    expect(said.at(-1)).toContain(path);
    expect(ran.stderr).not.toMatch(/^ +at /m);
    // not even a database was begun
    expect(await findRunningPostgres(dataDir)).toBeNull();
    expect(existsSync(dataDir)).toBe(false);
  });

  test('a fault far down the file leaves an existing workspace without a single channel', async () => {
    const url = await newDatabase();
    const before = await dumpOf(url);
    const rows = Array.from({ length: 2500 }, (_, index) => line({ id: index + 1, brand: true }));
    const { code, stderr } = await importInto(
      url,
      writeFile(file(...rows, '2501,1001,True,"oops')),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/: line 2502: the record that begins here has a quote/);
    expect(await dumpOf(url)).toEqual(before);
  });
});

describe('a command line that means nothing is answered with what would', () => {
  test.each([
    [['import', 'twcs', '/no/such/file.csv'], '/no/such/file.csv: there is no such file'],
    [['import', 'twcs', __dirname], `${__dirname}: it is a directory, not a file`],
    [['import', 'twcs', 'x.csv', '--workspace', 'wsp_1'], '"wsp_1" is not the id of a workspace'],
    [['import', 'twcs'], "missing required argument 'file'"],
    [['import'], 'Usage: parley import'],
    [['import', 'csv', 'x.csv'], "unknown command 'csv'"],
    [['token', 'create', '--scopes', 'ALL'], 'Allowed choices are WORKSPACE_READ'],
    [[], 'Usage: parley'],
  ])('%p', async (args, told) => {
    const { code, stdout, stderr } = await parley(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(told);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('a workspace that does not exist is refused before anything is imported', async () => {
    const url = await newDatabase();
    const nowhere = 'wsp_01h455vb4pex5vsknk084sn02q';
    const ran = await importInto(url, archive(10), '--workspace', nowhere);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^--workspace: there is no workspace with this id\.$/m);
    expect(sizesOf(await dumpOf(url))).toMatchObject({ channels: 0, messages: 0 });
  });

  test.each([[['--help']], [['import', 'twcs', '--help']], [['token', 'create', '--help']]])(
    'parley %p is help, on standard output',
    async (args) => {
      const { code, stdout, stderr } = await parley(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: parley/);
    },
  );
});
