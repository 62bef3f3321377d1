import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Gate, JobWorld, until } from './job-world';

const LEASE = 1;

type Child = ChildProcessByStdio<Writable, Readable, null>;

let world: JobWorld;
let children: Child[];

beforeAll(async () => {
  world = await JobWorld.create();
});
beforeEach(() => {
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.reset();
});
afterAll(() => world.close());

test('a job whose process is killed runs again in another', async () => {
  await world.enqueue({ task: 'hold', payload: {}, queueName: 'line' });
  const child = await startChild();
  await once(child.stdout, 'data');
  child.kill('SIGKILL');

  const gate = new Gate();
  gate.open();
  const worker = await world.startWorker({
    tasks: { hold: () => gate.pass() },
    leaseSeconds: LEASE,
  });
  await worker.drain();
  expect(gate.arrivals).toBe(1);
  expect(world.logged.join('')).toContain('jobs of workers that went silent run again');
});

test('a job that takes longer than a lease stays with its worker', async () => {
  const gate = new Gate();
  const options = { tasks: { hold: () => gate.pass() }, leaseSeconds: LEASE };
  const holder = await world.startWorker(options);
  await world.startWorker(options);
  await world.enqueue({ task: 'hold', payload: {} });
  await until('the job runs for three leases', async () => {
    const { rowCount } = await world.owner.query(
      `select from graphile_worker.jobs where locked_at < now() - $1 * interval '3 seconds'`,
      [LEASE],
    );
    return rowCount === 1;
  });
  gate.open();
  await holder.drain();
  expect(gate.arrivals).toBe(1);
});

test('a process that was paused finishes its job beside the one that took it over, and their queue goes on', async () => {
  await world.enqueue({ task: 'hold', payload: {}, queueName: 'line' });
  const child = await startChild();
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');

  const gate = new Gate();
  const worker = await world.startWorker({
    tasks: { hold: () => gate.pass() },
    leaseSeconds: LEASE,
    concurrency: 1,
  });
  await until('the job is taken over', () => gate.arrivals === 1);
  child.kill('SIGCONT');
  child.stdin.write('go on\n');
  await until('the paused process has completed it', async () => (await world.jobs()).length === 0);

  await world.enqueue({ task: 'hold', payload: {}, queueName: 'line' });
  gate.open();
  child.kill('SIGKILL');
  await worker.drain();
  expect(gate.arrivals).toBe(2);
});

test('a lock without any lease is given back when it is older than one', async () => {
  await world.enqueue({ task: 'hold', payload: {} });
  const child = await startChild();
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await world.owner.query('delete from parley_jobs.job_lease');

  const gate = new Gate();
  gate.open();
  const worker = await world.startWorker({
    tasks: { hold: () => gate.pass() },
    leaseSeconds: LEASE,
  });
  await worker.drain();
  expect(gate.arrivals).toBe(1);
});

test('a job that dies with its process in its last attempt is reported and not run again', async () => {
  await world.enqueue({ task: 'hold', payload: {}, maxAttempts: 1 });
  const child = await startChild();
  await once(child.stdout, 'data');
  child.kill('SIGKILL');

  const gate = new Gate();
  const worker = await world.startWorker({
    tasks: { hold: () => gate.pass() },
    leaseSeconds: LEASE,
  });
  await worker.drain();
  expect(gate.arrivals).toBe(0);
  expect(world.logged.join('')).toContain('jobs died in their last attempt');
});

test('a worker that stops leaves no lease behind', async () => {
  const worker = await world.startWorker({ tasks: { hold: () => Promise.resolve() } });
  const leases = () => world.owner.query('select from parley_jobs.job_lease');
  await until('each of its workers has a lease', async () => (await leases()).rowCount === 4);
  await worker.stop();
  expect((await leases()).rowCount).toBe(0);
});

async function startChild(): Promise<Child> {
  const script = join(__dirname, 'worker-in-child.mjs');
  const child = spawn(process.execPath, [script, world.database.url, String(LEASE)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child, 'spawn');
  return child;
}
