import { cronItems } from '../../src/jobs/cron';
import { upkeep } from '../../src/jobs/tasks';
import type { Task } from '../../src/jobs/task';
import { Gate, JobWorld, until, type TestPayloads } from './job-world';

let world: JobWorld;

beforeAll(async () => {
  world = await JobWorld.create();
});
afterEach(() => world.reset());
afterAll(() => world.close());

test('a job that throws is tried again', async () => {
  let runs = 0;
  const note = () => (++runs === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve());
  const worker = await world.startWorker({ tasks: { note } });
  await world.enqueue({ task: 'note', payload: { text: '' } });

  await worker.drain();
  expect(runs).toBe(1);
  expect(await world.jobs()).toMatchObject([{ attempts: 1, last_error: 'not yet' }]);

  await world.letTimePass();
  await worker.drain();
  expect(runs).toBe(2);
  expect(await world.jobs()).toEqual([]);
});

test('a job that has used up its attempts stays in the queue as failed', async () => {
  let runs = 0;
  const note = () => Promise.reject(new Error(`failure ${++runs}`));
  const worker = await world.startWorker({ tasks: { note } });
  await world.enqueue({ task: 'note', payload: { text: '' }, maxAttempts: 2 });
  for (let round = 1; round <= 3; round++) {
    await worker.drain();
    await world.letTimePass();
  }
  expect(runs).toBe(2);
  expect(await world.jobs()).toMatchObject([{ attempts: 2, last_error: 'failure 2' }]);
});

test('a failure is logged with task and attempt, and payloads never', async () => {
  const note = ({ text }: TestPayloads['note']) =>
    text === 'secret one' ? Promise.reject(new Error('no luck')) : Promise.resolve();
  const worker = await world.startWorker({ tasks: { note } });
  await world.enqueue(
    { task: 'note', payload: { text: 'secret one' } },
    { task: 'note', payload: { text: 'secret two' } },
  );
  await worker.drain();
  const lines = world.logged.map((line) => JSON.parse(line) as { level: number; msg: string });
  expect(lines.filter(({ level }) => level >= 40)).toMatchObject([
    { msg: 'job failed', task: 'note', attempt: 1, err: { message: 'no luck' } },
  ]);
  expect(lines.filter(({ msg }) => msg === 'job done')).toMatchObject([
    { task: 'note', attempt: 1 },
  ]);
  expect(world.logged.join('')).not.toContain('secret');
});

test('two workers share the jobs, and each job runs once', async () => {
  const runs: string[] = [];
  const names = ['left', 'right'];
  const present = new Set<string>();
  for (const name of names) {
    await world.startWorker({
      tasks: {
        note: async ({ text }: TestPayloads['note']) => {
          present.add(name);
          await until('both workers have a job', () => present.size === names.length);
          runs.push(text);
        },
      },
    });
  }
  const texts = Array.from({ length: 100 }, (_, index) => String(index));
  await world.enqueue(...texts.map((text) => ({ task: 'note' as const, payload: { text } })));
  await until('the queue is empty', async () => (await world.jobs()).length === 0);
  expect(runs.sort()).toEqual(texts.sort());
});

test('a stop waits for the job that runs, and takes no other', async () => {
  const gate = new Gate();
  const ends: string[] = [];
  const hold = async () => {
    await gate.pass();
    ends.push('hold');
  };
  const note = () => Promise.resolve(void ends.push('note'));
  const worker = await world.startWorker({ tasks: { hold, note }, concurrency: 1 });
  await world.enqueue({ task: 'hold', payload: {} }, { task: 'note', payload: { text: '' } });
  await until('the job runs', () => gate.arrivals === 1);

  const stopped = worker.stop();
  gate.open();
  await stopped;
  expect(ends).toEqual(['hold']);
  expect(await world.jobs()).toMatchObject([
    { task_identifier: 'note', attempts: 0, locked_by: null },
  ]);
});

