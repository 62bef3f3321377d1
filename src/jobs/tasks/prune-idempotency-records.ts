import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { TaskContext } from '../task';

/** Rows that one statement deletes: few enough to hold no lock for long. */
const BATCH = 1_000;

/** Deletes the stored answers of mutations whose time is over, of all workspaces. */
export async function pruneIdempotencyRecords(
  _payload: object,
  { system, clock, log, signal }: TaskContext,
): Promise<void> {
  const now = clock();
  let deleted = 0;
  let batch: unknown[];
  do {
    signal.throwIfAborted();
    batch = await queryObjects(system, deleteBatch(now));
    deleted += batch.length;
  } while (batch.length > 0);
  log.info({ deleted }, 'pruned idempotency records');
}

/** Goes by workspace, as the index does; leaves out rows that a request is working on. */
function deleteBatch(now: Date) {
  return sql`
    delete from idempotency_record where (workspace_id, caller, key) in (
      select expired.* from workspace w cross join lateral (
        select workspace_id, caller, key from idempotency_record r
        where r.workspace_id = w.workspace_id and r.expires_at <= ${now}
        order by r.expires_at limit ${BATCH} for update skip locked
      ) expired limit ${BATCH}
    ) returning 1`;
}
