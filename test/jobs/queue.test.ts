import { randomUUID } from 'node:crypto';
import { poolOf } from '../../src/db/data-source';
import { enqueue } from '../../src/jobs/queue';
import { Gate, JobWorld, until, type TestPayloads } from './job-world';

let world: JobWorld;
let notes: string[];

const note = (payload: TestPayloads['note']) => {
  notes.push(payload.text);
  return Promise.resolve();
};

beforeAll(async () => {
  world = await JobWorld.create();
});
beforeEach(() => {
  notes = [];
});
afterEach(() => world.reset());
afterAll(() => world.close());

test('a job enqueued in a transaction that commits runs once, with its payload', async () => {
  const worker = await world.startWorker({ tasks: { note } });
  await world.enqueue({ task: 'note', payload: { text: 'naïve “quotes”' } });
  await worker.drain();
  expect(notes).toEqual(['naïve “quotes”']);
  expect(await world.jobs()).toEqual([]);
});

test('a job enqueued in a transaction that rolls back never runs', async () => {
  const worker = await world.startWorker({ tasks: { note } });
  const refusal = world.units.transaction(randomUUID(), async (session) => {
    await enqueue<TestPayloads>(session, { task: 'note', payload: { text: 'undone' } });
    throw new Error('refused');
  });
  await expect(refusal).rejects.toThrow('refused');
  await world.enqueue({ task: 'note', payload: { text: 'done' } });
  await worker.drain();
  expect(notes).toEqual(['done']);
});

test('a job does not begin before its transaction commits', async () => {
  const worker = await world.startWorker({ tasks: { note } });
  await world.units.transaction(randomUUID(), async (session) => {
    await enqueue<TestPayloads>(session, { task: 'note', payload: { text: 'late' } });
    await worker.drain();
    expect(notes).toEqual([]);
  });
  await worker.drain();
  expect(notes).toEqual(['late']);
});

test('a key replaces the job that has not begun yet', async () => {
  await world.enqueue(
    { task: 'note', payload: { text: 'first' }, key: 'greeting' },
    { task: 'note', payload: { text: 'other' }, key: 'farewell' },
  );
  await world.enqueue({ task: 'note', payload: { text: 'second' }, key: 'greeting' });
  const worker = await world.startWorker({ tasks: { note }, concurrency: 1 });
  await worker.drain();
  expect(notes.sort()).toEqual(['other', 'second']);
});

test('a job waits for its time', async () => {
  const worker = await world.startWorker({ tasks: { note } });
  const runAt = new Date(Date.now() + 3_600_000);
  await world.enqueue({ task: 'note', payload: { text: 'in an hour' }, runAt });
  await worker.drain();
  expect(notes).toEqual([]);
  await world.letTimePass();
  await worker.drain();
  expect(notes).toEqual(['in an hour']);
});

test('jobs of one queue run one after the other, and others pass them', async () => {
  const gate = new Gate();
  const worker = await world.startWorker({
    tasks: { note, hold: () => gate.pass() },
    concurrency: 3,
  });
  await world.enqueue({ task: 'hold', payload: {}, queueName: 'slow' });
  await until('the first job runs', () => gate.arrivals === 1);
  await world.enqueue(
    { task: 'note', payload: { text: 'behind' }, queueName: 'slow' },
    { task: 'note', payload: { text: 'beside' } },
  );
  await until('the other job has run', () => notes.length === 1);
  expect(notes).toEqual(['beside']);
  gate.open();
  await worker.drain();
  expect(notes).toEqual(['beside', 'behind']);
});

test('the API’s role can add jobs, and can neither read nor change the queue and the leases', async () => {
  const pool = poolOf(world.api);
  for (const statement of [
    'select from graphile_worker.jobs',
    'select from graphile_worker._private_jobs',
    `select graphile_worker.add_job('note')`,
    'select from parley_jobs.job_lease',
    'delete from parley_jobs.job_lease',
  ]) {
    await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  }
});
