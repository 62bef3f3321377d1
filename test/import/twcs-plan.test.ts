import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { twcsItems } from '../../src/cli/import/twcs/items';
import { KEPT_NOTES, planTwcsImport } from '../../src/cli/import/twcs/plan';
import { growReplyTrees } from '../../src/cli/import/twcs/reply-trees';
import { importFile, writeTweets, type MadeUpTweet } from './twcs-files';

const acme = { brand: true };

async function channelsOf(tweets: readonly MadeUpTweet[]) {
  const { plan, items } = await importFile(writeTweets(tweets));
  const channels = Object.fromEntries(items.map((item) => [item.externalId, item.channel]));
  return { channels, by: plan.attributedBy };
}

const noRule = { answer: 0, parent: 0, mention: 0, ancestor: 0, soleBrand: 0, none: 0 };

describe('an inbound tweet is given to', () => {
  test('the brand that answered it first', async () => {
    const { channels, by } = await channelsOf([
      { id: 1, text: '@Late and @Other hello' },
      { id: 2, ...acme, author: 'Late', at: 20, to: 1 },
      { id: 4, ...acme, author: 'Twin', at: 10, to: 1 },
      { id: 3, ...acme, author: 'First', at: 10, to: 1 },
      { id: 5, at: 1, to: 1 },
    ]);
    expect(channels[1]).toBe('First');
    expect(by.answer).toBe(1);
  });

  test('the brand that it answers, when nobody answered it', async () => {
    const { channels, by } = await channelsOf([
      { id: 1, ...acme },
      { id: 2, to: 1, text: '@Other' },
      { id: 3, ...acme, author: 'Other' },
    ]);
    expect(channels[2]).toBe('Acme');
    expect(by).toEqual({ ...noRule, parent: 1 });
  });

  test('the first brand that it mentions, in any case, among handles that are no brands', async () => {
    const { channels, by } = await channelsOf([
      { id: 1, text: '@115714 @acmex @other_one! @Acme' },
      { id: 2, ...acme },
      { id: 3, ...acme, author: 'Other_One' },
      { id: 4, author: '115714' },
    ]);
    expect(channels[1]).toBe('Other_One');
    expect(by).toEqual({ ...noRule, mention: 1, none: 1 });
  });

  test('the nearest brand above it in the replies', async () => {
    const { channels, by } = await channelsOf([
      { id: 1, ...acme, author: 'Far' },
      { id: 2, ...acme, author: 'Near', to: 1 },
      { id: 3, to: 2 },
      { id: 4, to: 3 },
      { id: 5, to: 4 },
    ]);
    expect([channels[4], channels[5]]).toEqual(['Near', 'Near']);
    expect(by).toEqual({ ...noRule, parent: 1, ancestor: 2 });
  });

  test('the one brand of its reply tree, and to none when there are two or none', async () => {
    const { channels, by } = await channelsOf([
      { id: 1 },
      { id: 2, to: 1 },
      { id: 3, ...acme, to: 2 },
      { id: 11 },
      { id: 12, to: 11 },
      { id: 13, ...acme, to: 12 },
      { id: 14, ...acme, author: 'Other', to: 13 },
      { id: 21 },
    ]);
    expect(channels).toMatchObject({ 1: 'Acme', 2: 'Acme', 11: null, 12: 'Acme', 21: null });
    expect(by).toEqual({ ...noRule, answer: 2, soleBrand: 1, none: 2 });
  });

  test('a brand in the spelling of its first outbound row, whatever was written elsewhere', async () => {
    const { plan, items } = await importFile(
      writeTweets([
        { id: 1, text: '@ACME hi', author: 'acme' },
        { id: 2, ...acme, author: 'AcMe', to: 1 },
        { id: 3, ...acme, author: 'Acme', to: 1 },
      ]),
    );
    expect(plan).toMatchObject({ channels: ['AcMe'], customers: 1, inbound: 1, outbound: 2 });
    expect(items.map(({ authorId, channel }) => [authorId, channel])).toEqual([
      ['acme', 'AcMe'],
      ['AcMe', 'AcMe'],
      ['AcMe', 'AcMe'],
    ]);
  });
});

