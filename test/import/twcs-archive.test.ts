import type { TwcsItem } from '../../src/cli/import/twcs/items';
import type { TwcsPlan } from '../../src/cli/import/twcs/plan';
import { describeShared, importFile } from './twcs-files';

const seconds = (item: TwcsItem) => item.sentAt.getTime() / 1000;
const earlier = (a: TwcsItem, b: TwcsItem) =>
  seconds(a) - seconds(b) || (a.orderKey < b.orderKey ? -1 : 1);

function groupBy(items: readonly TwcsItem[], keyOf: (item: TwcsItem) => string) {
  const groups = new Map<string, TwcsItem[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function summary(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? NaN;
  const high = sorted[Math.ceil(middle)] ?? NaN;
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  return {
    n: sorted.length,
    median: (low + high) / 2,
    p90: sorted[Math.ceil(0.9 * sorted.length) - 1],
    mean: Math.round(mean * 100) / 100,
  };
}

/** Seconds until the earliest answer by a brand to each inbound item of `asked`. */
function responseTimes(asked: readonly TwcsItem[], all: readonly TwcsItem[]): number[] {
  const answers = groupBy(
    all.filter((item) => item.direction === 'OUTBOUND' && item.replyTo !== null),
    (item) => item.replyTo?.externalId ?? '',
  );
  return asked
    .filter((item) => item.direction === 'INBOUND')
    .flatMap((item) => {
      const [first] = (answers.get(item.externalId) ?? []).sort(earlier);
      return first === undefined ? [] : [seconds(first) - seconds(item)];
    });
}

/** Seconds from the start of each conversation of a brand to the brand's first answer in it. */
function firstResponseTimes(items: readonly TwcsItem[]): number[] {
  const conversations = groupBy(
    items.filter((item) => item.channel !== null),
    (item) => `${item.channel} ${item.threadKey}`,
  );
  return [...conversations.values()].flatMap((conversation) => {
    const inOrder = conversation.sort(earlier);
    const start = inOrder.find((item) => item.direction === 'INBOUND');
    if (start === undefined) return [];
    const first = inOrder.find(
      (item) => item.direction === 'OUTBOUND' && seconds(item) >= seconds(start),
    );
    return first === undefined ? [] : [seconds(first) - seconds(start)];
  });
}

function deepestReply(items: readonly TwcsItem[]): number {
  const byId = new Map(items.map((item) => [item.externalId, item]));
  const depthOf = (item: TwcsItem) => {
    let depth = 0;
    for (let up = byId.get(item.replyTo?.externalId ?? ''); up; depth += 1) {
      up = byId.get(up.replyTo?.externalId ?? '');
    }
    return depth;
  };
  return Math.max(...items.map(depthOf));
}

describeShared('twcs_first5000_raw.csv', 'the first 5,000 rows of the archive', (path) => {
  let plan: TwcsPlan;
  let items: TwcsItem[];
  beforeAll(async () => {
    ({ plan, items } = await importFile(path));
  });

  test('are planned whole, with the known numbers', () => {
    expect(plan).toMatchObject({
      rows: 5000,
      inbound: 2778,
      outbound: 2222,
      customers: 1443,
      trees: 1312,
      rejectedCount: 0,
      rejected: [],
      cutReplyCount: 0,
    });
    expect(plan.channels).toHaveLength(76);
    expect(plan.attributedBy).toEqual({
      answer: 2083,
      parent: 351,
      mention: 204,
      ancestor: 1,
      soleBrand: 139,
      none: 0,
    });
  });

  test('come out as items that agree with the plan', () => {
    expect(items).toHaveLength(5000);
    expect(new Set(items.map((item) => item.externalId)).size).toBe(5000);
    expect(items.filter((item) => item.direction === 'INBOUND')).toHaveLength(2778);
    expect(new Set(items.map((item) => `${item.channel} ${item.threadKey}`)).size).toBe(
      plan.conversations,
    );
    expect([...new Set(items.map((item) => item.channel))].sort()).toEqual(
      [...plan.channels].sort(),
    );
    const times = items.map(seconds);
    expect(new Date(Math.min(...times) * 1000).toISOString()).toBe('2011-08-29T03:20:05.000Z');
    expect(new Date(Math.max(...times) * 1000).toISOString()).toBe('2017-12-03T18:52:36.000Z');
  });

  test('hold the known reply trees', () => {
    const trees = groupBy(items, (item) => item.threadKey);
    expect(trees.size).toBe(1312);
    expect(Math.max(...[...trees.values()].map((tree) => tree.length))).toBe(130);
    const brandsOf = (tree: TwcsItem[]) =>
      new Set(tree.filter((item) => item.direction === 'OUTBOUND').map((item) => item.authorId));
    expect([...trees.values()].filter((tree) => brandsOf(tree).size > 1)).toHaveLength(1);
    expect(deepestReply(items)).toBe(118);
    const ids = new Set(items.map((item) => item.externalId));
    const outside = items.filter((item) => item.replyTo && !ids.has(item.replyTo.externalId));
    expect(outside).toHaveLength(6);
    expect(outside.every((item) => item.replyTo?.channel === item.channel)).toBe(true);
    for (const [threadKey, tree] of trees) {
      const smallest = tree.reduce(
        (least, { orderKey }) => (orderKey < least ? orderKey : least),
        2n ** 63n,
      );
      expect(threadKey).toBe(smallest.toString());
    }
  });

  test('keep the record with bare carriage returns whole, at its line', () => {
    const item = items.find(({ externalId }) => externalId === '3399');
    expect(item).toMatchObject({ line: 2589, authorId: '116510', channel: 'AskPayPal' });
    expect(item?.text).toMatch(/^@AskPayPal \r\r\S.* https:\/\/t\.co\/\w{10}$/su);
  });

  test('give the known response times', () => {
    expect(summary(responseTimes(items, items))).toEqual({
      n: 2083,
      median: 692,
      p90: 22815,
      mean: 11803.47,
    });
    expect(summary(firstResponseTimes(items))).toMatchObject({
      n: 1314,
      median: 816.5,
      p90: 32906,
    });
  });

  test.each([
    ['sprintcare', 42, 32, 19, [30, 233, 777, 1666.23], [205, 115277]],
    ['AppleSupport', 163, 140, 85, [139, 537, 1742, 1471.08], [469, 1687]],
    ['AmazonHelp', 240, 192, 103, [187, 533, 2317, 1795.06], [748, 5446]],
  ])('give %s its known figures', (brand, inbound, outbound, conversations, response, first) => {
    const own = items.filter((item) => item.channel === brand);
    const written = (direction: string) => own.filter((item) => item.direction === direction);
    expect(written('INBOUND')).toHaveLength(inbound);
    expect(written('OUTBOUND')).toHaveLength(outbound);
    expect(new Set(own.map((item) => item.threadKey)).size).toBe(conversations);
    const { n, median, p90, mean } = summary(responseTimes(own, items));
    expect([n, median, p90, mean]).toEqual(response);
    const firsts = summary(firstResponseTimes(own));
    expect([firsts.median, firsts.p90]).toEqual(first);
  });
});

describeShared('kaggle_sample.csv', "the publisher's sample", (path) => {
  test('is planned whole, a tree without a brand of its own included', async () => {
    const { plan, items } = await importFile(path);
    expect(plan).toMatchObject({
      rows: 93,
      inbound: 49,
      outbound: 44,
      trees: 27,
      rejectedCount: 0,
    });
    expect(plan.channels).toHaveLength(13);
    expect(plan.attributedBy).toEqual({
      answer: 41,
      parent: 5,
      mention: 2,
      ancestor: 0,
      soleBrand: 1,
      none: 0,
    });
    const trees = [...groupBy(items, (item) => item.threadKey).values()];
    const silent = trees.filter((tree) => tree.every((item) => item.direction === 'INBOUND'));
    expect(silent).toHaveLength(1);
    expect(silent[0]?.[0]?.channel).not.toBeNull();
  });
});
