import { randomUUID } from 'node:crypto';
import { enqueue } from '../../src/jobs/queue';
import { dueTimes, JobWorld } from './job-world';

const now = new Date('2026-03-01T12:00:00Z');

let world: JobWorld;

beforeAll(async () => {
  world = await JobWorld.create();
});
afterEach(() => world.reset());
afterAll(() => world.close());

test('deletes the expired answers of all workspaces, and no others', async () => {
  const workspaces = [randomUUID(), randomUUID(), randomUUID()];
  for (const workspace of workspaces) {
    await world.owner.query(`insert into workspace values ($1, 'A', now())`, [workspace]);
    await addRecords(workspace, 'expired', 1_200, now);
    await addRecords(workspace, 'kept', 3, new Date(now.getTime() + 1));
  }
  const worker = await world.startWorker({ clock: () => now });
  await world.units.transaction(workspaces[0]!, (session) =>
    enqueue(session, { task: 'prune-idempotency-records', payload: {} }),
  );
  await worker.drain();

  const { rows } = await world.owner.query<{ workspace: string; kept: number }>(
    `select workspace_id as workspace, count(*) filter (where caller = 'kept')::int as kept,
       count(*)::int as all from idempotency_record group by 1`,
  );
  const left = workspaces.map((workspace) => ({ workspace, kept: 3, all: 3 }));
  expect(rows).toHaveLength(3);
  expect(rows).toEqual(expect.arrayContaining(left));
  expect(world.logged.join('')).toContain('"deleted":3600');
});

test('leaves out an answer that a request is working on', async () => {
  const workspace = randomUUID();
  await world.owner.query(`insert into workspace values ($1, 'A', now())`, [workspace]);
  await addRecords(workspace, 'busy', 2, now);
  const worker = await world.startWorker({ clock: () => now });
  await world.owner.query('begin');
  try {
    await world.owner.query(
      `update idempotency_record set answer = '{}' where workspace_id = $1 and key = '1'`,
      [workspace],
    );
    await world.units.transaction(workspace, (session) =>
      enqueue(session, { task: 'prune-idempotency-records', payload: {} }),
    );
    await worker.drain();
  } finally {
    await world.owner.query('commit');
  }
  const { rows } = await world.owner.query(
    `select key from idempotency_record where workspace_id = $1`,
    [workspace],
  );
  expect(rows).toEqual([{ key: '1' }]);
});

test('is scheduled once in every hour', async () => {
  await world.startWorker();
  const due = dueTimes(await world.schedule('prune-idempotency-records'));
  expect(due.map(({ hour }) => hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
});

async function addRecords(
  workspace: string,
  caller: string,
  count: number,
  expiresAt: Date,
): Promise<void> {
  await world.owner.query(
    `insert into idempotency_record
       (workspace_id, caller, key, mutation, input_hash, created_at, expires_at)
     select $1, $2, n, 'createChannel', '', $4, $4 from generate_series(1, $3) n`,
    [workspace, caller, count, expiresAt],
  );
}
