import type { MessageItem } from '../../connectors/kit/item';
import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { changeOf, factsOf } from '../conversation/facts';
import { lockConversation } from '../conversation/lock-conversation';
import { moveInbound } from '../ingest/move-inbound';
import type { Ingested } from '../ingest/item';
import type { Work } from '../kit/command';

/**
 * Of the times that are told of a customer's message the earliest counts: where all that came of it
 * at first was an edit, the message itself, which comes later, tells when it was sent.
 */
export async function moveBack(
  work: Work,
  items: readonly MessageItem[],
  ingested: readonly Ingested[],
): Promise<NewEvent[]> {
  const told = items.flatMap(({ direction, sentAt }, index) => {
    const { outcome, messageId, conversationId } = ingested[index]!;
    const isKnown = outcome === 'UNCHANGED' && direction === 'INBOUND';
    return isKnown ? [{ messageId, conversationId, sentAt }] : [];
  });
  if (told.length === 0) return [];
  const columns = bulkColumns(told, {
    id: ['uuid', ({ messageId }) => messageId],
    sent_at: ['timestamptz', ({ sentAt }) => sentAt],
  });
  const { session, actor } = work;
  const moved = await queryObjects<{ id: string; conversationId: string; sentAt: Date }>(
    session,
    sql`select m.id, m.conversation_id "conversationId", min(t.sent_at) "sentAt"
        from ${bulkTable('t', columns)}
        join message m on m.workspace_id = ${actor.workspaceId} and m.id = t.id
        where m.direction = 'INBOUND' and t.sent_at < m.sent_at
        group by m.id, m.conversation_id order by m.conversation_id, m.id`,
  );
  const events: NewEvent[] = [];
  for (const { id: subjectId, conversationId, sentAt } of moved) {
    const conversation = await lockConversation(work, conversationId);
    const facts = await factsOf(work, conversation);
    const changes = await moveInbound(work, conversation, subjectId, sentAt);
    const data = { ...changeOf(facts, changes), conversationId };
    events.push({ type: 'message.edited', subjectId, data });
  }
  return events;
}
