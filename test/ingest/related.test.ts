import { systemActor } from '../../src/auth/actor';
import { ingestMessages } from '../../src/domain/ingest/ingest-messages';
import type { InboundItem } from '../../src/domain/ingest/item';
import { runCommand } from '../../src/domain/kit/command';
import { startTestApp, type TestApp } from '../support/app';
import { uuid } from '../support/owner';
import { makeChannel } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** A letter: its own id, and the ids that it names, the oldest first. */
type Letter = [id: string, ...named: string[]];

const START = Date.UTC(2026, 1, 1);

/** Takes batches of letters in; gives the groups of letters that came to one conversation. */
async function conversationsOf(batches: Letter[][]): Promise<string[]> {
  const { owner, workspaceId } = await parley.workspace();
  const channelId = uuid(await makeChannel(owner, { kind: 'EMAIL', visibility: 'PRIVATE' }));
  const groups = new Map<string, string[]>();
  for (const batch of batches) {
    const items = batch.map(([id, ...named]): InboundItem => ({
      channelId,
      threadKey: named[0] ?? id,
      relatedTo: [...named].reverse(),
      externalId: id,
      orderKey: 0n,
      direction: 'INBOUND',
      author: { name: 'Ada' },
      customer: null,
      replyTo: named.length > 0 ? { externalId: named.at(-1)! } : null,
      sentAt: new Date(START + id.charCodeAt(0) * 60_000),
      body: id,
    }));
    const answer = await runCommand(
      parley.app.units,
      systemActor(workspaceId, new Set()),
      parley.now(),
      ingestMessages,
      { items },
    );
    if (!answer.ok) throw new Error('refused');
    answer.result.ingested.forEach(({ conversationId }, index) => {
      groups.set(conversationId, [...(groups.get(conversationId) ?? []), batch[index]![0]]);
    });
  }
  return [...groups.values()].map((ids) => ids.sort().join('')).sort();
}

/** Each letter in a batch of its own. */
const oneByOne = (...letters: Letter[]) => letters.map((letter) => [letter]);

test('an answer joins the conversation of the newest message that it names and that is here', async () => {
  expect(await conversationsOf(oneByOne(['a'], ['b', 'a'], ['c', 'x', 'b']))).toEqual(['abc']);
});

test('what comes before the message that it answers waits for it in one conversation', async () => {
  const letters: Letter[] = [['a'], ['b', 'a'], ['c', 'b'], ['d', 'c']];
  expect(await conversationsOf(oneByOne(...letters.reverse()))).toEqual(['abcd']);
});

test('two answers to a message that is not here come to one conversation', async () => {
  expect(await conversationsOf(oneByOne(['b', 'a'], ['c', 'x', 'a'], ['a']))).toEqual(['abc']);
});

test('a batch comes to the same conversations, whatever its order', async () => {
  const letters: Letter[] = [['a'], ['b', 'a'], ['c', 'b'], ['d', 'c'], ['e', 'd'], ['z']];
  const orders = [letters, [...letters].reverse(), [3, 0, 5, 4, 2, 1].map((i) => letters[i]!)];
  for (const order of orders) expect(await conversationsOf([order])).toEqual(['abcde', 'z']);
});

test('a message that joins two conversations goes to the one that it names first, and moves nothing', async () => {
  expect(await conversationsOf(oneByOne(['b', 'a'], ['d', 'c'], ['c', 'b']))).toEqual(['bc', 'd']);
});
