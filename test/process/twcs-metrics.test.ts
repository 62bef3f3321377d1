import { describeShared } from '../import/twcs-files';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { endProcesses, parley as run } from '../support/process';
import {
  figuresOf,
  pairsOf,
  readReference,
  type Figures,
  type Pair,
  type Tweet,
} from './twcs-reference';

jest.setTimeout(60_000);
afterAll(endProcesses);

const FIGURES = `
  inboundMessages outboundMessages answeredMessages responseRate
  responseTime { count median p90 mean }
  conversations answeredConversations conversationResponseRate
  firstResponseTime { count median p90 mean }`;

const METRICS = `query ($range: DateTimeRange, $channelIds: [ID!], $visibility: Visibility,
    $groupBy: [ResponseMetricsDimension!], $timeZone: String) {
  responseMetrics(range: $range, channelIds: $channelIds, visibility: $visibility,
      groupBy: $groupBy, timeZone: $timeZone) {
    total { ${FIGURES} }
    groups { channel { name externalId } day hourOfWeek visibility ${FIGURES} }
  }
}`;

interface Group extends Figures {
  channel: { name: string; externalId: string } | null;
  day: string | null;
  hourOfWeek: number | null;
  visibility: string | null;
}

interface Metrics {
  total: Figures;
  groups: Group[];
}

let parley: TestApp;

beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());

/** Imports a file into a workspace of its own, as a user does. */
async function imported(path: string): Promise<Client> {
  const { owner: caller } = await parley.workspace();
  const { viewer } = await caller.query<{ viewer: { workspace: { id: string } } }>(
    '{ viewer { workspace { id } } }',
  );
  const { code, stderr } = await run(['import', 'twcs', path, '--workspace', viewer.workspace.id], {
    env: { DATABASE_URL: parley.database.url },
  });
  if (code !== 0) throw new Error(stderr);
  return caller;
}

async function metrics(caller: Client, variables: object = {}): Promise<Metrics> {
  const { responseMetrics } = await caller.query<{ responseMetrics: Metrics }>(METRICS, variables);
  return responseMetrics;
}

/** The figures of the reference by group. */
function grouped(
  tweets: readonly Tweet[],
  pairs: readonly Pair[],
  keyOf: (tweet: Tweet) => string,
): Record<string, Figures> {
  const groups = new Map<string, { tweets: Tweet[]; pairs: Pair[] }>();
  for (const tweet of tweets) {
    const key = keyOf(tweet);
    if (!groups.has(key)) groups.set(key, { tweets: [], pairs: [] });
    groups.get(key)!.tweets.push(tweet);
  }
  // the start of a pair is one of the tweets, so that its group is there
  for (const pair of pairs) groups.get(keyOf(pair.start))!.pairs.push(pair);
  return Object.fromEntries(
    [...groups].map(([key, group]) => [key, figuresOf(group.tweets, group.pairs)]),
  );
}

/** The figures of the answer by group. */
function byKey(groups: readonly Group[], keyOf: (group: Group) => string): Record<string, Figures> {
  const entries = groups.map((group): [string, Figures] => {
    const { channel: _c, day: _d, hourOfWeek: _h, visibility: _v, ...figures } = group;
    return [keyOf(group), figures];
  });
  expect(new Set(entries.map(([key]) => key)).size).toBe(groups.length);
  return Object.fromEntries(entries);
}

