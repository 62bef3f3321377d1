import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { readHead, readHeads, readLog, type LogPage } from '../../src/events/log';
import type { Session } from '../../src/db/sessions';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { logWeeks } from '../support/log-weeks';
import { capture, explain, rowsRead, scansOf, type PlanKind, type PlanNode } from '../support/plan';

/** What reading a log of 200,000 events in five weeks costs, with statistics and without. */

const EVENTS = 200_000;
const WEEKS = 5;
const PAGE = 500;

const workspaceId = randomUUID();
/** One that has a tenth of the events, in between the others. */
const quietWorkspaceId = randomUUID();
/** With 5,000 events, over all weeks. */
const conversationId = randomUUID();
const customerId = randomUUID();

let database: TestDatabase;
let owner: Client;
/** As the API connects, bound to the workspace. */
let api: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client(database.url);
  api = new Client({
    connectionString: database.url,
    options: '-c role=parley_api -c timezone=UTC',
  });
  await Promise.all([owner.connect(), api.connect()]);
  await api.query(`select set_config('parley.workspace_id', $1, false)`, [workspaceId]);
  await owner.query(
    `insert into workspace select id, 'Test', now() from unnest($1::uuid[]) id
     union all select gen_random_uuid(), 'Other', now() from generate_series(1, 5000)`,
    [[workspaceId, quietWorkspaceId]],
  );
  await owner.query("select ensure_event_partitions(now() + $1 * interval '7 days')", [WEEKS - 1]);
  expect(await logWeeks(owner)).toHaveLength(WEEKS);
  await owner.query('alter table event_log set (autovacuum_enabled = off)').catch(() => undefined);
  await owner.query(
    `insert into event_log (workspace_id, position, sequenced_at, event_id, type, version, occurred_at,
       recorded_at, actor, subject, conversation_id, customer_id, data)
     select case when n % 10 = 0 then $2::uuid else $1::uuid end, n,
       date_trunc('week', now(), 'UTC') + n * ($3 * interval '7 days') / ($4 + 1),
       gen_random_uuid(), case when n % 50000 = 1 then 'customer.untagged' else 'message.added' end, 2, now(), now(),
       '{"kind":"USER"}', gen_random_uuid(),
       case when n % 40 = 3 then $5::uuid else md5((n % 3001)::text)::uuid end,
       case when n % 40 = 3 then $6::uuid else md5((n % 1009)::text)::uuid end, '{"direction":"INBOUND"}'
     from generate_series(1, $4::int) n`,
    [workspaceId, quietWorkspaceId, WEEKS, EVENTS, conversationId, customerId],
  );
  await owner.query('insert into event_head select workspace_id, $1 from workspace', [EVENTS]);
}, 120_000);

afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

async function planOf(
  send: (session: Session) => Promise<unknown>,
  kind: PlanKind,
): Promise<PlanNode[]> {
  return explain(api, await capture(send), kind);
}

function page(given: Partial<LogPage>): (session: Session) => Promise<unknown> {
  return (session) => readLog(session, workspaceId, { after: 0, limit: PAGE, ...given });
}

/** Nothing is read but what an index leads to, and nothing sorted but what it gave. */
function expectFrugal(nodes: PlanNode[], mostRows: number): void {
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  expect(rowsRead(scansOf(nodes))).toBeLessThanOrEqual(mostRows);
  const sorts = nodes.filter((node) => node['Node Type'].includes('Sort'));
  for (const sort of sorts) expect(sort['Actual Rows']).toBeLessThanOrEqual(PAGE);
}

function indexesOf(nodes: PlanNode[]): string[] {
  return scansOf(nodes).map((node) => node['Index Name'] ?? node['Node Type']);
}

const kinds: PlanKind[] = ['custom', 'generic'];

describe.each(['without statistics', 'with statistics'])('%s', (statistics) => {
  beforeAll(async () => {
    if (statistics === 'without statistics') return;
    // of the weeks alone: nobody analyses a partitioned table by itself
    for (const { name } of await logWeeks(owner)) {
      await owner.query(`vacuum analyze parley_log.${name}`);
    }
    await owner.query('vacuum analyze event_head');
  });

  test.each(kinds)('a page costs a page, wherever it begins (%s plan)', async (kind) => {
    for (const given of [
      { after: 0 },
      { after: 100_000 },
      { after: 100_000, upTo: 150_000 },
      { after: EVENTS - 100 },
      { after: 100_000, limit: 1 },
    ]) {
      const nodes = await planOf(page(given), kind);
      // each week's table gives its first row before the oldest of all, or the first one, is known
      expectFrugal(nodes, (given.limit ?? PAGE) + 2 * WEEKS);
    }
  });

  test.each(kinds)(
    'asking for more at the end of the log costs next to nothing (%s plan)',
    async (kind) => {
      expectFrugal(await planOf(page({ after: EVENTS }), kind), WEEKS);
    },
  );

  test.each(kinds)(
    'a rare type costs no more than the positions that are looked through (%s plan)',
    async (kind) => {
      const types = ['customer.untagged'];
      const nodes = await planOf(page({ after: 100_000, upTo: 110_000, types }), kind);
      expectFrugal(nodes, 10_000);
    },
  );

  test.each(kinds)(
    'events of one conversation are read by its own index (%s plan)',
    async (kind) => {
      for (const given of [{}, { after: 120_000 }, { after: 120_000, upTo: 130_000 }]) {
        const nodes = await planOf(page({ ...given, conversationId }), kind);
        expectFrugal(nodes, PAGE + WEEKS);
        for (const index of indexesOf(nodes)) expect(index).toMatch(/conversation_id/);
      }
    },
  );

  test.each(kinds)('events of one customer are read by its own index (%s plan)', async (kind) => {
    for (const given of [{}, { after: 120_000 }, { after: 120_000, upTo: 130_000 }]) {
      const nodes = await planOf(page({ ...given, customerId }), kind);
      expectFrugal(nodes, PAGE + WEEKS);
      for (const index of indexesOf(nodes)) expect(index).toMatch(/customer_id/);
    }
  });

  test.each(kinds)(
    'a conversation without events costs next to nothing (%s plan)',
    async (kind) => {
      expectFrugal(await planOf(page({ conversationId: randomUUID() }), kind), 0);
    },
  );

  test.each(kinds)(
    'where the log begins and ends is known by a row of each week (%s plan)',
    async (kind) => {
      const nodes = await planOf((session) => readHead(session, workspaceId), kind);
      expectFrugal(nodes, WEEKS + 1);
    },
  );

  test.each(kinds)('the heads of some workspaces are read one by one (%s plan)', async (kind) => {
    const ids = [workspaceId, quietWorkspaceId];
    // this one is for the system, which sees the heads of all
    const nodes = await explain(owner, await capture((session) => readHeads(session, ids)), kind);
    expectFrugal(nodes, ids.length);
  });
});
