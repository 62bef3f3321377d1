import fc from 'fast-check';
import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const FIGURES = `inboundMessages outboundMessages answeredMessages responseRate
  responseTime { count median p90 mean } conversations answeredConversations
  conversationResponseRate firstResponseTime { count median p90 mean }`;

interface Times {
  count: number;
  median: number | null;
  p90: number | null;
  mean: number | null;
}

interface Figures {
  inboundMessages: number;
  outboundMessages: number;
  answeredMessages: number;
  responseRate: number | null;
  responseTime: Times;
  conversations: number;
  answeredConversations: number;
  conversationResponseRate: number | null;
  firstResponseTime: Times;
}

interface Group extends Figures {
  channel: { id: string } | null;
  day: string | null;
  hourOfWeek: number | null;
  visibility: string | null;
}

function metrics(client: Client, args: object): Promise<{ total: Figures; groups: Group[] }> {
  const keys = 'channel { id } day hourOfWeek visibility';
  return call(
    client,
    'responseMetrics',
    args,
    `{ total { ${FIGURES} } groups { ${keys} ${FIGURES} } }`,
  );
}

const none: Times = { count: 0, median: null, p90: null, mean: null };

test('nothing at all has no rates and no times', async () => {
  const { owner } = await parley.workspace();
  expect(await metrics(owner, {})).toEqual({
    total: {
      inboundMessages: 0,
      outboundMessages: 0,
      answeredMessages: 0,
      responseRate: null,
      responseTime: none,
      conversations: 0,
      answeredConversations: 0,
      conversationResponseRate: null,
      firstResponseTime: none,
    },
    groups: [],
  });
});

test('a small story has the figures that can be worked out by hand', async () => {
  const { owner } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const at = (minutes: number) =>
    new Date(Date.UTC(2026, 1, 2, 23) + minutes * 60_000).toISOString();
  const say = (externalId: string, minutes: number, input: object = {}) =>
    recordMessage(owner, channelId, { threadKey: 'a', externalId, sentAt: at(minutes), ...input });
  const company = { direction: 'OUTBOUND', customer: null };
  await say('1', 0);
  await say('2', 10, { customer: null, author: { externalId: 'bystander' } });
  await say('3', 30, { ...company, replyToExternalId: '1' });
  await say('4', 40, { ...company, replyToExternalId: '1' });
  await say('5', 50);
  await say('6', 90, { ...company, replyToExternalId: '5' });
  await say('7', 90, { threadKey: 'b' });
  const { total, groups } = await metrics(owner, { groupBy: ['DAY', 'HOUR_OF_WEEK'] });
  expect(total).toEqual({
    inboundMessages: 4,
    outboundMessages: 3,
    answeredMessages: 2,
    responseRate: 0.5,
    responseTime: { count: 2, median: 2_100, p90: 2_400, mean: 2_100 },
    conversations: 2,
    answeredConversations: 1,
    conversationResponseRate: 0.5,
    firstResponseTime: { count: 1, median: 1_800, p90: 1_800, mean: 1_800 },
  });
  const brief = groups.map(
    ({ day, hourOfWeek, inboundMessages, outboundMessages, conversations }) => [
      ...[day, hourOfWeek],
      ...[inboundMessages, outboundMessages, conversations],
    ],
  );
  expect(brief).toEqual([
    ['2026-02-02', 23, 3, 2, 1],
    ['2026-02-03', 24, 1, 1, 1],
  ]);
  const inParis = await metrics(owner, { groupBy: ['HOUR_OF_WEEK'], timeZone: 'Europe/Paris' });
  expect(inParis.groups.map(({ hourOfWeek }) => hourOfWeek)).toEqual([24, 25]);
});

/** A message as the reference sees it; times are seconds. */
interface Told {
  id: string;
  channel: 0 | 1;
  thread: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  direction: 'INBOUND' | 'OUTBOUND';
  at: number;
  replyTo: string | null;
}

const START = Date.UTC(2026, 2, 28, 20);
const HOUR = 3_600;

