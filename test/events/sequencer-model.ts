import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { NewEvent } from '../../src/events/registry';
import { readLog } from '../../src/events/log';
import type { Sequencer } from '../../src/events/sequencer';
import { until } from '../support/process';
import { tagged, type OutboxWorld } from './outbox-world';

/** What a transaction does: appends its events, lets others go first, and ends. */
interface PlannedTransaction {
  workspace: number;
  /** About which of the workspace's subjects, in order; those that occur twice get two events. */
  subjects: number[];
  /** How many new subjects it makes besides. */
  begins: number;
  end: 'commit' | 'rollback' | 'lose';
  /** How many others may end between its last event and its own end. */
  patience: number;
}

/** A course of events: transactions, and what happens to the sequencers meanwhile. */
export interface Course {
  workspaces: number;
  transactions: PlannedTransaction[];
  /** How many transactions have ended when sequencing begins. */
  startAfter: number;
  /** How many have ended when the leader goes. */
  replaceAfter: number;
  /** How it goes. */
  leaves: 'stops' | 'loses its connection';
}

/** How large courses are. */
export interface Size {
  /** How many events a transaction has at least, beside those of new subjects; absent: 1. */
  fewest?: number;
  /** And at most. */
  most: number;
  /** After how many transactions sequencing begins. */
  late: number;
}

export function courses({ fewest = 1, most, late }: Size): fc.Arbitrary<Course> {
  const transaction = fc.record({
    workspace: fc.nat(2),
    subjects: fc.array(fc.nat(5), { minLength: fewest, maxLength: most, size: 'max' }),
    begins: fc.nat(1),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constant('commit' as const) },
      { weight: 2, arbitrary: fc.constant('rollback' as const) },
      { weight: 1, arbitrary: fc.constant('lose' as const) },
    ),
    patience: fc.oneof(
      { weight: 5, arbitrary: fc.nat(3) },
      { weight: 1, arbitrary: fc.integer({ min: 20, max: 60 }) },
    ),
  });
  return fc.record({
    workspaces: fc.constant(3),
    transactions: fc.array(transaction, { minLength: 200, maxLength: 240 }),
    startAfter: fc.constant(late),
    replaceAfter: fc.integer({ min: late + 20, max: 180 }),
    leaves: fc.constantFrom('stops', 'loses its connection'),
  });
}

/** How many transactions are open at the same time. */
const WORKERS = 36;

/** What came of a course. */
export interface Outcome {
  /** By workspace: the marks of all committed events, in no order. */
  committed: string[][];
  /** By subject: the marks of its committed events, in the order in which their transactions committed. */
  bySubject: Map<string, string[]>;
  /** What the log holds, by workspace. */
  log: { position: number; subject: string; mark: string }[][];
  /** What somebody saw who asked again and again for what comes after the last position, by workspace. */
  followed: { position: number; mark: string }[][];
}

/** Makes what the runs need beside the tables of the product. */
export async function prepare({ owner }: OutboxWorld): Promise<void> {
  // who changes a row of `witness` waits for whoever changed it before to end: by the numbers drawn
  // there, the order of the commits that concern one subject is known for certain
  await owner.query(`
    create table witness (subject uuid primary key, n int not null);
    create table ended (subject uuid, n int, tx int, primary key (subject, n));
    grant select, insert, update on witness, ended to parley_api`);
}

/** Runs a course with real connections, until every event has its position. */
export async function run(world: OutboxWorld, course: Course): Promise<Outcome> {
  const { owner } = world;
  const workspaces = await Promise.all(
    Array.from({ length: course.workspaces }, () => world.makeWorkspace()),
  );
  const subjects = workspaces.map(() => Array.from({ length: 6 }, () => randomUUID()));
  await owner.query('truncate witness, ended');
  await owner.query('insert into witness select s, 0 from unnest($1::uuid[]) s', [subjects.flat()]);

  const doorman = new Doorman(world, WORKERS);
  const work = course.transactions.map((planned, index) => ({
    ...planned,
    index,
    workspaceId: workspaces[planned.workspace]!,
    events: eventsOf(planned, subjects[planned.workspace]!),
  }));
  const followers = workspaces.map((id) => new Follower(world, id));
  const sequencing = direct(world, course, doorman);
  const queue = [...work];
  const workers = Array.from({ length: WORKERS }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await carryOut(world, next, doorman);
      doorman.count();
    }
    doorman.leave();
  });
  let followed: Outcome['followed'];
  try {
    await Promise.all([...workers, sequencing]);
    await world.untilSequenced();
  } finally {
    await doorman.close();
    followed = await Promise.all(followers.map((follower) => follower.stop()));
  }

  const isCommitted = ({ end }: { end: string }) => end === 'commit';
  const { rows } = await owner.query<{ subject: string; tx: number }>(
    'select subject, tx from ended order by subject, n',
  );
  const bySubject = new Map<string, string[]>();
  for (const { subject, tx } of rows) {
    const marks = work[tx]!.events.filter((it) => it.subjectId === subject).map(markOf);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), ...marks]);
  }
  return {
    committed: workspaces.map((id) =>
      work
        .filter((it) => it.workspaceId === id && isCommitted(it))
        .flatMap(({ events }) => events.map(markOf)),
    ),
    bySubject,
    log: await Promise.all(workspaces.map((id) => world.read(id))),
    followed,
  };
}

