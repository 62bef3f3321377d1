import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';

/**
 * Takes the bytes of deleted messages' files away: links to them end at once, and the bytes go within
 * about a day, unless something else points at the same ones.
 */
export async function releaseFiles(
  { session, actor: { workspaceId }, now }: Work,
  messageIds: readonly string[],
): Promise<void> {
  if (messageIds.length === 0) return;
  await queryObjects(
    session,
    sql`with removed as (
          update attachment a set status = 'REMOVED', storage_key = null from attachment before
          where a.workspace_id = ${workspaceId} and a.message_id = any(${messageIds}::uuid[])
            and before.workspace_id = a.workspace_id and before.id = a.id
          returning before.storage_key
        )
        update stored_file f set is_loose = true, kept_at = ${now} from removed r
        where f.workspace_id = ${workspaceId} and f.storage_key = r.storage_key`,
  );
}