test('a job that ends itself on the signal of a stop goes back to the queue, as if not tried', async () => {
  const begun = new Gate();
  const hold: Task<object> = async (_, { signal }) => {
    await begun.pass(signal);
  };
  const worker = await world.startWorker({ tasks: { hold } });
  await world.enqueue({ task: 'hold', payload: {}, queueName: 'one', maxAttempts: 1 });
  await until('the job runs', () => begun.arrivals === 1);
  await worker.stop();
  expect(await world.jobs()).toMatchObject([{ attempts: 0, locked_by: null, last_error: null }]);

  begun.open();
  await (await world.startWorker({ tasks: { hold } })).drain();
  expect(begun.arrivals).toBe(2);
});

test('a job that outlasts the stop of its worker goes back to the queue, as if not tried', async () => {
  const gate = new Gate();
  const hold = () => gate.pass();
  const worker = await world.startWorker({ tasks: { hold }, stopSeconds: 0.1 });
  await world.enqueue({ task: 'hold', payload: {} });
  await until('the job runs', () => gate.arrivals === 1);
  await worker.stop();
  expect(await world.jobs()).toMatchObject([{ attempts: 0, locked_by: null, last_error: null }]);
  gate.open();
});

test('draining gives up in time, and names what is left', async () => {
  const gate = new Gate();
  const worker = await world.startWorker({ tasks: { hold: () => gate.pass() } });
  await world.enqueue({ task: 'hold', payload: {} });
  await expect(worker.drain(0.2)).rejects.toThrow('unfinished after 0.2 s: hold');
  gate.open();
  await worker.drain();
});

test('draining waits for jobs that jobs add', async () => {
  const notes: string[] = [];
  const note = async ({ text }: TestPayloads['note']) => {
    notes.push(text);
    if (text.length < 5) await world.enqueue({ task: 'note', payload: { text: `${text}.` } });
  };
  const worker = await world.startWorker({ tasks: { note } });
  await world.enqueue({ task: 'note', payload: { text: '.' } });
  await worker.drain();
  expect(notes).toEqual(['.', '..', '...', '....', '.....']);
});

test('workers that die because the database fails them are replaced, and their job runs again', async () => {
  const gate = new Gate();
  const worker = await world.startWorker({
    tasks: { hold: () => gate.pass() },
    concurrency: 1,
    leaseSeconds: 1,
  });
  await world.enqueue({ task: 'hold', payload: {} });
  await until('the job runs', () => gate.arrivals === 1);
  await world.owner.query('alter table graphile_worker._private_jobs rename to away');
  const trace = jest.spyOn(console, 'trace').mockReturnValue();
  gate.open();
  await until('the worker has died', () => trace.mock.calls.length > 0);
  trace.mockRestore();
  await world.owner.query('alter table graphile_worker.away rename to _private_jobs');
  await worker.drain();
  expect(gate.arrivals).toBe(2);
});

test('a failing query does not end the schedule, nor the process', async () => {
  await world.owner.query('alter table graphile_worker._private_known_crontabs rename to away');
  await world.startWorker();
  await until('the schedule was tried', () => world.logged.join('').includes('known_crontabs'));
  await world.owner.query('alter table graphile_worker.away rename to _private_known_crontabs');
  const known = () => world.owner.query('select from graphile_worker._private_known_crontabs');
  const count = cronItems().filter(({ task }) => task in upkeep).length;
  await until('the schedule is known', async () => (await known()).rowCount === count);
});

test('a worker can stop while a query of its schedule fails', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', note);
  await world.owner.query('alter table graphile_worker._private_known_crontabs rename to away');
  try {
    const worker = await world.startWorker();
    await until('the schedule was tried', () => world.logged.join('').includes('known_crontabs'));
    await worker.stop();
    expect(rejections).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
    await world.owner.query('alter table graphile_worker.away rename to _private_known_crontabs');
  }
});
