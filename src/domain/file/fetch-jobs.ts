import { enqueueAll } from '../../jobs/queue';
import type { Work } from '../kit/command';

/** Has the bytes of pending attachments fetched after the commit. */
export function fetchLater(
  { session, actor: { workspaceId } }: Work,
  attachmentIds: readonly string[],
): Promise<void> {
  const payloads = attachmentIds.map((attachmentId) => ({ workspaceId, attachmentId }));
  return enqueueAll(session, 'fetch-attachment', payloads);
}
