import { randomUUID } from 'node:crypto';
import { enqueue } from '../../src/jobs/queue';
import { dueTimes, JobWorld } from './job-world';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

let world: JobWorld;
let workspaceId: string;
let channelId: string;
/** The start of this week, as deliveries are divided. */
let monday: number;

beforeAll(async () => {
  world = await JobWorld.create();
  [workspaceId, channelId] = [randomUUID(), randomUUID()];
  await world.owner.query(`insert into workspace values ($1, 'A', now())`, [workspaceId]);
  await world.owner.query(
    `insert into channel (workspace_id, id, kind, name, external_id, visibility, settings, created_at, updated_at)
     values ($1, $2, 'CUSTOM', 'A', 'a', 'PRIVATE', '{}', now(), now())`,
    [workspaceId, channelId],
  );
  const { rows } = await world.owner.query<{ monday: Date }>(
    `select date_trunc('week', now(), 'UTC') as monday`,
  );
  monday = rows[0]!.monday.getTime();
  await world.owner.query('select ensure_delivery_partitions(now())');
});
afterEach(() => world.reset());
afterAll(() => world.close());

/** Runs the task at a time, with so many days of retention. */
async function prune(now: number, deliveryRetentionDays: number): Promise<void> {
  await world.units.transaction(workspaceId, (session) =>
    enqueue(session, { task: 'prune-deliveries', payload: {} }),
  );
  const worker = await world.startWorker({ clock: () => new Date(now), deliveryRetentionDays });
  await worker.drain();
  await worker.stop();
}

async function deliver(eventKey: string, receivedAt: number): Promise<void> {
  const id = randomUUID();
  const values = [workspaceId, channelId, id, new Date(receivedAt)];
  await world.owner.query(
    `insert into inbound_delivery (workspace_id, channel_id, id, received_at, source, event_key, body)
     values ($1, $2, $3, $4, 'WEBHOOK', $5, '')`,
    [...values, eventKey],
  );
  await world.owner.query(
    `insert into inbound_queue (workspace_id, channel_id, delivery_id, received_at, due_at, is_dead)
     values ($1, $2, $3, $4, $4, true)`,
    values,
  );
}

/** What is kept: deliveries by their keys, and how many dead letters. */
async function kept(): Promise<[string[], number]> {
  const { rows } = await world.owner.query<{ key: string }>(
    'select event_key as key from inbound_delivery order by received_at',
  );
  const queue = await world.owner.query('select from inbound_queue');
  return [rows.map(({ key }) => key), queue.rowCount!];
}

test('drops weeks that are over for longer than deliveries are kept, dead letters too', async () => {
  await deliver('last week', monday - DAY);
  await deliver('this week', monday + DAY);
  await prune(monday + 10 * DAY - 1, 10);
  expect(await kept()).toEqual([['last week', 'this week'], 2]);
  await prune(monday + 10 * DAY, 10);
  expect(await kept()).toEqual([['this week'], 1]);
  await prune(monday + WEEK + 10 * DAY, 10);
  expect(await kept()).toEqual([[], 0]);
});

test('keeps the weeks of what waits on a channel that is paused, and no others', async () => {
  await world.owner.query(`select ensure_delivery_partitions(now() + interval '21 days')`);
  await deliver('this week', monday + DAY);
  await deliver('next week', monday + WEEK + DAY);
  await world.owner.query(`update channel set status = 'PAUSED'`);
  await world.owner.query(
    'update inbound_queue set is_dead = false where received_at between $1 and $2',
    [new Date(monday), new Date(monday + WEEK)],
  );
  await prune(monday + 30 * DAY, 10);
  expect(await kept()).toEqual([['this week'], 1]);
  await world.owner.query(`update channel set status = 'ACTIVE'`);
  await prune(monday + 30 * DAY, 10);
  expect(await kept()).toEqual([[], 0]);
});

test('forgets news of messages that did not come in that time', async () => {
  const wait = (key: string, receivedAt: number) =>
    world.owner.query(
      `insert into awaited_item (workspace_id, id, channel_id, message_external_id, item_key, item, received_at)
       values ($1, gen_random_uuid(), $2, 'm', $3, '{}', $4)`,
      [workspaceId, channelId, key, new Date(receivedAt)],
    );
  await wait('old', monday - 1);
  await wait('new', monday);
  await prune(monday + 10 * DAY, 10);
  const { rows } = await world.owner.query('select item_key from awaited_item');
  expect(rows).toEqual([{ item_key: 'new' }]);
});

test('is scheduled once a day', async () => {
  await world.startWorker();
  expect(dueTimes(await world.schedule('prune-deliveries'))).toHaveLength(1);
});
