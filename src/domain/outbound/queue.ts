import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';

/** A message and where it belongs, by bare UUIDs. */
export interface MessageRef {
  messageId: string;
  conversationId: string;
  channelId: string;
}

/**
 * Puts a message at the end of its conversation's line; the conversation is locked. It comes after
 * all that wait there, also where the clocks of processes differ.
 */
export async function enqueue(
  { session, actor: { workspaceId }, now }: Work,
  { messageId, conversationId, channelId }: MessageRef,
  isUncertain = false,
): Promise<void> {
  await queryObjects(
    session,
    sql`insert into outbound_queue
          (workspace_id, message_id, channel_id, conversation_id, queued_at, due_at, is_uncertain)
        select ${workspaceId}, ${messageId}, ${channelId}, ${conversationId},
          greatest(${now}, max(queued_at) + interval '1 millisecond'), now(), ${isUncertain}
        from outbound_queue where workspace_id = ${workspaceId}
          and channel_id = ${channelId} and conversation_id = ${conversationId}`,
  );
}

/** A message's place in the queue. */
export interface QueuePlace {
  attempts: number;
  isUncertain: boolean;
  /** The attempt that is under way; null between two. */
  token: string | null;
}

/** Locks a message's place in the queue; null where it has none. */
export async function lockPlace(
  { session, actor: { workspaceId } }: Work,
  messageId: string,
): Promise<QueuePlace | null> {
  const [place] = await queryObjects<QueuePlace & Record<string, unknown>>(
    session,
    sql`select attempts, is_uncertain "isUncertain", locked_by token from outbound_queue
        where workspace_id = ${workspaceId} and message_id = ${messageId} for update`,
  );
  return place ?? null;
}

/** Takes a message off the queue. */
export async function dequeue(
  { session, actor: { workspaceId } }: Work,
  messageId: string,
): Promise<void> {
  await queryObjects(
    session,
    sql`delete from outbound_queue
        where workspace_id = ${workspaceId} and message_id = ${messageId}`,
  );
}
