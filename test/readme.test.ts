import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp, type TestApp } from './support/app';
import { follow, liveClient } from './support/live-client';
import { recordMessage } from './support/world';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

/** The code blocks of the README in one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp('```' + language + '\\n(.*?)```', 'gs'))].map(
    ([, code]) => code!,
  );
}

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp({}, 'all');
});
afterAll(() => parley.close());

test('the queries of the README work in its order, and answer what it says', async () => {
  const { owner } = await parley.workspace();
  const [makeChannel, recordTalk, inbox, live, brands] = blocks('graphql');
  type Made = { channelCreate: { channel: { id: string }; userErrors: object[] } };

  const { channelCreate } = await owner.query<Made>(makeChannel!);
  expect(channelCreate.userErrors).toEqual([]);
  const recorded = await owner.query(recordTalk!.replaceAll('chn_…', channelCreate.channel.id));
  const done = { outcome: 'CREATED', userErrors: [] };
  expect(recorded).toEqual({ question: done, answer: done });

  const { status, ...answer } = await owner.ask(inbox!);
  expect(status).toBe(200);
  expect(answer).toEqual(JSON.parse(blocks('json')[0]!));

  const socket = liveClient(owner);
  const followed = follow(socket, {}, live);
  await followed.untilLive();
  await recordMessage(owner, channelCreate.channel.id, { body: 'And a red one?' });
  await followed.untilItems(() => followed.events.length === 2);
  expect(followed.events).toMatchObject([
    { event: { type: 'conversation.created' }, message: null, conversation: { status: 'OPEN' } },
    { event: { type: 'message.added' }, message: { body: 'And a red one?' } },
  ]);
  await socket.dispose();

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
