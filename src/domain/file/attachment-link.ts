import type { Files } from '../../files/files';
import type { Actor } from '../../auth/actor';
import { uuidOf } from '../kit/ids';
import { safeFileName } from './file-name';

/** What a link is made from; its id is the one that callers see, or the bare UUID. */
export interface LinkedAttachment {
  id: string;
  status: string;
  fileName: string | null;
}

/** A link that leads to an attachment for about an hour; null where its bytes are not here. */
export async function linkOf(
  { files, actor, publicUrl }: { files: Files; actor: Actor; publicUrl: string | null },
  { id, status, fileName }: LinkedAttachment,
): Promise<string | null> {
  if (status !== 'STORED') return null;
  const attachmentId = uuidOf('Attachment', id) ?? id;
  const token = await files.links.tokenOf({ workspaceId: actor.workspaceId, attachmentId });
  return `${publicUrl ?? ''}/files/${token}/${encodeURIComponent(safeFileName(fileName))}`;
}
