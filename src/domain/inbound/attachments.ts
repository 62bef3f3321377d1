import type { InboundAttachment } from '../../connectors/kit/item';
import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import type { AttachmentStatus } from '../../entities/attachment';
import type { Work } from '../kit/command';
import { fetchLater } from '../file/fetch-jobs';
import { safeFileName } from '../file/file-name';
import { plainMediaType } from '../file/media-type';
import { newId } from '../kit/ids';

/** A file and the message that it came with. */
export interface FileOfMessage {
  messageId: string;
  file: InboundAttachment;
}

/** Keeps what is known of files, and has those fetched that the platform keeps. */
export async function addFiles(work: Work, files: readonly FileOfMessage[]): Promise<void> {
  if (files.length === 0) return;
  const { session, actor, now } = work;
  const rows = files.map((it) => ({ ...it, id: newId(), status: statusOf(it.file) }));
  const columns = bulkColumns(rows, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ id }) => id],
    message_id: ['uuid', ({ messageId }) => messageId],
    file_name: ['text', ({ file }) => (file.fileName ? safeFileName(file.fileName) : null)],
    content_type: ['text', ({ file }) => plainMediaType(file.contentType)],
    byte_size: [
      'bigint',
      ({ file }) => file.kept?.byteSize ?? file.byteSize ?? file.bytes?.length ?? null,
    ],
    source_url: ['text', ({ file }) => file.url ?? null],
    external_id: ['text', ({ file }) => file.externalId ?? null],
    content_id: ['text', ({ file }) => file.contentId ?? null],
    status: ['text', ({ status }) => status],
    failure: ['text', ({ file }) => file.failure ?? null],
    storage_key: ['text', ({ file }) => file.kept?.storageKey ?? null],
    sha256: ['bytea', ({ file }) => file.kept?.sha256 ?? null],
    fetched_at: ['timestamptz', ({ file }) => (file.kept ? now : null)],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('attachment', columns));
  await fetchLater(
    work,
    rows.filter(({ status }) => status === 'PENDING').map(({ id }) => id),
  );
}

function statusOf({ kept, failure, url, externalId }: InboundAttachment): AttachmentStatus {
  if (kept) return 'STORED';
  if (failure) return 'FAILED';
  return url || externalId ? 'PENDING' : 'REMOTE';
}
