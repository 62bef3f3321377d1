import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { moveBacklog, moveRecent, LARGEST_BATCH, NOTHING_SEEN } from '../../src/events/move-batch';
import { sequencerSettings } from '../../src/events/sequencer';
import type { Session } from '../../src/db/sessions';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { capture, explain, rowsRead, scansOf, type PlanNode } from '../support/plan';

/** What a batch costs: never more than what it moves, whatever else is in the outbox or was there. */

const BACKLOG = 100_000;

jest.setTimeout(60_000);

let database: TestDatabase;
let owner: Client;
let system: Client;
let workspaceIds: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  owner = new Client(database.url);
  system = new Client({
    connectionString: database.url,
    options: `${sequencerSettings} -c idle_session_timeout=0`,
  });
  await Promise.all([owner.connect(), system.connect()]);
  await owner.query('select ensure_event_partitions(now())');
  workspaceIds = Array.from({ length: 3 }, () => randomUUID());
  await owner.query(`insert into workspace select id, 'Test', now() from unnest($1::uuid[]) id`, [
    workspaceIds,
  ]);
});
afterEach(async () => {
  await Promise.all([owner.end(), system.end()]);
  await database.drop();
});

async function append(count: number): Promise<void> {
  await owner.query(
    `insert into event_outbox (workspace_id, event_id, type, version, occurred_at, recorded_at, actor,
       subject, conversation_id, data)
     select ($1::uuid[])[1 + n % 3], gen_random_uuid(), 'message.added', 2, now(), now(), '{}',
       gen_random_uuid(), gen_random_uuid(), '{"direction":"INBOUND"}'
     from generate_series(1, $2::int) n`,
    [workspaceIds, count],
  );
}

/** Moves all that is there; gives the snapshot up to which that is. */
async function moveAll(): Promise<string> {
  let moved = await moveRecent(system, NOTHING_SEEN);
  while (moved.isCut) moved = await moveBacklog(system, moved.snapshot);
  return moved.snapshot;
}

type Move = typeof moveRecent;

async function planOf(move: Move, snapshot: string): Promise<PlanNode[]> {
  const statement = await capture((session: Session) => move(session as Client, snapshot));
  return explain(system, statement, 'generic');
}

function expectFrugal(nodes: PlanNode[], mostRows: number): void {
  const scans = scansOf(nodes).filter((node) => node['Relation Name'] === 'event_outbox');
  expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  // each row is found, and then deleted by its place
  expect(rowsRead(scans)).toBeLessThanOrEqual(2 * mostRows);
  // the list of transactions that were under way holds those of the whole server, other tests' too
  const isTransactionList = (node: PlanNode) => node['Node Type'] === 'ProjectSet';
  const others = nodes.filter((node) => !scans.includes(node) && !isTransactionList(node));
  for (const node of others) expect(rowsRead([node])).toBeLessThanOrEqual(mostRows + 1);
}

test('a backlog of 100,000 events costs a batch what it takes', async () => {
  await append(BACKLOG);
  expectFrugal(await planOf(moveBacklog, NOTHING_SEEN), LARGEST_BATCH);
  // it only finds that there is more than a batch
  expectFrugal(await planOf(moveRecent, NOTHING_SEEN), LARGEST_BATCH + 1);
});

test('so it does when statistics say that the outbox is empty', async () => {
  await append(10);
  await moveAll();
  await owner.query('vacuum analyze event_outbox');
  await append(BACKLOG);
  expectFrugal(await planOf(moveBacklog, NOTHING_SEEN), LARGEST_BATCH);
  expectFrugal(await planOf(moveRecent, NOTHING_SEEN), LARGEST_BATCH + 1);
});

test('so it does when statistics say that the outbox is full', async () => {
  await append(BACKLOG);
  await owner.query('vacuum analyze event_outbox');
  expectFrugal(await planOf(moveBacklog, NOTHING_SEEN), LARGEST_BATCH);
  await moveAll();
  await append(3);
  expectFrugal(await planOf(moveBacklog, NOTHING_SEEN), 3);
  expectFrugal(await planOf(moveRecent, NOTHING_SEEN), 3);
});

test('one event costs one event after 100,000 others that nobody could clean up', async () => {
  const open = new Client(database.url);
  await open.connect();
  try {
    // it holds back both the cleaning and the oldest transaction that runs
    await open.query('begin; select pg_current_xact_id()');
    await append(BACKLOG);
    const snapshot = await moveAll();
    await append(1);
    const nodes = await planOf(moveRecent, snapshot);
    expectFrugal(nodes, 1);
    const [whole] = nodes;
    expect(whole!['Shared Hit Blocks'] + whole!['Shared Read Blocks']).toBeLessThan(200);
  } finally {
    await open.end();
  }
});

test('events of a thousand workspaces cost no more than those of one', async () => {
  workspaceIds = Array.from({ length: 1_000 }, () => randomUUID());
  await owner.query(`insert into workspace select id, 'Test', now() from unnest($1::uuid[]) id`, [
    workspaceIds,
  ]);
  await owner.query(
    `insert into event_outbox (workspace_id, event_id, type, version, occurred_at, recorded_at, actor, subject, data)
     select id, gen_random_uuid(), 'customer.created', 1, now(), now(), '{}', gen_random_uuid(), '{}'
     from unnest($1::uuid[]) id, generate_series(1, 2)`,
    [workspaceIds],
  );
  const nodes = await planOf(moveBacklog, NOTHING_SEEN);
  expectFrugal(nodes, LARGEST_BATCH);
  expect(nodes.map((node) => node['Node Type'])).toContain('Hash Join');
});
