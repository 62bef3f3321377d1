import type { Sessions } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { LinkTarget } from '../../files/file-links';
import { safeFileName } from './file-name';

/** What serving a file takes. */
export interface StoredAttachment {
  fileName: string;
  contentType: string | null;
  byteSize: string;
  storageKey: string;
}

/** The attachment that a link leads to; null where its bytes are not here, or its message is deleted. */
export async function findStoredAttachment(
  sessions: Sessions,
  { workspaceId, attachmentId }: LinkTarget,
): Promise<StoredAttachment | null> {
  const [row] = await sessions.objects<StoredAttachment & Record<string, unknown>>(
    workspaceId,
    sql`select a.file_name "fileName", a.content_type "contentType", f.byte_size "byteSize",
               f.storage_key "storageKey"
        from attachment a
        join stored_file f on f.workspace_id = a.workspace_id and f.storage_key = a.storage_key
        where a.workspace_id = ${workspaceId} and a.id = ${attachmentId} and a.status = 'STORED'`,
  );
  return row ? { ...row, fileName: safeFileName(row.fileName) } : null;
}
