import { systemActor, type Actor } from '../auth/actor';
import type { Permission } from '../auth/permissions';
import { bulkColumns, bulkTable } from '../db/bulk';
import { queryObjects, type Session } from '../db/sessions';
import { allOf, raw, sql } from '../db/sql';
import type { UnitOfWork } from '../db/unit-of-work';
import { withVisibleCustomer } from '../domain/channel/visible-channels';
import { eventVisibility } from '../domain/event/visible-events';
import { newId } from '../domain/kit/ids';
import { wantsType } from '../domain/webhook/event-types';
import { readLog, type StoredEvent } from '../events/log';

/** An endpoint by its key. */
export interface EndpointKey {
  workspaceId: string;
  id: string;
}

/** What one step for an endpoint did. */
export interface Dispatched {
  /** How many deliveries it made. */
  made: number;
  /** Whether the log has more that can be dispatched now. */
  hasMore: boolean;
  /** Where the log begins, when what the endpoint needed next was gone. */
  missedBefore: number | null;
}

export interface DispatchLimits {
  /** Most events that one step reads; not more than `backlog`. */
  batch: number;
  /**
   * Most deliveries of an endpoint that are pending: what a receiver does not take stays in the log,
   * and not in a second one.
   */
  backlog: number;
}

/**
 * Turns the next events of the log into deliveries of an endpoint, and moves its cursor, in one
 * transaction that locks it: any number of processes may do this, and each event becomes one delivery.
 * @returns null when there is nothing to do, or another process is at it.
 */
export function dispatchEndpoint(
  units: UnitOfWork,
  { workspaceId, id }: EndpointKey,
  limits: DispatchLimits,
  now: Date,
): Promise<Dispatched | null> {
  return units.transaction(workspaceId, async (session) => {
    const endpoint = await lockEndpoint(session, workspaceId, id, limits.backlog);
    if (!endpoint) return null;
    const { batch: limit, backlog } = limits;
    if (endpoint.pending + limit > backlog) return { made: 0, hasMore: false, missedBefore: null };
    const cursor = Number(endpoint.position);
    const events = await readLog(session, workspaceId, { after: cursor, limit });
    const wanted = await pick(session, endpoint, events);
    if (wanted.length > 0) await insertDeliveries(session, endpoint, wanted, now);
    // positions are dense: a gap is what retention has removed
    const next = events[0]?.position ?? Number(endpoint.head) + 1;
    const missedBefore = next > cursor + 1 ? next : null;
    const reached = events.at(-1)?.position ?? Number(endpoint.head);
    await moveCursor(session, endpoint, reached, missedBefore);
    return { made: wanted.length, hasMore: events.length === limit, missedBefore };
  });
}

interface EndpointRow {
  workspace_id: string;
  id: string;
  position: string;
  head: string;
  event_types: string[] | null;
  ordered: boolean;
  permissions: Permission[];
  channel_ids: string[] | null;
  /** How many of its deliveries are pending; counted up to the limit. */
  pending: number;
}

async function lockEndpoint(
  session: Session,
  workspaceId: string,
  id: string,
  backlog: number,
): Promise<EndpointRow | undefined> {
  const [row] = await queryObjects<EndpointRow & Record<string, unknown>>(
    session,
    sql`select e.workspace_id, e.id, e.position, h.position as head, e.event_types, e.ordered,
          e.permissions, e.channel_ids,
          (select count(*)::int from (
             select from webhook_delivery d
             where d.workspace_id = e.workspace_id and d.endpoint_id = e.id and d.status = 'PENDING'
             limit ${raw(String(backlog))}
           ) p) as pending
        from webhook_endpoint e join event_head h on h.workspace_id = e.workspace_id
        where e.workspace_id = ${workspaceId} and e.id = ${id} and e.status = 'ENABLED'
          and e.deleted_at is null and e.position < h.position
        for no key update of e skip locked`,
  );
  return row;
}

/** The events that the endpoint asked for and that its maker may know of. */
async function pick(
  session: Session,
  endpoint: EndpointRow,
  events: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const actor: Actor = {
    ...systemActor(endpoint.workspace_id, new Set(endpoint.permissions)),
    channelIds: endpoint.channel_ids,
  };
  const isWanted = wantsType(endpoint.event_types);
  const visibilityOf = eventVisibility(actor);
  const judged = events
    .filter(({ type }) => isWanted(type))
    .map((event) => ({ event, visibility: visibilityOf(event) }));
  const customerIds = judged
    .filter(({ visibility }) => visibility === 'BY_CUSTOMER')
    .map(({ event }) => event.customerId!);
  const customers = await visibleCustomers(session, actor, customerIds);
  return judged
    .filter(
      ({ event, visibility }) =>
        visibility === 'YES' || (visibility === 'BY_CUSTOMER' && customers.has(event.customerId!)),
    )
    .map(({ event }) => event);
}

async function visibleCustomers(
  session: Session,
  actor: Actor,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`select c.id from customer c where c.workspace_id = ${actor.workspaceId}
          and c.id = any(${ids}::uuid[]) and ${allOf(withVisibleCustomer(actor, 'c.id'))}`,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Of an ordered endpoint, only the first pending delivery of each subject is due; each of the others
 * becomes due when the one before it has come to its end.
 */
async function insertDeliveries(
  session: Session,
  { workspace_id: workspaceId, id: endpointId, ordered }: EndpointRow,
  events: readonly StoredEvent[],
  now: Date,
): Promise<void> {
  const columns = bulkColumns(events, {
    id: ['uuid', () => newId()],
    position: ['bigint', ({ position }) => position],
    event_id: ['uuid', ({ id }) => id],
    type: ['text', ({ type }) => type],
    subject: ['uuid', ({ subjectId }) => subjectId],
  });
  const isFirst = sql`row_number() over (partition by t.subject order by t.position) = 1
    and not exists (
      select from webhook_delivery d
      where d.workspace_id = ${workspaceId} and d.endpoint_id = ${endpointId}
        and d.subject = t.subject and d.status = 'PENDING' and d.in_order
    )`;
  await queryObjects(
    session,
    sql`insert into webhook_delivery (workspace_id, endpoint_id, kind, status, in_order, created_at,
          id, position, event_id, type, subject, due_at)
        select ${workspaceId}, ${endpointId}, 'EVENT', 'PENDING', ${ordered}, ${now}, t.*,
          ${ordered ? sql`case when ${isFirst} then now() end` : sql`now()`}
        from ${bulkTable('t', columns)}`,
  );
}

async function moveCursor(
  session: Session,
  { workspace_id: workspaceId, id }: EndpointRow,
  position: number,
  missedBefore: number | null,
): Promise<void> {
  await queryObjects(
    session,
    sql`update webhook_endpoint set position = ${position},
          missed_before = coalesce(${missedBefore}::bigint, missed_before)
        where workspace_id = ${workspaceId} and id = ${id}`,
  );
}
