import { randomUUID } from 'node:crypto';
import { logWeeks, type LogWeek } from '../support/log-weeks';
import { until } from '../support/process';
import { OutboxWorld, tagged } from './outbox-world';

/** The tables that the log consists of, one for each week. */

const WEEK = 7 * 86_400_000;

let world: OutboxWorld;
let workspaceId: string;

beforeEach(async () => {
  world = await OutboxWorld.create(4);
  workspaceId = await world.makeWorkspace();
  await dropAll();
});
afterEach(() => world.close());

async function dropAll(): Promise<void> {
  const { rows } = await world.owner.query<{ dropped: string | null }>(
    `select drop_event_partition('infinity') as dropped`,
  );
  if (rows[0]!.dropped !== null) await dropAll();
}

function weeks(): Promise<LogWeek[]> {
  return logWeeks(world.owner);
}

function isMondayInUtc(date: Date): boolean {
  return date.getUTCDay() === 1 && date.getTime() % 86_400_000 === 0;
}

test('whoever begins to lead makes the tables of this week and of two weeks ahead', async () => {
  const sequencer = world.startSequencer();
  await until(async () => sequencer.isLeader && (await weeks()).length === 3, 'there are tables');
  const [first, ...others] = await weeks();
  expect(isMondayInUtc(first!.from)).toBe(true);
  expect(first!.from.getTime()).toBeLessThanOrEqual(Date.now());
  expect(first!.to.getTime()).toBeGreaterThan(Date.now());
  let end = first!.to;
  for (const { from, to } of others) {
    expect(from).toEqual(end);
    end = to;
  }
});

test('an event of a week without a table gets its position, and the week its table', async () => {
  const sequencer = world.startSequencer();
  await until(async () => sequencer.isLeader && (await weeks()).length === 3, 'there are tables');
  const [present] = await weeks();
  await dropAll();
  const mark = randomUUID();
  await world.commit(workspaceId, [tagged(randomUUID(), mark)]);
  sequencer.ring();
  await world.untilSequenced();
  expect(await world.read(workspaceId)).toMatchObject([{ position: 1, mark }]);
  expect((await weeks())[0]).toEqual(present);
  expect(sequencer.isLeader).toBe(true);
  expect(world.logged.filter((line) => line.includes('lost'))).toEqual([]);
});

test('weeks are those of UTC, in whatever time zone the tables are made', async () => {
  const owner = await world.owner.connect();
  try {
    for (const [zone, days] of [
      ['America/New_York', 200],
      ['UTC', 300],
      ['Pacific/Auckland', 400],
      ['America/New_York', 500],
    ] as const) {
      await owner.query(`set time zone '${zone}'`);
      await owner.query(`select ensure_event_partitions(now() + $1 * interval '1 day')`, [days]);
    }
  } finally {
    owner.release(true);
  }
  const made = await weeks();
  expect(made.length).toBeGreaterThanOrEqual(500 / 7);
  for (const [index, { name, from, to }] of made.entries()) {
    expect(isMondayInUtc(from)).toBe(true);
    expect(to.getTime() - from.getTime()).toBe(WEEK);
    if (index > 0) expect(from).toEqual(made[index - 1]!.to);
    expect(name).toMatch(/^event_log_20\d\dw\d\d$/);
  }
  expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
});

test('tables are made without waiting for those who read and write the log', async () => {
  await world.owner.query('select ensure_event_partitions(now())');
  const reader = await world.owner.connect();
  const maker = await world.owner.connect();
  try {
    await reader.query('begin; select from event_log limit 1');
    await reader.query('delete from event_log');
    await maker.query(`set lock_timeout = '1s'`);
    await maker.query(`select ensure_event_partitions(now() + interval '30 days')`);
    expect((await weeks()).length).toBeGreaterThan(4);
  } finally {
    reader.release(true);
    maker.release(true);
  }
});

test('the API’s role reaches a week’s table only by way of the log, whose rows are limited', async () => {
  await world.owner.query('select ensure_event_partitions(now())');
  const [{ name } = { name: '' }] = await weeks();
  const transaction = await world.begin(workspaceId);
  const query = transaction.client.query(`select from parley_log.${name}`);
  await expect(query).rejects.toMatchObject({ code: '42501' });
  await transaction.rollback();
});
