import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { TaskContext } from '../task';

const DAY = 86_400_000;
/** For how far ahead deliveries get their tables. */
const DAYS_AHEAD = 21;
/** Rows that one statement deletes: few enough to hold no lock for long. */
const BATCH = 1_000;

/**
 * Drops the tables of weeks in which every delivery is older than they are kept, dead letters too,
 * and makes those of the next weeks; deletes news of messages that never came.
 */
export async function pruneDeliveries(
  _payload: object,
  { system, clock, deliveryRetentionDays, log, signal }: TaskContext,
): Promise<void> {
  const now = clock().getTime();
  await queryObjects(
    system,
    sql`select ensure_delivery_partitions(${new Date(now + DAYS_AHEAD * DAY)}::timestamptz)`,
  );
  const before = new Date(now - deliveryRetentionDays * DAY);
  for (;;) {
    signal.throwIfAborted();
    const rows = await queryObjects<{ dropped: string | null }>(
      system,
      sql`select drop_delivery_partition(${before}::timestamptz) as dropped`,
    );
    const dropped = rows[0]?.dropped;
    if (!dropped) break;
    log.info({ dropped }, 'pruned deliveries');
  }
  let deleted = 0;
  let batch: unknown[];
  do {
    signal.throwIfAborted();
    batch = await queryObjects(system, deleteAwaited(before));
    deleted += batch.length;
  } while (batch.length > 0);
  log.info({ deleted }, 'pruned news of messages that never came');
}

/** Goes by workspace, as the index does. */
function deleteAwaited(before: Date) {
  return sql`
    delete from awaited_item where (workspace_id, id) in (
      select old.* from workspace w cross join lateral (
        select workspace_id, id from awaited_item a
        where a.workspace_id = w.workspace_id and a.received_at < ${before}
        order by a.received_at limit ${BATCH} for update skip locked
      ) old limit ${BATCH}
    ) returning 1`;
}
