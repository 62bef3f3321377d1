import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Conversation } from '../../entities';
import type { ConversationChange, ConversationFacts } from '../../events/registry';
import type { Work } from '../kit/command';

/** What filters look at of a conversation that is locked, as events state it. */
export async function factsOf(
  { session, actor }: Pick<Work, 'session' | 'actor'>,
  conversation: Conversation,
): Promise<ConversationFacts> {
  const rows = await queryObjects<{ tagId: string }>(
    session,
    sql`select tag_id "tagId" from conversation_tag
        where workspace_id = ${actor.workspaceId} and conversation_id = ${conversation.id}
        order by tag_id`,
  );
  const { channelId, visibility, status, assigneeId, customerId } = conversation;
  return {
    channelId,
    visibility,
    status,
    assigneeId,
    customerId,
    startedAt: conversation.startedAt.toISOString(),
    lastMessageAt: conversation.lastMessageAt.toISOString(),
    tagIds: rows.map(({ tagId }) => tagId),
  };
}

/** What an event says of its conversation, from how that was and what changes. */
export function changeOf(
  before: ConversationFacts,
  changes: Partial<ConversationFacts> = {},
): ConversationChange {
  const after = { ...before, ...changes };
  const changed = Object.keys(changes) as (keyof ConversationFacts)[];
  const was = Object.fromEntries(changed.map((fact) => [fact, before[fact]]));
  return { channelId: after.channelId, customerId: after.customerId, conversation: after, was };
}
