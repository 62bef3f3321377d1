import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp, type TestApp } from './support/app';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

/** The code blocks of the README in one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map(
    ([, code]) => code!,
  );
}

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());

test('the queries of the README work in its order, and answer what it says', async () => {
  const { owner } = await parley.workspace();
  const [makeChannel, recordTalk, inbox, brands] = blocks('graphql');
  type Made = { channelCreate: { channel: { id: string }; userErrors: object[] } };

  const { channelCreate } = await owner.query<Made>(makeChannel!);
  expect(channelCreate.userErrors).toEqual([]);
  const recorded = await owner.query(recordTalk!.replaceAll('chn_…', channelCreate.channel.id));
  const done = { outcome: 'CREATED', userErrors: [] };
  expect(recorded).toEqual({ question: done, answer: done });

  const { status, ...answer } = await owner.ask(inbox!);
  expect(status).toBe(200);
  expect(answer).toEqual(JSON.parse(blocks('json')[0]!));

  const figures = await owner.query<{ responseMetrics: { groups: object[] } }>(brands!);
  expect(figures.responseMetrics.groups).toHaveLength(1);
});

test('every setting of the README is one that the program reads, and the other way round', () => {
  const read = readFileSync(join(__dirname, '..', 'src', 'config', 'env.ts'), 'utf8');
  const known = [...read.matchAll(/^ {2}([A-Z_]+)\?:/gm)].map(([, name]) => name!);
  const table = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Work on it'));
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.flatMap((row) =>
    [...row.split('|')[1]!.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
  );
  expect(told.sort()).toEqual(known.sort());
});
