import { enqueue } from '../../jobs/queue';
import type { Work } from '../kit/command';

/** Has an action performed after the commit: those of a channel one after the other, in their order. */
export function performLater(
  { session, actor: { workspaceId } }: Work,
  { actionId, channelId }: { actionId: string; channelId: string },
  afterSeconds = 0,
): Promise<void> {
  return enqueue(session, {
    task: 'perform-action',
    payload: { workspaceId, actionId },
    queueName: `actions:${channelId}`,
    // by the clock on the wall, because the queue goes by the database's
    ...(afterSeconds > 0 && { runAt: new Date(Date.now() + afterSeconds * 1_000) }),
  });
}
