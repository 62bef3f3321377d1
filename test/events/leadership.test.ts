import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../support/process';
import { OutboxWorld, tagged } from './outbox-world';

/** One sequencer leads, whatever becomes of it; and events keep their order and number meanwhile. */

/** How long the log may stand still when a leader is gone, in milliseconds. */
const LONGEST_PAUSE = 5_000;

let world: OutboxWorld;
let workspaceId: string;
let writer: Writer;
let children: Child[] = [];

beforeAll(async () => {
  world = await OutboxWorld.create(6);
});
beforeEach(async () => {
  workspaceId = await world.makeWorkspace();
  writer = new Writer();
});
afterEach(async () => {
  await writer.stop();
  await Promise.all(children.map((child) => child.end()));
  children = [];
  await world.reset();
  await world.untilNobodyLeads();
});
afterAll(() => world.close());

/** Commits one event after the other, as long as the test goes on. */
class Writer {
  readonly committed: string[] = [];
  private isOver = false;
  private readonly writing = this.write();

  async stop(): Promise<void> {
    this.isOver = true;
    await this.writing;
  }

  private async write(): Promise<void> {
    const subject = randomUUID();
    while (!this.isOver) {
      const mark = randomUUID();
      await world.commit(workspaceId, [tagged(subject, mark)]);
      this.committed.push(mark);
    }
  }
}

/** A process of its own with a sequencer. */
class Child {
  readonly process: ChildProcess;
  private output = '';

  constructor() {
    const entry = join(__dirname, 'sequencer-in-child.mjs');
    this.process = spawn(process.execPath, [entry, world.database.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    children.push(this);
  }

  /** How often it has come to lead. */
  get leads(): number {
    return this.output.split('this process sequences events').length - 1;
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** Starts three processes, and waits until one of them leads and the others ask for the lead. */
async function startProcesses(): Promise<Child> {
  const started = [new Child(), new Child(), new Child()];
  await until(async () => (await world.connections()) === 3, 'three sequencers are connected');
  await until(() => started.some(({ leads }) => leads > 0), 'one of them leads');
  expect(started.filter(({ leads }) => leads > 0)).toHaveLength(1);
  return started.find(({ leads }) => leads > 0)!;
}

/** Does away with the leader, and waits until another one gives events their positions. */
async function replace(remove: () => unknown): Promise<number> {
  await until(() => writer.committed.length > 50, 'writes are under way');
  const [old] = await world.leaders();
  const before = Date.now();
  await remove();
  await until(async () => {
    const leaders = await world.leaders();
    expect(leaders.length).toBeLessThanOrEqual(1);
    return leaders.length === 1 && leaders[0] !== old;
  }, 'another one leads');
  const mark = randomUUID();
  await world.commit(workspaceId, [tagged(randomUUID(), mark)]);
  writer.committed.push(mark);
  await until(
    async () => (await world.read(workspaceId)).some((event) => event.mark === mark),
    'an event of after the loss has its position',
  );
  return Date.now() - before;
}

/** Ends the writes, and checks that the log has all of them. */
async function expectWholeLog(): Promise<void> {
  await writer.stop();
  await world.untilSequenced();
  const log = await world.read(workspaceId);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  expect(log.map(({ mark }) => mark).toSorted()).toEqual(writer.committed.toSorted());
}

test('of three sequencers one leads, and the others wait', async () => {
  const all = [world.startSequencer(), world.startSequencer(), world.startSequencer()];
  await until(() => all.some(({ isLeader }) => isLeader), 'one leads');
  await until(async () => (await world.refusals()) === 2, 'the others have asked since');
  expect(all.filter(({ isLeader }) => isLeader)).toHaveLength(1);
  expect(await world.leaders()).toHaveLength(1);
  await expectWholeLog();
});

test('a leader that stops gives the lead to another one', async () => {
  const all = [world.startSequencer(), world.startSequencer()];
  await until(() => all.some(({ isLeader }) => isLeader), 'one leads');
  const leader = all.find(({ isLeader }) => isLeader)!;
  expect(await replace(() => leader.stop())).toBeLessThan(LONGEST_PAUSE);
  expect(leader.isLeader).toBe(false);
  await expectWholeLog();
});

test('another one leads within five seconds when the leader loses its connection', async () => {
  const all = [world.startSequencer(), world.startSequencer(), world.startSequencer()];
  await until(() => all.some(({ isLeader }) => isLeader), 'one leads');
  const cut = async () => {
    await world.owner.query('select pg_terminate_backend($1)', await world.leaders());
  };
  expect(await replace(cut)).toBeLessThan(LONGEST_PAUSE);
  expect(all.filter(({ isLeader }) => isLeader)).toHaveLength(1);
  await expectWholeLog();
});

test('a sequencer that is alone leads again after it has lost its connection', async () => {
  const only = world.startSequencer();
  await until(() => only.isLeader, 'it leads');
  const cut = async () => {
    await world.owner.query('select pg_terminate_backend($1)', await world.leaders());
  };
  expect(await replace(cut)).toBeLessThan(LONGEST_PAUSE);
  await expectWholeLog();
});

test('another one leads within five seconds when the leader’s process is killed', async () => {
  const leader = await startProcesses();
  expect(await replace(() => leader.process.kill('SIGKILL'))).toBeLessThan(LONGEST_PAUSE);
  await expectWholeLog();
});

test('another one leads within five seconds when the leader’s process stands still, which does no harm when it goes on', async () => {
  const leader = await startProcesses();
  expect(await replace(() => leader.process.kill('SIGSTOP'))).toBeLessThan(LONGEST_PAUSE);

  leader.process.kill('SIGCONT');
  await until(async () => (await world.connections()) === 3, 'it is back among the others');
  await until(async () => (await world.refusals()) === 2, 'it asks for the lead');
  expect(await world.leaders()).toHaveLength(1);
  expect(leader.leads).toBe(1);
  await expectWholeLog();
});
