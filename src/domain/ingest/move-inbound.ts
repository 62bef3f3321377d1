import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Conversation } from '../../entities';
import type { ConversationFacts } from '../../events/registry';
import type { Work } from '../kit/command';
import { answerAnew, resummarise } from './retime';
import { OWN_SOURCE } from './touchpoints';

/**
 * Gives a customer's message an earlier time, and brings up to date what was made of the later one.
 * The conversation is locked.
 * @returns what that changes in the conversation.
 */
export async function moveInbound(
  work: Work,
  conversation: Conversation,
  messageId: string,
  sentAt: Date,
): Promise<Partial<ConversationFacts>> {
  const { session, actor } = work;
  const { workspaceId } = actor;
  const inConversation = sql`m.workspace_id = ${workspaceId}
    and m.conversation_id = ${conversation.id} and m.direction = 'INBOUND'`;
  await queryObjects(
    session,
    sql`update message set sent_at = ${sentAt}
        where workspace_id = ${workspaceId} and id = ${messageId}`,
  );
  await queryObjects(
    session,
    sql`update touchpoint set occurred_at = ${sentAt} where workspace_id = ${workspaceId}
          and source = ${OWN_SOURCE} and external_id = ${messageId}`,
  );
  await queryObjects(
    session,
    sql`update conversation set
          first_inbound_at =
            (select min(m.sent_at) from message m where ${inConversation} and not m.is_automatic),
          last_inbound_at = (select max(m.sent_at) from message m where ${inConversation})
        where workspace_id = ${workspaceId} and id = ${conversation.id}`,
  );
  await answerAnew(work, conversation, [messageId]);
  return resummarise(work, conversation);
}
