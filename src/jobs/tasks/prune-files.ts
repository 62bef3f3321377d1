import type { Pool } from 'pg';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Files } from '../../files/files';
import { onClient } from '../pools';
import type { Task } from '../task';

/** For how long bytes stay that nothing points at: longer than any command takes. */
const GRACE_HOURS = 24;
/** Blobs that are looked at in one transaction. */
const BATCH = 100;

/** Removes uploads that were never sent, and bytes that nothing points at any longer. */
export function pruneFiles({ files }: { files: Files }): Task<object> {
  return async (_payload, { system, clock, log, signal }) => {
    const now = clock();
    const uploads = await queryObjects(
      system,
      sql`delete from upload where expires_at < ${now} returning 1`,
    );
    const before = new Date(now.getTime() - GRACE_HOURS * 3_600_000);
    let removed = 0;
    let round: { looked: number; removed: number };
    do {
      signal.throwIfAborted();
      round = await removeSome(system, files, before);
      removed += round.removed;
    } while (round.looked === BATCH);
    log.info({ uploads: uploads.length, removed }, 'pruned files');
  };
}

/**
 * The rows are locked until the bytes are gone: whoever keeps the same bytes at this moment waits,
 * and then puts them there anew.
 */
function removeSome(system: Pool, files: Files, before: Date) {
  return onClient(system, async (client) => {
    await client.query('begin');
    const rows = await queryObjects<{ key: string; isUsed: boolean }>(
      client,
      sql`with loose as materialized (
            select s.workspace_id, s.storage_key,
              exists (select from attachment a
                where a.workspace_id = s.workspace_id and a.storage_key = s.storage_key)
              or exists (select from upload u
                where u.workspace_id = s.workspace_id and u.storage_key = s.storage_key) as is_used
            from stored_file s where s.is_loose and s.kept_at < ${before}
            limit ${BATCH} for update skip locked
          ), held as (
            update stored_file f set is_loose = false from loose l
            where l.is_used and f.workspace_id = l.workspace_id and f.storage_key = l.storage_key
          ), gone as (
            delete from stored_file f using loose l
            where not l.is_used and f.workspace_id = l.workspace_id and f.storage_key = l.storage_key
          )
          select storage_key "key", is_used "isUsed" from loose`,
    );
    const gone = rows.filter(({ isUsed }) => !isUsed);
    for (const { key } of gone) await files.remove(key);
    await client.query('commit');
    return { looked: rows.length, removed: gone.length };
  });
}
