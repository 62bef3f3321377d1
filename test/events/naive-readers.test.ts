import { randomUUID } from 'node:crypto';
import { until } from '../support/process';
import { OutboxWorld, tagged } from './outbox-world';

/**
 * Why there is a sequencer: what readers of the outbox would get who go by its sequence column, or by
 * transactions up to a snapshot's horizon, beside what the log says of the same course of events.
 */

let world: OutboxWorld;
let workspaceId: string;

beforeAll(async () => {
  world = await OutboxWorld.create(4);
});
beforeEach(async () => {
  workspaceId = await world.makeWorkspace();
});
afterEach(async () => {
  await world.reset();
  await world.owner.query('delete from event_outbox');
});
afterAll(() => world.close());

/** Reads what is new, and gives the marks of all that it has read so far. */
interface Reader {
  read(): Promise<string[]>;
}

/** Asks for what has a greater number in the sequence column than the last that it got. */
class PollingReader implements Reader {
  private readonly seen: string[] = [];
  private last = '0';

  async read(): Promise<string[]> {
    const { rows } = await world.owner.query<{ seq: string; mark: string }>(
      `select seq, data ->> 'tagId' as mark from event_outbox
       where workspace_id = $1 and seq > $2 order by seq`,
      [workspaceId, this.last],
    );
    this.seen.push(...rows.map(({ mark }) => mark));
    this.last = rows.at(-1)?.seq ?? this.last;
    return this.seen;
  }
}

/** Asks for what was written by transactions before which all have ended, in their order. */
class HorizonReader implements Reader {
  private readonly seen: string[] = [];
  private last = { tx: '0', seq: '0' };

  async read(): Promise<string[]> {
    const { rows } = await world.owner.query<{ tx: string; seq: string; mark: string }>(
      `select tx, seq, data ->> 'tagId' as mark from event_outbox
       where workspace_id = $1 and tx < pg_snapshot_xmin(pg_current_snapshot())
         and (tx, seq) > ($2::xid8, $3::bigint) order by tx, seq`,
      [workspaceId, this.last.tx, this.last.seq],
    );
    this.seen.push(...rows.map(({ mark }) => mark));
    this.last = rows.at(-1) ?? this.last;
    return this.seen;
  }
}

/** Asks the log for what comes after the last position. */
class LogReader implements Reader {
  private readonly sequencer = world.startSequencer();

  async read(): Promise<string[]> {
    this.sequencer.ring();
    await world.untilSequenced();
    return (await world.read(workspaceId)).map(({ mark }) => mark);
  }
}

const [early, late] = [randomUUID(), randomUUID()];

/** Of two transactions about different subjects, the one that appended first commits last. */
async function appendFirstCommitLast(reader: Reader): Promise<string[]> {
  const slow = await world.begin(workspaceId);
  await slow.append([tagged(randomUUID(), late)]);
  await world.commit(workspaceId, [tagged(randomUUID(), early)]);
  await reader.read();
  await slow.commit();
  return reader.read();
}

/** Of two transactions about one subject, the one that began first appends and commits last. */
async function beginFirstCommitLast(reader: Reader): Promise<string[]> {
  const subject = randomUUID();
  const slow = await world.begin(workspaceId);
  await slow.client.query('select pg_current_xact_id()');
  await world.commit(workspaceId, [tagged(subject, early)]);
  await reader.read();
  await slow.append([tagged(subject, late)]);
  await slow.commit();
  return reader.read();
}

/** A transaction stays open that has nothing to do with the one that commits. */
async function commitBesideOpenTransaction(reader: Reader): Promise<string[]> {
  const idle = await world.begin(await world.makeWorkspace());
  await idle.client.query('select pg_current_xact_id()');
  await world.commit(workspaceId, [tagged(randomUUID(), early)]);
  const seen = [...(await reader.read())];
  await idle.rollback();
  return seen;
}

describe('who polls the sequence column', () => {
  test('never sees an event that is committed after one with a greater number', async () => {
    expect(await appendFirstCommitLast(new PollingReader())).toEqual([early]);
  });
});

describe('who reads in the order of transactions, up to the horizon', () => {
  test('sees events that are committed late', async () => {
    const reader = new HorizonReader();
    await appendFirstCommitLast(reader);
    // transactions of other tests on this server hold the horizon back too
    await until(async () => (await reader.read()).length === 2, 'the horizon passes both');
    expect((await reader.read()).toSorted()).toEqual([early, late].toSorted());
  });

  test('sees the events of one subject in another order than they happened in', async () => {
    const reader = new HorizonReader();
    await beginFirstCommitLast(reader);
    await until(async () => (await reader.read()).length === 2, 'the horizon passes both');
    expect(await reader.read()).toEqual([late, early]);
  });

  test('sees nothing while any transaction is open', async () => {
    expect(await commitBesideOpenTransaction(new HorizonReader())).toEqual([]);
  });
});

describe('who reads the log', () => {
  test('sees events that are committed late', async () => {
    expect(await appendFirstCommitLast(new LogReader())).toEqual([early, late]);
  });

  test('sees the events of one subject in the order of their commits', async () => {
    expect(await beginFirstCommitLast(new LogReader())).toEqual([early, late]);
  });

  test('sees them at once, whatever transactions are open', async () => {
    expect(await commitBesideOpenTransaction(new LogReader())).toEqual([early]);
  });

  test('sees a backlog of more than a batch in the order of the commits, not of transactions', async () => {
    const subjects = [randomUUID(), randomUUID()];
    const marks = Array.from({ length: 3_000 }, () => randomUUID());
    const eventsOf = (part: string[]) => part.map((mark, at) => tagged(subjects[at % 2]!, mark));
    const first = await world.begin(workspaceId);
    await first.client.query('select pg_current_xact_id()');
    await world.commit(workspaceId, eventsOf(marks.slice(0, 1_500)));
    await first.append(eventsOf(marks.slice(1_500)));
    await first.commit();
    expect(await new LogReader().read()).toEqual(marks);
  });
});

test('a transaction waits for the one that has appended an event about the same subject', async () => {
  const subject = randomUUID();
  const [first, second] = [await world.begin(workspaceId), await world.begin(workspaceId)];
  await first.append([tagged(subject, early)]);
  const appended = second.append([tagged(subject, late)]);
  await until(async () => (await waitingForLocks()) === 1, 'the second one waits');
  await first.rollback();
  await appended;
  await second.commit();
  expect(await new LogReader().read()).toEqual([late]);
});

test('transactions about several subjects in different orders do not wait for each other for ever', async () => {
  const [a, b] = [randomUUID(), randomUUID()];
  const rounds = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? [a, b] : [b, a]));
  await Promise.all(
    rounds.map((subjects) =>
      world.commit(
        workspaceId,
        subjects.map((subject) => tagged(subject)),
      ),
    ),
  );
  expect(await new LogReader().read()).toHaveLength(80);
});

async function waitingForLocks(): Promise<number> {
  const { rows } = await world.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_locks
     where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]!.count;
}
