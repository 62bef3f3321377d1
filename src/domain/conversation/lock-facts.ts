import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { ConversationChange, ConversationFacts } from '../../events/registry';
import { threadFacts, type Thread } from '../ingest/threads';
import type { Work } from '../kit/command';
import { changeOf } from './facts';

/**
 * Locks conversations, in one order, and reads what events that change nothing in them say of them.
 * @returns by UUID.
 */
export async function lockFacts(
  { session, actor }: Work,
  ids: readonly string[],
): Promise<Map<string, ConversationChange>> {
  const rows = await queryObjects<Pick<Thread, 'id' | keyof ConversationFacts>>(
    session,
    sql`select c.id, c.channel_id "channelId", c.customer_id "customerId", c.visibility, c.status,
               c.started_at "startedAt", c.last_message_at "lastMessageAt", c.assignee_id "assigneeId",
               array(select t.tag_id from conversation_tag t
                     where t.workspace_id = c.workspace_id and t.conversation_id = c.id
                     order by t.tag_id) "tagIds"
        from conversation c
        where c.workspace_id = ${actor.workspaceId} and c.id = any(${[...new Set(ids)]}::uuid[])
        order by c.id for update of c`,
  );
  return new Map(rows.map((row) => [row.id, changeOf(threadFacts(row))]));
}