const messages: fc.Arbitrary<Told[]> = fc
  .array(
    fc.record({
      channel: fc.constantFrom<0 | 1>(0, 1),
      visibility: fc.constantFrom('PUBLIC', 'PRIVATE'),
      thread: fc.constantFrom('a', 'b'),
      direction: fc.constantFrom('INBOUND', 'OUTBOUND'),
      at: fc.integer({ min: 0, max: 40 * HOUR }),
      replyTo: fc.option(fc.integer({ min: 0, max: 11 })),
    }),
    { minLength: 4, maxLength: 12 },
  )
  .map((drafts) => {
    const told = drafts.map((draft, index) => ({
      ...(draft as Omit<Told, 'id' | 'replyTo'>),
      id: `m${index}`,
      thread: `${draft.visibility} ${draft.thread}`,
      replyTo: draft.replyTo === null ? null : `m${draft.replyTo}`,
    }));
    // a platform's ids hold within one channel
    return told.map((message) => {
      const parent = told.find(({ id }) => id === message.replyTo);
      return parent && parent.channel === message.channel ? message : { ...message, replyTo: null };
    });
  });

function figures(all: readonly Told[], picked: (it: Told) => boolean): Figures {
  const chosen = all.filter(picked);
  const inbound = chosen.filter(({ direction }) => direction === 'INBOUND');
  const answers = inbound.map((it) => ({ it, response: responseTo(it, all) }));
  const answered = answers.filter(({ response }) => response !== null);
  const firsts = firstInbounds(all).filter(picked);
  const responses = firsts.map((it) => ({ it, response: firstResponse(it, all) }));
  const responded = responses.filter(({ response }) => response !== null);
  const share = (part: number, whole: number) =>
    whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;
  const seconds = (pairs: { it: Told; response: Told | null }[]) =>
    pairs.map(({ it, response }) => response!.at - it.at).filter((time) => time >= 0);
  return {
    inboundMessages: inbound.length,
    outboundMessages: chosen.length - inbound.length,
    answeredMessages: answered.length,
    responseRate: share(answered.length, inbound.length),
    responseTime: times(seconds(answered)),
    conversations: firsts.length,
    answeredConversations: responded.length,
    conversationResponseRate: share(responded.length, firsts.length),
    firstResponseTime: times(seconds(responded)),
  };
}

