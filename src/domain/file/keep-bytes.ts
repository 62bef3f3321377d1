import type { Sessions } from '../../db/sessions';
import { sql } from '../../db/sql';
import { digestOf, type Files, type KeptBytes } from '../../files/files';

/** What keeping takes. */
export interface Keeping {
  sessions: Sessions;
  files: Files;
  clock: () => Date;
}

/**
 * Keeps bytes in a workspace, before the transaction that points at them. It is written down first
 * that they are there, so that the removal of what nothing points at leaves them alone meanwhile.
 */
export async function keepBytes(
  { sessions, files, clock }: Keeping,
  workspaceId: string,
  bytes: Buffer,
): Promise<KeptBytes> {
  const kept = digestOf(workspaceId, bytes);
  await sessions.objects(
    workspaceId,
    sql`insert into stored_file (workspace_id, storage_key, byte_size, kept_at)
        values (${workspaceId}, ${kept.storageKey}, ${kept.byteSize}, ${clock()})
        on conflict (workspace_id, storage_key) do update
          set kept_at = excluded.kept_at, is_loose = true`,
  );
  await files.put(kept.storageKey, bytes);
  return kept;
}