describe('a conversation', () => {
  test('is a brand in a reply tree, which the smallest id of the tree names', async () => {
    const { plan, items } = await importFile(
      writeTweets([
        { id: 30, text: '@Acme', at: 0 },
        { id: 7, ...acme, to: 30, at: 60 },
        { id: 50, to: 7, text: '@Other help', at: 90 },
        { id: 40, ...acme, author: 'Other', to: 50, at: 120 },
        { id: 99, ...acme },
      ]),
    );
    expect(items.map(({ channel, threadKey }) => [channel, threadKey])).toEqual([
      ['Acme', '7'],
      ['Acme', '7'],
      ['Other', '7'],
      ['Other', '7'],
      ['Acme', '99'],
    ]);
    expect(plan).toMatchObject({ trees: 2, conversations: 3, rows: 5 });
    expect(items[3]?.replyTo).toEqual({ externalId: '50', channel: 'Other' });
    expect(items[2]?.replyTo).toEqual({ externalId: '7', channel: 'Acme' });
  });

  test('belongs to the author of its earliest inbound tweet, by id among equals, if it has one', async () => {
    const { items } = await importFile(
      writeTweets([
        { id: 1, ...acme, at: 0 },
        { id: 9, author: 'ann', at: 5, to: 1 },
        { id: 8, author: 'bob', at: 5, to: 1 },
        { id: 2, author: 'eve', at: 6, to: 1 },
        { id: 20, ...acme },
      ]),
    );
    expect(items.map((item) => item.customerAuthorId)).toEqual(['bob', 'bob', 'bob', 'bob', null]);
    expect(items.map((item) => item.authorId)).toEqual(['Acme', 'ann', 'bob', 'eve', 'Acme']);
  });

  test('keeps a reply to a tweet outside the file, on its own channel', async () => {
    const { items } = await importFile(
      writeTweets([
        { id: 1, text: '@Acme', to: '900.0' },
        { id: 2, ...acme, to: 1 },
      ]),
    );
    expect(items[0]).toMatchObject({
      replyTo: { externalId: '900', channel: 'Acme' },
      threadKey: '1',
    });
  });
});

