import { Client, type QueryResultRow } from 'pg';
import { parseGlobalId } from '../../src/domain/kit/ids';
import type { TestApp } from './app';

const connections = new Map<string, Promise<Client>>();

/** Runs a statement as the owner of the tables, who sees every workspace; gives the rows. */
export async function asOwner<T extends QueryResultRow>(
  { database }: Pick<TestApp, 'database'>,
  statement: string,
  values: unknown[] = [],
): Promise<T[]> {
  let connection = connections.get(database.url);
  if (!connection) connections.set(database.url, (connection = connect(database.url)));
  return (await (await connection).query<T>(statement, values)).rows;
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  // it lasts as long as its database, whose removal cuts it
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The UUID in an id of the API's. */
export function uuid(id: string): string {
  const parsed = parseGlobalId(id);
  if (!parsed) throw new Error(`${id} is no id.`);
  return parsed.uuid;
}

/** An event as it stands in the outbox. */
export interface OutboxEvent {
  type: string;
  subject: string;
  data: Record<string, unknown>;
  actor: { kind: string; id: string };
  occurredAt: Date;
}

/** The events of a workspace, oldest first; of one subject, when its id is given. */
export function eventsOf(
  parley: TestApp,
  workspaceId: string,
  subject?: string,
): Promise<OutboxEvent[]> {
  return asOwner<OutboxEvent>(
    parley,
    `select type, subject, data, actor, occurred_at "occurredAt" from event_outbox
     where workspace_id = $1 and ($2::uuid is null or subject = $2) order by seq`,
    [workspaceId, subject === undefined ? null : uuid(subject)],
  );
}

/** The types of the events about a subject, oldest first. */
export async function eventTypesOf(
  parley: TestApp,
  workspaceId: string,
  subject?: string,
): Promise<string[]> {
  return (await eventsOf(parley, workspaceId, subject)).map(({ type }) => type);
}

/** What the audit trail keeps of a workspace, oldest first. */
export function auditOf(
  parley: TestApp,
  workspaceId: string,
): Promise<{ action: string; subject: string; actor: object; detail: object }[]> {
  return asOwner(
    parley,
    `select action, subject, actor, detail from audit_entry where workspace_id = $1 order by recorded_at, id`,
    [workspaceId],
  );
}

/** Every table's rows of a workspace, as text: the same before and after, when nothing was written. */
export async function everythingOf(
  parley: Pick<TestApp, 'database'>,
  workspaceId: string,
): Promise<string> {
  const tables = await asOwner<{ name: string }>(
    parley,
    `select table_name "name" from information_schema.columns
     where table_schema = 'public' and column_name = 'workspace_id' order by 1`,
  );
  // when a key was last used is noted whatever it is used for
  const selects = tables.map(
    ({ name }) =>
      `select '${name}: ' || (to_jsonb(t) - 'last_used_at')::text "row" from ${name} t where workspace_id = $1`,
  );
  const rows = await asOwner<{ row: string }>(parley, `${selects.join(' union all ')} order by 1`, [
    workspaceId,
  ]);
  return rows.map(({ row }) => row).join('\n');
}
