import { queryObjects } from '../../db/sessions';
import { sql, type Sql } from '../../db/sql';
import type { TaskContext } from '../task';

/** How long deliveries that have come to their end are kept, in days. */
const KEPT_DAYS = 30;
/** Before the first id that is minted at a time: ids begin with their milliseconds. */
function firstIdOf(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Deliveries that one statement deletes: few enough to hold no lock for long. */
const BATCH = 1_000;

/**
 * Deletes what deleted webhook endpoints leave behind, and deliveries that are old, of all workspaces.
 * What is pending stays, however old: it goes out when its endpoint is enabled again.
 */
export async function pruneWebhookDeliveries(
  _payload: object,
  { system, clock, log, signal }: TaskContext,
): Promise<void> {
  const oldest = firstIdOf(new Date(clock().getTime() - KEPT_DAYS * 86_400_000));
  const deleteAll = async (batch: Sql) => {
    let deleted = 0;
    let count: number;
    do {
      signal.throwIfAborted();
      count = (await queryObjects(system, batch)).length;
      deleted += count;
    } while (count > 0);
    return deleted;
  };
  const orphaned = await deleteAll(deleteDeliveries(orphanedDeliveries));
  const endpoints = (await queryObjects(system, deleteEmptyEndpoints)).length;
  const old = await deleteAll(deleteDeliveries(oldDeliveries(oldest)));
  log.info({ old, orphaned, endpoints }, 'pruned webhook deliveries');
}

const orphanedDeliveries = sql`
  select d.* from webhook_endpoint e cross join lateral (
    select d.workspace_id, d.id from webhook_delivery d
    where d.workspace_id = e.workspace_id and d.endpoint_id = e.id
    limit ${BATCH} for update skip locked
  ) d where e.deleted_at is not null limit ${BATCH}`;

/** By the index of each status, so that what is pending is not even looked at. */
function oldDeliveries(before: string): Sql {
  return sql`
    select d.* from webhook_endpoint e
    cross join unnest(array['DELIVERED', 'FAILED']) s (status)
    cross join lateral (
      select d.workspace_id, d.id from webhook_delivery d
      where d.workspace_id = e.workspace_id and d.endpoint_id = e.id and d.status = s.status
        and d.id < ${before}
      order by d.id limit ${BATCH} for update skip locked
    ) d limit ${BATCH}`;
}

function deleteDeliveries(picked: Sql): Sql {
  return sql`
    with picked as materialized (${picked}), attempts as (
      delete from webhook_attempt a using picked p
      where a.workspace_id = p.workspace_id and a.delivery_id = p.id
    )
    delete from webhook_delivery d using picked p
    where d.workspace_id = p.workspace_id and d.id = p.id
    returning 1`;
}

const deleteEmptyEndpoints = sql`
  delete from webhook_endpoint e
  where e.deleted_at is not null and not exists (
    select from webhook_delivery d
    where d.workspace_id = e.workspace_id and d.endpoint_id = e.id
  )
  returning 1`;
