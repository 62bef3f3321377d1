import type { InboundAttachment } from '../../connectors/kit/item';
import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';

/** A file and the message that it came with. */
export interface FileOfMessage {
  messageId: string;
  file: InboundAttachment;
}

/** Keeps what is known of files; those that can be had are marked as to be fetched. */
export async function addFiles(
  { session, actor, now }: Work,
  files: readonly FileOfMessage[],
): Promise<void> {
  if (files.length === 0) return;
  const columns = bulkColumns(files, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    message_id: ['uuid', ({ messageId }) => messageId],
    file_name: ['text', ({ file }) => file.fileName ?? null],
    content_type: ['text', ({ file }) => file.contentType ?? null],
    byte_size: ['bigint', ({ file }) => file.byteSize ?? file.bytes?.length ?? null],
    source_url: ['text', ({ file }) => file.url ?? null],
    external_id: ['text', ({ file }) => file.externalId ?? null],
    content_id: ['text', ({ file }) => file.contentId ?? null],
    status: ['text', ({ file }) => (file.url || file.externalId ? 'PENDING' : 'REMOTE')],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('attachment', columns));
}
