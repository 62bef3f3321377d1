import { queryRows, type Session } from '../db/sessions';
import { allOf, raw, sql, type Sql } from '../db/sql';

/** An event as the log has it: an immutable fact with a place in its workspace. */
export interface StoredEvent {
  workspaceId: string;
  /** 1, 2, 3 … in each workspace, without gaps. */
  position: number;
  /** Bare UUIDs, here and below. */
  id: string;
  type: string;
  version: number;
  /** ISO 8601: when it happened in the world. */
  occurredAt: string;
  /** ISO 8601: when Parley learned of it. */
  recordedAt: string;
  actor: { kind: string; id: string };
  subjectId: string;
  conversationId: string | null;
  customerId: string | null;
  channelId: string | null;
  /** Facts, in the shape that the registry has for the type and version. */
  data: Record<string, unknown>;
}

/** Which events to read: those after a position, in order, at most so many. */
export interface LogPage {
  after: number;
  limit: number;
  /** No event after this one; absent: up to the head. */
  upTo?: number;
  types?: readonly string[] | null;
  conversationId?: string;
  customerId?: string;
}

const columns = raw(
  'workspace_id, position, event_id, type, version, occurred_at, recorded_at, actor, subject, conversation_id, customer_id, channel_id, data',
);

/**
 * Reads the log of a workspace, ascending by position. With `conversationId` or `customerId` it goes
 * by that one's own index, however many events lie between.
 */
export async function readLog(
  session: Session,
  workspaceId: string,
  page: LogPage,
): Promise<StoredEvent[]> {
  const { rows } = await queryRows(
    session,
    sql`select ${columns} from event_log
        where ${allOf(conditions(workspaceId, page))}
        order by position limit ${raw(String(page.limit))}`,
  );
  return rows.map(eventOf);
}

function conditions(workspaceId: string, page: LogPage): Sql[] {
  const { after, upTo, types, conversationId, customerId } = page;
  const isWhole = !types && conversationId === undefined && customerId === undefined;
  return [
    sql`workspace_id = ${workspaceId}`,
    sql`position > ${after}`,
    ...(isWhole ? [withinReach(workspaceId, page)] : []),
    ...(upTo === undefined ? [] : [sql`position <= ${upTo}`]),
    ...(types ? [sql`type = any(${types}::text[])`] : []),
    ...(conversationId === undefined ? [] : [sql`conversation_id = ${conversationId}`]),
    ...(customerId === undefined ? [] : [sql`customer_id = ${customerId}`]),
  ];
}

/**
 * Positions have no gaps, so where a page ends is known before. A planner that is told need not guess
 * how much lies beyond it, which it does badly for a table that fills while nobody has analysed it.
 */
function withinReach(workspaceId: string, { after, limit }: LogPage): Sql {
  return sql`position <= ${limit}::bigint + greatest(${after}::bigint, (${oldestOf(workspaceId)}) - 1)`;
}

/** The oldest position that a workspace has in the log. */
function oldestOf(workspaceId: string): Sql {
  return sql`select position from event_log where workspace_id = ${workspaceId} order by position limit 1`;
}

/** The events at these positions, by position; those past retention are left out. */
export async function readEventsAt(
  session: Session,
  workspaceId: string,
  positions: readonly (string | number)[],
): Promise<Map<number, StoredEvent>> {
  const { rows } = await queryRows(
    session,
    sql`select ${columns} from event_log
        where workspace_id = ${workspaceId} and position = any(${positions}::bigint[])`,
  );
  return new Map(rows.map(eventOf).map((event) => [event.position, event]));
}

/** An event from its columns, in the order in which {@link readLog} selects them. */
export function eventOf(row: readonly unknown[]): StoredEvent {
  return {
    workspaceId: row[0] as string,
    position: Number(row[1]),
    id: row[2] as string,
    type: row[3] as string,
    version: row[4] as number,
    occurredAt: row[5] as string,
    recordedAt: row[6] as string,
    actor: row[7] as StoredEvent['actor'],
    subjectId: row[8] as string,
    conversationId: row[9] as string | null,
    customerId: row[10] as string | null,
    channelId: row[11] as string | null,
    data: row[12] as Record<string, unknown>,
  };
}

/** Where the log of a workspace ends and begins. */
export interface LogBounds {
  /** The position that was given last; 0 before the first event. */
  head: number;
  /** The oldest position that retention has left; head + 1 when it has left none. */
  oldest: number;
}

/** Reads where the log of a workspace ends and begins. */
export async function readHead(session: Session, workspaceId: string): Promise<LogBounds> {
  const { rows } = await queryRows(
    session,
    sql`select (select position from event_head where workspace_id = ${workspaceId}),
               (${oldestOf(workspaceId)})`,
  );
  const [head, oldest] = rows[0]!;
  return {
    head: Number(head ?? 0),
    oldest: oldest === null ? Number(head ?? 0) + 1 : Number(oldest),
  };
}

/** The heads of several workspaces; one that has no event yet is left out. */
export async function readHeads(
  session: Session,
  workspaceIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await queryRows(
    session,
    sql`select workspace_id, position from event_head where workspace_id = any(${workspaceIds}::uuid[])`,
  );
  return new Map(rows.map(([id, position]) => [id as string, Number(position)]));
}