describe('a hostile file', () => {
  test('with circles of replies is imported with each circle cut at its smallest id, and says so', async () => {
    const { plan, items } = await importFile(
      writeTweets([
        { id: 5, to: 5 },
        { id: 9, to: 7 },
        { id: 7, to: 8 },
        { id: 8, ...acme, to: 9 },
        { id: 3, to: 9 },
      ]),
    );
    const byId = Object.fromEntries(items.map((item) => [item.externalId, item]));
    expect(byId[5]).toMatchObject({ replyTo: null, threadKey: '5', channel: null });
    expect(byId[7]).toMatchObject({ replyTo: null, threadKey: '3' });
    expect(byId[8]).toMatchObject({ replyTo: { externalId: '9' }, threadKey: '3' });
    expect(plan.cutReplyCount).toBe(2);
    expect(plan.cutReplies).toEqual([
      { line: 2, reason: expect.stringMatching(/^its reply to 5 closes a circle/) as string },
      { line: 4, reason: expect.stringMatching(/^its reply to 8 closes a circle/) as string },
    ]);
  });

  test('with a chain of 20,000 replies is one tree, whose brand is that of its root', async () => {
    const tweets = Array.from({ length: 20_000 }, (_, at) => ({
      id: at + 1,
      brand: at === 0,
      to: at === 0 ? '' : at,
    }));
    const plan = await planTwcsImport(writeTweets(tweets));
    expect(plan).toMatchObject({ rows: 20_000, trees: 1, conversations: 1, outbound: 1 });
    expect(plan.attributedBy).toEqual({ ...noRule, parent: 1, ancestor: 19_998 });
  });

  test.each([
    ['a chain', (at: number) => at - 1, 0],
    ['a chain upside down', (at: number) => (at === 999_999 ? -1 : at + 1), 0],
    ['a circle', (at: number) => (at === 0 ? 999_999 : at - 1), 1],
    ['a star', (at: number) => (at === 0 ? -1 : 0), 0],
  ])('with %s of a million replies is grown into one tree', (_, parentOf, cuts) => {
    const trees = growReplyTrees(
      Int32Array.from({ length: 1_000_000 }, (_unused, at) => parentOf(at)),
    );
    expect(trees.cut).toHaveLength(cuts);
    expect(trees.tree.every((tree) => tree === 0)).toBe(true);
    const placed = new Uint8Array(1_000_000);
    const inOrder = trees.topDown.every((at) => {
      placed[at] = 1;
      const parent = trees.parent[at] ?? -1;
      return parent < 0 || placed[parent] === 1;
    });
    expect(inOrder).toBe(true);
  });

  test('with an id twice keeps the first, which alone counts, and rejects the other', async () => {
    const { plan, items } = await importFile(
      writeTweets([
        { id: 1, text: '@Ghost' },
        { id: 1, ...acme, author: 'Ghost', text: 'second' },
        { id: '1.0', text: 'third' },
        { id: 2, ...acme },
      ]),
    );
    expect(items.map(({ externalId, text }) => [externalId, text])).toEqual([
      ['1', '@Ghost'],
      ['2', 'hello'],
    ]);
    expect(plan).toMatchObject({ channels: ['Acme'], customers: 1, rejectedCount: 2, rows: 2 });
    expect(plan.rejected).toEqual([
      { line: 3, reason: 'tweet_id 1 is that of line 2 already' },
      { line: 4, reason: 'tweet_id 1 is that of line 2 already' },
    ]);
  });

  test('with a fault in each row is counted in full and told in part, in the order of the lines', async () => {
    const tweets = Array.from({ length: 3000 }, (_, at) => [
      { id: 1 },
      { id: 'x', at: at % 60 },
    ]).flat();
    const { plan, items } = await importFile(writeTweets(tweets));
    expect(items).toHaveLength(1);
    expect(plan.rejectedCount).toBe(5999);
    expect(plan.rejected).toHaveLength(KEPT_NOTES);
    expect(plan.rejected.map((note) => note.line)).toEqual(
      Array.from({ length: KEPT_NOTES }, (_, at) => at + 3),
    );
  });

  test('whose rows are all rejected is a plan of nothing', async () => {
    const { plan, items } = await importFile(writeTweets([{ id: 'x' }]));
    expect(items).toEqual([]);
    expect(plan).toMatchObject({
      rows: 0,
      channels: [],
      trees: 0,
      conversations: 0,
      rejectedCount: 1,
    });
  });
});

describe('between the passes', () => {
  const drain = async (path: string, change: () => void) => {
    const plan = await planTwcsImport(path);
    change();
    let seen = 0;
    for await (const item of twcsItems(path, plan)) seen += item.line && 1;
    return seen;
  };
  const changed = 'the file was changed while it was being imported';

  test('a file that has grown, shrunk or changed is refused', async () => {
    const make = () => writeTweets([{ id: 1 }, { id: 2 }]);
    const grown = make();
    const more = readFileSync(make(), 'utf8').split('\n')[1]?.replace('1', '3') ?? '';
    await expect(drain(grown, () => appendFileSync(grown, `${more}\n`))).rejects.toThrow(changed);
    const other = make();
    const others = readFileSync(writeTweets([{ id: 1 }, { id: 3 }]));
    await expect(drain(other, () => writeFileSync(other, others))).rejects.toThrow(changed);
    const shrunk = make();
    const fewer = readFileSync(writeTweets([{ id: 1 }]));
    await expect(drain(shrunk, () => writeFileSync(shrunk, fewer))).rejects.toThrow(changed);
    const same = make();
    await expect(drain(same, () => undefined)).resolves.toBe(2);
  });
});
