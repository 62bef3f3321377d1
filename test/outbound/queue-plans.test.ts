import { randomUUID } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { claimDue, type Room } from '../../src/outbound/claim';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { capture, explain, rowsRead, scansOf, type PlanNode } from '../support/plan';

/** What it costs to find what is to be sent next: no more than what is found, however much waits. */

const BACKLOG = 100_000;

jest.setTimeout(60_000);

const room: Room = { total: 64, perChannel: 4, left: new Map(), leaseSeconds: 60 };

let database: TestDatabase;
let owner: Client;
let system: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client(database.url);
  system = new Client(database.url);
  await Promise.all([owner.connect(), system.connect()]);
  await system.query('set role parley_system');
  // what the rows name is not looked at
  await owner.query('set session_replication_role = replica');
});
afterAll(async () => {
  await Promise.all([owner.end(), system.end()]);
  await database.drop();
});

/** A channel of its own workspace with so many messages that wait, one in each conversation. */
async function backlog(count: number, status = 'ACTIVE'): Promise<void> {
  const [workspaceId, channelId] = [randomUUID(), randomUUID()];
  await owner.query(
    `insert into channel (workspace_id, id, kind, connector, name, external_id, visibility, status,
       created_at, updated_at)
     values ($1, $2, 'CUSTOM', 'custom', 'Own', $2::uuid::text, 'PRIVATE', $3, now(), now())`,
    [workspaceId, channelId, status],
  );
  await owner.query(
    `insert into outbound_queue
       (workspace_id, message_id, channel_id, conversation_id, queued_at, due_at)
     select $1, gen_random_uuid(), $2, gen_random_uuid(),
       now() - n * interval '1 second', now() - interval '1 second'
     from generate_series(1, $3::int) n`,
    [workspaceId, channelId, count],
  );
  await owner.query('analyze outbound_queue, channel');
}

async function planOf(kind: 'custom' | 'generic'): Promise<PlanNode[]> {
  const statement = await capture((session) =>
    claimDue(session as unknown as Pool, randomUUID(), room),
  );
  return explain(system, statement, kind);
}

test.each(['custom', 'generic'] as const)(
  'of 100,000 messages that wait on a channel the next ones are found by the index (%s plan)',
  async (kind) => {
    await backlog(BACKLOG);
    await backlog(3);
    await backlog(1_000, 'PAUSED');
    const scans = scansOf(await planOf(kind)).filter(
      (node) => node['Relation Name'] === 'outbound_queue',
    );
    expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(rowsRead(scans)).toBeLessThan(200);
    await owner.query('truncate outbound_queue; delete from channel');
  },
);
