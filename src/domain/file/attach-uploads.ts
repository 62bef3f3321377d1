import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Upload } from '../../entities';
import type { Work } from '../kit/command';
import { notFound } from '../kit/errors';
import { newId } from '../kit/ids';

/** What is known of a file that is to be sent. */
export type UploadFacts = Pick<
  Upload,
  'id' | 'fileName' | 'contentType' | 'byteSize' | 'storageKey'
>;

/**
 * The caller's own uploads of these ids, in their order, locked: each can be sent once.
 * @param path of the argument that names them.
 * @throws DomainError for one that is not there, over, or somebody else's.
 */
export async function takeUploads(
  { session, actor, now }: Work,
  ids: readonly string[],
  path: readonly string[],
): Promise<UploadFacts[]> {
  if (ids.length === 0) return [];
  const rows = await queryObjects<UploadFacts & Record<string, unknown>>(
    session,
    sql`select id, file_name "fileName", content_type "contentType", byte_size "byteSize",
               storage_key "storageKey"
        from upload where workspace_id = ${actor.workspaceId} and id = any(${ids}::uuid[])
          and expires_at > ${now} and uploaded_by = ${{ kind: actor.kind, id: actor.id }}::jsonb
        for update`,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id, index) => {
    const upload = found.get(id);
    // one that is named twice is there once
    if (!upload || ids.indexOf(id) !== index) throw notFound('upload', [...path, String(index)]);
    return upload;
  });
}

/** Makes uploads the files of a message; they are no uploads any longer. */
export async function attachUploads(
  { session, actor, now }: Work,
  messageId: string,
  uploads: readonly UploadFacts[],
): Promise<void> {
  if (uploads.length === 0) return;
  const columns = bulkColumns(uploads, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    message_id: ['uuid', () => messageId],
    file_name: ['text', ({ fileName }) => fileName],
    content_type: ['text', ({ contentType }) => contentType],
    byte_size: ['bigint', ({ byteSize }) => byteSize],
    storage_key: ['text', ({ storageKey }) => storageKey],
    sha256: ['bytea', ({ storageKey }) => `\\x${storageKey.split('/')[1]}`],
    status: ['text', () => 'STORED'],
    fetched_at: ['timestamptz', () => now],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('attachment', columns));
  await queryObjects(
    session,
    sql`delete from upload where workspace_id = ${actor.workspaceId}
          and id = any(${uploads.map(({ id }) => id)}::uuid[])`,
  );
}
