import { z } from 'zod';
import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { line, optional } from '../kit/input';

export const MOST_ATTACHMENTS = 20;

/** Files that came with a message: what is known of them. */
export const attachmentInputs = optional(
  z
    .array(
      z.object({
        fileName: optional(line(255)),
        contentType: optional(line(255)),
        byteSize: optional(
          z.string().regex(/^\d{1,15}$/, 'Must be a whole number of bytes, of at most 15 digits.'),
        ),
        sourceUrl: optional(
          z.url({ protocol: /^https?$/, error: 'Must be an http or https URL.' }).max(2_000),
        ),
      }),
    )
    .max(MOST_ATTACHMENTS, `Must be at most ${MOST_ATTACHMENTS} attachments.`),
);

export type AttachmentInput = NonNullable<z.output<typeof attachmentInputs>>[number];

/** Adds what is known of a message's files. */
export async function addAttachments(
  { session, actor, now }: Work,
  messageId: string,
  attachments: readonly AttachmentInput[],
): Promise<void> {
  if (attachments.length === 0) return;
  const columns = bulkColumns(attachments, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    message_id: ['uuid', () => messageId],
    file_name: ['text', ({ fileName }) => fileName],
    content_type: ['text', ({ contentType }) => contentType],
    byte_size: ['bigint', ({ byteSize }) => byteSize],
    source_url: ['text', ({ sourceUrl }) => sourceUrl],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('attachment', columns));
}