const local = (timeZone: string, options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
  return ({ at }: Tweet) =>
    Object.fromEntries(format.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
};

function dayIn(timeZone: string) {
  const parts = local(timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' });
  return (tweet: Tweet) => {
    const { year, month, day } = parts(tweet);
    return `${year}-${month}-${day}`;
  };
}

function hourOfWeekIn(timeZone: string) {
  const parts = local(timeZone, { weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  return (tweet: Tweet) => {
    const { weekday, hour } = parts(tweet);
    return String('MonTueWedThuFriSatSun'.indexOf(weekday!) * 8 + Number(hour));
  };
}

interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface ToldMessage {
  externalId: string;
  direction: string;
  sentAt: string;
  body: string;
  authorName: string | null;
  authorCustomer: { name: string } | null;
  replyTo: { externalId: string } | null;
  response: { externalId: string } | null;
}

interface ToldConversation {
  id: string;
  threadKey: string;
  messageCount: number;
  channel: { externalId: string };
  messages: Page<ToldMessage>;
}

const MESSAGES = `
  nodes {
    externalId direction sentAt body authorName authorCustomer { name }
    replyTo { externalId } response { externalId }
  }
  pageInfo { hasNextPage endCursor }`;

const CONVERSATIONS = `query ($after: String) {
  conversations(first: 100, after: $after) {
    nodes { id threadKey messageCount channel { externalId } messages(first: 10) { ${MESSAGES} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const MORE = `query ($id: ID!, $after: String) {
  conversation(id: $id) { messages(first: 100, after: $after) { ${MESSAGES} } }
}`;

type ToldRow = Awaited<ReturnType<typeof messagesOf>>[number] & {
  threadKey: string;
  channel: string;
};

/** Pages through everything, as a program that copies it would. */
async function everyMessage(caller: Client) {
  const all: ToldRow[] = [];
  for (let after: string | null = null; ;) {
    const { conversations }: { conversations: Page<ToldConversation> } = await caller.query(
      CONVERSATIONS,
      { after },
    );
    for (const conversation of conversations.nodes) {
      const messages = await messagesOf(caller, conversation);
      expect(messages).toHaveLength(conversation.messageCount);
      const { threadKey, channel } = conversation;
      all.push(
        ...messages.map((message) => ({ ...message, threadKey, channel: channel.externalId })),
      );
    }
    if (!conversations.pageInfo.hasNextPage) return all;
    after = conversations.pageInfo.endCursor;
  }
}

async function messagesOf(caller: Client, { id, messages: first }: ToldConversation) {
  const found = [...first.nodes];
  for (let page = first; page.pageInfo.hasNextPage;) {
    const after = page.pageInfo.endCursor;
    const answer = await caller.query<{ conversation: Pick<ToldConversation, 'messages'> }>(MORE, {
      id,
      after,
    });
    page = answer.conversation.messages;
    found.push(...page.nodes);
  }
  expect(found.map(({ sentAt }) => sentAt)).toEqual(found.map(({ sentAt }) => sentAt).sort());
  return found.map(({ authorName, authorCustomer, replyTo, response, ...message }) => ({
    ...message,
    author: authorCustomer?.name ?? authorName!.toLowerCase(),
    replyTo: replyTo && replyTo.externalId,
    response: response && response.externalId,
  }));
}

const seconds = (time: string) => Date.parse(time) / 1000;

/** What only counts, and so adds up over groups. */
const summands = ({ responseTime, firstResponseTime, ...figures }: Figures) => [
  figures.inboundMessages,
  figures.outboundMessages,
  figures.answeredMessages,
  figures.conversations,
  figures.answeredConversations,
  responseTime.count,
  firstResponseTime.count,
];

/** The file that figures were published of. */
const PUBLISHED = 'twcs_first5000_raw.csv';
const FEW = ['sprintcare', 'applesupport', 'amazonhelp'];

describe.each([
  [PUBLISHED, 76],
  ['kaggle_sample.csv', 13],
])('the response metrics of %s', (name, brands) => {
  describeShared(name, 'imported', (path) => {
    let caller: Client;
    let tweets: Tweet[];
    let pairs: Pair[];

    beforeAll(async () => {
      caller = await imported(path);
      tweets = readReference(path);
      pairs = pairsOf(tweets);
    });

    test('are those of the reference in total, and for each brand', async () => {
      const { total, groups } = await metrics(caller, { groupBy: ['CHANNEL'] });
      expect(total).toEqual(figuresOf(tweets, pairs));
      expect(groups).toHaveLength(brands);
      expect(byKey(groups, ({ channel }) => channel!.externalId)).toEqual(
        grouped(tweets, pairs, ({ brand }) => brand!),
      );
    });

    test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])(
      'are those of the reference by day and by hour of the week in %s',
      async (timeZone) => {
        const days = await metrics(caller, { groupBy: ['DAY'], timeZone });
        expect(byKey(days.groups, ({ day }) => day!)).toEqual(
          grouped(tweets, pairs, dayIn(timeZone)),
        );
        const hours = await metrics(caller, { groupBy: ['HOUR_OF_WEEK'], timeZone });
        expect(byKey(hours.groups, ({ hourOfWeek }) => String(hourOfWeek))).toEqual(
          grouped(tweets, pairs, hourOfWeekIn(timeZone)),
        );
      },
    );

    test('add up to the total, whatever they are grouped by', async () => {
      const { total } = await metrics(caller);
      expect((await metrics(caller)).groups).toEqual([]);
      for (const groupBy of [
        ['CHANNEL'],
        ['DAY'],
        ['HOUR_OF_WEEK'],
        ['VISIBILITY'],
        ['CHANNEL', 'DAY'],
        ['VISIBILITY', 'HOUR_OF_WEEK', 'CHANNEL'],
      ]) {
        const answer = await metrics(caller, { groupBy });
        expect(answer.total).toEqual(total);
        const columns = answer.groups.map(summands);
        expect(
          summands(total).map((_, at) => columns.reduce((sum, row) => sum + row[at]!, 0)),
        ).toEqual(summands(total));
      }
    });

    test('are all of public talk', async () => {
      const { total } = await metrics(caller);
      expect((await metrics(caller, { visibility: 'PUBLIC' })).total).toEqual(total);
      expect((await metrics(caller, { visibility: 'PRIVATE' })).total).toEqual(figuresOf([], []));
      const { groups } = await metrics(caller, { groupBy: ['VISIBILITY'] });
      expect(byKey(groups, ({ visibility }) => visibility!)).toEqual({ PUBLIC: total });
    });

    test('are those of the reference in stretches of time, from inclusive, to exclusive', async () => {
      const sorted = tweets.map(({ at }) => at).sort((a, b) => a - b);
      const instant = (share: number) =>
        new Date(sorted[Math.floor(share * (sorted.length - 1))]! * 1000).toISOString();
      for (const range of [
        { from: instant(0.5) },
        { to: instant(0.5) },
        { from: instant(0.25), to: instant(0.75) },
        { from: instant(0), to: instant(1) },
        { from: '2000-01-01T00:00:00Z', to: '2001-01-01T00:00:00Z' },
      ] as { from?: string; to?: string }[]) {
        const within = ({ at }: Tweet) =>
          (!range.from || at >= seconds(range.from)) && (!range.to || at < seconds(range.to));
        expect((await metrics(caller, { range })).total).toEqual(
          figuresOf(
            tweets.filter(within),
            pairs.filter(({ start }) => within(start)),
          ),
        );
      }
    });

    test('stand over conversations that hold every row of the file as it is written', async () => {
      const byId = (a: { externalId: string }, b: { externalId: string }) =>
        Number(a.externalId) - Number(b.externalId);
      const written = tweets.map((tweet) => ({
        externalId: String(tweet.id),
        direction: tweet.inbound ? 'INBOUND' : 'OUTBOUND',
        author: tweet.inbound ? tweet.author : tweet.author.toLowerCase(),
        sentAt: new Date(tweet.at * 1000).toISOString(),
        body: tweet.text,
        replyTo: tweet.parent ? String(tweet.parent.id) : null,
        response: tweet.answer ? String(tweet.answer.id) : null,
        channel: tweet.brand,
        threadKey: String(tweet.tree),
      }));
      expect((await everyMessage(caller)).sort(byId)).toEqual(written.sort(byId));
    });

    if (name !== PUBLISHED) return;

    test('are those published with the archive, for three brands and for all', async () => {
      const { total, groups } = await metrics(caller, { groupBy: ['CHANNEL'] });
      expect(total).toMatchObject({
        inboundMessages: 2778,
        outboundMessages: 2222,
        answeredMessages: 2083,
        responseRate: 0.74982,
        responseTime: { count: 2083, median: 692, p90: 22815, mean: 11803.47 },
        firstResponseTime: { count: 1314, median: 816.5, p90: 32906 },
      });
      const few = FEW.map((brand) => groups.find(({ channel }) => channel!.externalId === brand)!);
      expect(few.map(({ channel }) => channel!.name)).toEqual([
        'sprintcare',
        'AppleSupport',
        'AmazonHelp',
      ]);
      expect(
        few.map((figures) => [
          figures.inboundMessages,
          figures.outboundMessages,
          figures.answeredMessages,
          figures.responseRate,
          figures.responseTime,
          figures.conversations,
          figures.firstResponseTime.median,
          figures.firstResponseTime.p90,
        ]),
      ).toEqual([
        [
          42,
          32,
          30,
          0.714286,
          { count: 30, median: 233, p90: 777, mean: 1666.23 },
          19,
          205,
          115277,
        ],
        [
          163,
          140,
          139,
          0.852761,
          { count: 139, median: 537, p90: 1742, mean: 1471.08 },
          85,
          469,
          1687,
        ],
        [
          240,
          192,
          187,
          0.779167,
          { count: 187, median: 533, p90: 2317, mean: 1795.06 },
          103,
          748,
          5446,
        ],
      ]);

      const { channels } = await caller.query<{
        channels: { nodes: { id: string; externalId: string }[] };
      }>('{ channels(first: 100) { nodes { id externalId } } }');
      const wanted = channels.nodes.filter(({ externalId }) => FEW.includes(externalId));
      const limited = await metrics(caller, { channelIds: wanted.map(({ id }) => id) });
      expect(summands(limited.total)).toEqual(
        summands(few[0]!).map((_, at) => few.reduce((sum, one) => sum + summands(one)[at]!, 0)),
      );
    });
  });
});