function times(seconds: number[]): Times {
  if (seconds.length === 0) return none;
  const sorted = seconds.sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const sum = sorted.reduce((total, time) => total + time, 0);
  return {
    count: sorted.length,
    median: (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2,
    p90: sorted[Math.ceil(sorted.length * 0.9) - 1]!,
    mean: Math.round((sum / sorted.length) * 100) / 100,
  };
}

const sameThread = (a: Told, b: Told) => a.channel === b.channel && a.thread === b.thread;

function responseTo(message: Told, all: readonly Told[]): Told | null {
  return earliest(
    all.filter(
      (it) =>
        it.direction === 'OUTBOUND' &&
        it.channel === message.channel &&
        (it.replyTo === message.id ||
          (message.visibility === 'PRIVATE' && sameThread(it, message) && it.at > message.at)),
    ),
  );
}

function earliest(messages: readonly Told[]): Told | null {
  return messages.reduce<Told | null>(
    (first, it) => (!first || it.at < first.at ? it : first),
    null,
  );
}

function firstInbounds(all: readonly Told[]): Told[] {
  const inbound = all.filter(({ direction }) => direction === 'INBOUND');
  return inbound.filter((it) => earliest(inbound.filter((other) => sameThread(it, other))) === it);
}

function firstResponse(first: Told, all: readonly Told[]): Told | null {
  return earliest(
    all.filter((it) => it.direction === 'OUTBOUND' && sameThread(it, first) && it.at >= first.at),
  );
}

test('the figures of any story are those of a naive count, whatever they are split by', async () => {
  await fc.assert(
    fc.asyncProperty(
      messages.filter((all) => new Set(all.map(({ at }) => at)).size === all.length),
      fc.subarray(['CHANNEL', 'DAY', 'HOUR_OF_WEEK', 'VISIBILITY']),
      fc.constantFrom('UTC', 'Europe/Paris', 'Asia/Kathmandu', 'America/St_Johns'),
      fc.record({
        from: fc.option(fc.integer({ min: 0, max: 20 * HOUR })),
        to: fc.option(fc.integer({ min: 20 * HOUR, max: 40 * HOUR })),
      }),
      fc.option(fc.constantFrom('PUBLIC', 'PRIVATE')),
      fc.option(fc.subarray<0 | 1>([0, 1]), { freq: 2 }),
      async (all, groupBy, timeZone, range, visibility, channels) => {
        const { owner } = await parley.workspace();
        const ids = [await makeChannel(owner), await makeChannel(owner)];
        await tell(owner, ids, all);
        const instant = (at: number | null) => (at === null ? null : timeOf(at).toISOString());
        const { total, groups } = await metrics(owner, {
          groupBy,
          timeZone,
          visibility,
          range: { from: instant(range.from), to: instant(range.to) },
          channelIds: channels && channels.map((index) => ids[index]),
        });
        const picked = (it: Told) =>
          (range.from === null || it.at >= range.from) &&
          (range.to === null || it.at < range.to) &&
          (visibility === null || it.visibility === visibility) &&
          (channels === null || channels.includes(it.channel));
        expect(total).toEqual(figures(all, picked));
        const keysOf = (it: Told) => ({
          channel: groupBy.includes('CHANNEL') ? { id: ids[it.channel] } : null,
          visibility: groupBy.includes('VISIBILITY') ? it.visibility : null,
          ...localTime(it.at, timeZone, groupBy),
        });
        const keys = new Set(all.filter(picked).map((it) => JSON.stringify(keysOf(it))));
        const expected = [...keys].map((key) => ({
          ...(JSON.parse(key) as object),
          ...figures(all, (it) => picked(it) && JSON.stringify(keysOf(it)) === key),
        }));
        expect(sorted(groups)).toEqual(sorted(groupBy.length > 0 ? expected : []));
      },
    ),
    { numRuns: 12 },
  );
});

const sorted = (groups: object[]) =>
  groups
    .map((group) => Object.fromEntries(Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const timeOf = (at: number) => new Date(START + at * 1000);

async function tell(owner: Client, ids: string[], all: readonly Told[]): Promise<void> {
  for (const { channel, thread, visibility, direction, at, id, replyTo } of all) {
    await recordMessage(owner, ids[channel]!, {
      threadKey: thread,
      visibility,
      direction,
      externalId: id,
      sentAt: timeOf(at).toISOString(),
      replyToExternalId: replyTo,
      customer: direction === 'INBOUND' ? { externalId: 'ada' } : null,
    });
  }
}

/** Day and hour of the week, by the clock on the wall. */
function localTime(at: number, timeZone: string, groupBy: string[]) {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' },
  }).formatToParts(timeOf(at));
  const part = (type: string) => parts.find((it) => it.type === type)!.value;
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(
    part('weekday').replace('.', ''),
  );
  return {
    day: groupBy.includes('DAY') ? `${part('year')}-${part('month')}-${part('day')}` : null,
    hourOfWeek: groupBy.includes('HOUR_OF_WEEK') ? weekday * 24 + Number(part('hour')) : null,
  };
}

test('notes are counted nowhere', async () => {
  const { owner } = await parley.workspace();
  const { conversation } = await recordMessage(owner, await makeChannel(owner));
  const args = { conversationId: conversation.id, input: { body: 'x' } };
  await must(owner, 'noteAdd', args, 'note { id }');
  const { total } = await metrics(owner, {});
  expect(total).toMatchObject({ inboundMessages: 1, outboundMessages: 0, answeredMessages: 0 });
});

test.each<[string, object, string[]]>([
  ['an unknown time zone', { timeZone: 'Mars/Olympus' }, ['timeZone']],
  ['an empty time zone', { timeZone: '' }, ['timeZone']],
  ['too many channels', { channelIds: Array(101).fill('x') }, ['channelIds']],
  ['a time out of range', { range: { to: '2300-01-01T00:00:00Z' } }, ['range', 'to']],
])('%s is refused', async (_, args, argument) => {
  const { owner } = await parley.workspace();
  const { errors } = await ask(owner, 'responseMetrics', args, '{ total { inboundMessages } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
});

test('every time zone that is accepted is one that the database knows', async () => {
  const { owner } = await parley.workspace();
  const zones = Intl.supportedValuesOf('timeZone');
  await asOwner(parley, 'select now() at time zone zone from unnest($1::text[]) zone', [zones]);
  for (const timeZone of ['utc', 'europe/paris', 'GMT', 'CET', 'EST5EDT', 'Etc/GMT+5']) {
    await call(owner, 'responseMetrics', { timeZone, groupBy: ['DAY'] }, '{ groups { day } }');
  }
  // PostgreSQL reads signs the other way round
  for (const timeZone of ['+01:00', '-0330', 'GMT+2', 'UTC-1', 'localtime']) {
    const args = { timeZone, groupBy: ['DAY'] };
    const { errors } = await ask(owner, 'responseMetrics', args, '{ groups { day } }');
    expect([timeZone, errors?.[0]?.extensions.code]).toEqual([timeZone, 'BAD_USER_INPUT']);
  }
});
