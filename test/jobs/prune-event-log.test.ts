import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { enqueue } from '../../src/jobs/queue';
import { logWeeks } from '../support/log-weeks';
import { dueTimes, JobWorld } from './job-world';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

let world: JobWorld;
let workspaceId: string;
/** The start of this week, as the log divides time. */
let monday: number;

beforeAll(async () => {
  world = await JobWorld.create();
  workspaceId = randomUUID();
  await world.owner.query(`insert into workspace values ($1, 'A', now())`, [workspaceId]);
});
beforeEach(async () => {
  const { rows } = await world.owner.query<{ monday: Date }>(
    `select date_trunc('week', now(), 'UTC') as monday`,
  );
  monday = rows[0]!.monday.getTime();
  await world.owner.query(`select ensure_event_partitions(now() + interval '5 weeks')`);
});
afterEach(async () => {
  await world.reset();
  await world.owner.query('delete from event_log');
});
afterAll(() => world.close());

/** Runs the task at a time, with so many days of retention. */
async function prune(now: number, eventRetentionDays: number): Promise<void> {
  await world.units.transaction(workspaceId, (session) =>
    enqueue(session, { task: 'prune-event-log', payload: {} }),
  );
  await work(now, eventRetentionDays);
}

/** Runs what is due. */
async function work(now: number, eventRetentionDays: number): Promise<void> {
  const worker = await world.startWorker({ clock: () => new Date(now), eventRetentionDays });
  await worker.drain();
  await worker.stop();
}

/** Puts an event into the log as if it had been sequenced at that time. */
async function log(position: number, sequencedAt: number): Promise<void> {
  await world.owner.query(
    `insert into event_log (workspace_id, position, sequenced_at, event_id, type, version,
       occurred_at, recorded_at, actor, subject, data)
     values ($1, $2, $3, gen_random_uuid(), 'customer.created', 1, now(), now(), '{}', gen_random_uuid(), '{}')`,
    [workspaceId, position, new Date(sequencedAt)],
  );
}

async function positions(): Promise<number[]> {
  const { rows } = await world.owner.query<{ position: number }>(
    'select position::int from event_log order by position',
  );
  return rows.map(({ position }) => position);
}

/** When the weeks begin that the log has tables for, in weeks from this one. */
async function weeks(): Promise<number[]> {
  return (await logWeeks(world.owner)).map(({ from }) => (from.getTime() - monday) / WEEK);
}

test('drops the tables of weeks that are over for longer than events are kept, and makes those of the next three', async () => {
  await log(1, monday + DAY);
  await log(2, monday + WEEK - 1);
  await log(3, monday + WEEK);
  await log(4, monday + 3 * WEEK);
  // the week that is followed by position 3 ended exactly ten days before
  await prune(monday + WEEK + 10 * DAY, 10);
  expect(await positions()).toEqual([3, 4]);
  expect(await weeks()).toEqual([1, 2, 3, 4, 5]);
  await prune(monday + 4 * WEEK + 10 * DAY, 10);
  expect(await positions()).toEqual([]);
  expect(await weeks()).toEqual([4, 5, 6, 7, 8]);
});

test('keeps a week as long as one of its events could be younger than that', async () => {
  await log(1, monday + DAY);
  await prune(monday + WEEK + 10 * DAY - 1, 10);
  expect(await positions()).toEqual([1]);
});

test('gives up soon while somebody reads the log for long, and is tried again', async () => {
  await log(1, monday + DAY);
  const reader = new Client(world.database.url);
  await reader.connect();
  try {
    await reader.query('begin; select from event_log');
    await prune(monday + 8 * WEEK, 10);
    expect(await world.jobs()).toMatchObject([
      { attempts: 1, last_error: 'canceling statement due to lock timeout' },
    ]);
    expect(await positions()).toEqual([1]);
  } finally {
    await reader.end();
  }
  await world.letTimePass();
  await work(monday + 8 * WEEK, 10);
  expect(await world.jobs()).toEqual([]);
  expect(await positions()).toEqual([]);
});

test('is scheduled once a day', async () => {
  await world.startWorker();
  expect(dueTimes(await world.schedule('prune-event-log'))).toHaveLength(1);
});
