import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { asOwner } from '../support/owner';
import { InboundWorld, message, type CustomChannel } from './inbound-world';

/**
 * Nothing accepted is lost and nothing doubles, whenever workers are killed.
 * `npm run test:long` plays many more courses.
 */
const COURSES = Number(process.env.PARLEY_LONG_TESTS ?? 3);

jest.setTimeout(COURSES * 60_000);

let world: InboundWorld;
/** How many workers died in the middle of their work. */
let killed = 0;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  world = await InboundWorld.create({}, 'api');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => world.close());

/** One course: what comes, by thread, and when each worker dies. */
interface Course {
  /** The thread of each message, delivery by delivery. */
  deliveries: number[][];
  /** Of each worker before the last: at which of its statements. */
  deaths: number[];
}

const courses: fc.Arbitrary<Course> = fc.record({
  deliveries: fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 12,
  }),
  deaths: fc.array(
    fc.integer({ min: 2, max: 90 }).map((half) => half / 2),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Starts a worker's process, which waits for its fate. */
async function load(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'mortal-worker.mjs')], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: world.parley.database.url,
      PARLEY_SECRET_KEY: 'ab'.repeat(32),
      LOG_LEVEL: 'silent',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child.stdout, 'data');
  return child;
}

/** Lets a worker run until its death, or for the last one until nothing is left to do. */
async function live(child: ChildProcess, death: number): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin!.write(`${death}\n`);
  // one whose work is over before its time has come does not die by itself
  const idle = setInterval(() => {
    void queueLength().then((left) => left === 0 && child.kill('SIGTERM'));
  }, 100);
  if (death === 0) clearInterval(idle);
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  clearInterval(idle);
  if (signal === 'SIGKILL') killed += 1;
}

async function queueLength(): Promise<number> {
  const [row] = await asOwner<{ count: number }>(
    world.parley,
    'select count(*)::int as count from inbound_queue where not is_dead',
  );
  return row!.count;
}

interface Outcome {
  messages: { id: string; thread: string }[];
  conversations: number;
  events: number;
  dead: number;
}

async function outcomeOf({ workspaceId, channelId }: CustomChannel): Promise<Outcome> {
  const [row] = await asOwner<Outcome & Record<string, unknown>>(
    world.parley,
    `select
       (select coalesce(jsonb_agg(jsonb_build_object('id', m.external_id, 'thread', c.thread_key)
          order by m.external_id), '[]')
        from message m join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
        where m.channel_id = $2) as messages,
       (select count(*)::int from conversation where channel_id = $2) as conversations,
       (select count(*)::int from (
          select type from event_log where workspace_id = $1
          union all select type from event_outbox where workspace_id = $1
        ) e where type = 'message.added') as events,
       (select count(*)::int from inbound_queue where channel_id = $2) as dead`,
    [workspaceId, channelId],
  );
  return row!;
}

async function check({ deliveries, deaths }: Course): Promise<void> {
  const [channel, ...workers] = await Promise.all([
    world.connect(),
    ...Array.from({ length: deaths.length + 1 }, () => load()),
  ]);
  const sent = deliveries.map((threads, at) =>
    threads.map((thread, index) => ({ id: `m-${at}-${index}`, thread: `t-${thread}` })),
  );
  const post = (items: { id: string; thread: string }[]) =>
    world.deliver(
      channel,
      items.map(({ id, thread }) =>
        message({ externalId: id, threadKey: thread, author: { externalId: `of ${thread}` } }),
      ),
    );
  const half = Math.ceil(sent.length / 2);
  await Promise.all(sent.slice(0, half).map(post));
  // the rest comes while workers live and die
  const rest = Promise.all(sent.slice(half).map(post));
  for (const [index, death] of deaths.entries()) await live(workers[index]!, death);
  await rest;
  await live(workers.at(-1)!, 0);
  const all = sent.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const outcome = await outcomeOf(channel);
  expect(outcome.messages.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(all);
  expect(outcome).toMatchObject({
    conversations: new Set(all.map(({ thread }) => thread)).size,
    events: all.length,
    dead: 0,
  });
}

test('no accepted delivery is lost or doubled, at whatever statement workers are killed', async () => {
  await fc.assert(fc.asyncProperty(courses, check), { numRuns: COURSES, endOnFailure: true });
  expect(killed).toBeGreaterThanOrEqual(COURSES / 3);
});