interface Work extends PlannedTransaction {
  index: number;
  workspaceId: string;
  events: NewEvent[];
}

async function carryOut(world: OutboxWorld, work: Work, doorman: Doorman): Promise<void> {
  const transaction = await world.begin(work.workspaceId);
  const { client } = transaction;
  // gives it a transaction id before it waits for the subject, as commands have one by then
  await client.query('select pg_current_xact_id()');
  await transaction.append(work.events);
  await doorman.letOthersPass(work.patience);
  if (work.end === 'lose') return transaction.lose();
  const touched = [...new Set(work.events.map(({ subjectId }) => subjectId))].sort();
  for (const subject of touched) {
    await client.query(
      `with drawn as (
         insert into witness values ($1, 1) on conflict (subject) do update set n = witness.n + 1
         returning subject, n
       )
       insert into ended select subject, n, $2 from drawn`,
      [subject, work.index],
    );
  }
  await (work.end === 'commit' ? transaction.commit() : transaction.rollback());
}

function eventsOf({ subjects, begins }: PlannedTransaction, known: string[]): NewEvent[] {
  const made = Array.from({ length: begins }, () => randomUUID());
  return [
    ...made.map((subjectId): NewEvent => ({ type: 'customer.created', subjectId, data: {} })),
    ...subjects.map((subject) => tagged(known[subject]!)),
  ];
}

/** Begun subjects have one event, which their own id tells from others. */
function markOf({ type, subjectId, data }: NewEvent): string {
  return type === 'customer.tagged' ? data.tagId : subjectId;
}

/** Starts two sequencers when it is time, and replaces the one that leads later on. */
async function direct(world: OutboxWorld, course: Course, doorman: Doorman): Promise<void> {
  await doorman.ended(course.startAfter);
  const sequencers = [world.startSequencer(), world.startSequencer()];
  await doorman.ended(course.replaceAfter);
  await until(() => leaderOf(sequencers) !== undefined, 'one of the sequencers leads');
  if (course.leaves === 'stops') await leaderOf(sequencers)!.stop();
  else await world.owner.query('select pg_terminate_backend($1)', await world.leaders());
}

function leaderOf(sequencers: readonly Sequencer[]): Sequencer | undefined {
  return sequencers.find(({ isLeader }) => isLeader);
}

/** Holds transactions open until enough others have ended. */
class Doorman {
  private ends = 0;
  private held: Waiting[] = [];
  private watching: Waiting[] = [];
  private isClosed = false;
  private readonly looking = this.look();

  constructor(
    private readonly world: OutboxWorld,
    /** How many carry out transactions. */
    private workers: number,
  ) {}

  /** One of those who carry out transactions has no more of them. */
  leave(): void {
    this.workers -= 1;
  }

  /** A transaction has ended. */
  count(): void {
    this.ends += 1;
    const isReady = ({ from }: Waiting) => from <= this.ends;
    const ready = [...this.held, ...this.watching].filter(isReady);
    this.held = this.held.filter((waiting) => !isReady(waiting));
    this.watching = this.watching.filter((waiting) => !isReady(waiting));
    for (const { pass } of ready) pass();
  }

  /** Resolves when so many others have ended, or when nothing goes on otherwise. */
  async letOthersPass(others: number): Promise<void> {
    if (others === 0) return;
    const from = this.ends + others;
    await new Promise<void>((pass) => this.held.push({ from, pass }));
  }

  /** Resolves when so many have ended. */
  async ended(from: number): Promise<void> {
    if (from <= this.ends) return;
    await new Promise<void>((pass) => this.watching.push({ from, pass }));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.looking;
  }

  /** Lets one pass whenever everybody waits for somebody who is held here. */
  private async look(): Promise<void> {
    while (!this.isClosed) {
      await pause(3);
      if (this.held.length > 0 && (await this.isStuck())) this.held.shift()?.pass();
    }
  }

  private async isStuck(): Promise<boolean> {
    const waiting = await this.world.waitingForLocks();
    return this.held.length + waiting === this.workers;
  }
}

/** Somebody who waits until so many transactions have ended. */
interface Waiting {
  from: number;
  pass: () => void;
}

/** Reads a log as a subscriber does, while it grows. */
class Follower {
  private readonly seen: { position: number; mark: string }[] = [];
  private isOver = false;
  private readonly following: Promise<void>;

  constructor(
    private readonly world: OutboxWorld,
    private readonly workspaceId: string,
  ) {
    this.following = this.follow();
  }

  /** Reads to the end; gives all that was read. */
  async stop(): Promise<{ position: number; mark: string }[]> {
    this.isOver = true;
    await this.following;
    await this.read();
    return this.seen;
  }

  private async follow(): Promise<void> {
    while (!this.isOver) {
      await this.read();
      await pause(5);
    }
  }

  private async read(): Promise<void> {
    const after = this.seen.at(-1)?.position ?? 0;
    const events = await readLog(this.world.owner, this.workspaceId, { after, limit: 1_000 });
    for (const { position, subjectId, data } of events) {
      this.seen.push({ position, mark: (data.tagId as string | undefined) ?? subjectId });
    }
  }
}
