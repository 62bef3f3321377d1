import { enqueue } from '../../jobs/queue';
import type { Work } from '../kit/command';

/** Has the bytes of pending attachments fetched after the commit; of one conversation at a time. */
export async function fetchLater(
  { session, actor: { workspaceId } }: Work,
  attachmentIds: readonly string[],
): Promise<void> {
  for (const attachmentId of attachmentIds) {
    await enqueue(session, {
      task: 'fetch-attachment',
      payload: { workspaceId, attachmentId },
    });
  }
}
