import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { TaskContext } from '../task';

/** Rows that one statement deletes: few enough to hold no lock for long. */
const BATCH = 1_000;

/** Deletes who has left without saying so, in all workspaces. */
export async function prunePresence(
  _payload: object,
  { system, log, signal }: TaskContext,
): Promise<void> {
  let deleted = 0;
  let batch: unknown[];
  do {
    signal.throwIfAborted();
    batch = await queryObjects(system, deleteBatch);
    deleted += batch.length;
  } while (batch.length > 0);
  log.info({ deleted }, 'pruned presence');
}

/** Goes by workspace, as the index does. */
const deleteBatch = sql`
  delete from presence where (workspace_id, conversation_id, actor_kind, actor_id) in (
    select gone.* from workspace w cross join lateral (
      select workspace_id, conversation_id, actor_kind, actor_id from presence p
      where p.workspace_id = w.workspace_id and p.expires_at <= now()
      order by p.expires_at limit ${BATCH} for update skip locked
    ) gone limit ${BATCH}
  ) returning 1`;
