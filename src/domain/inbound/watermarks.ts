import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import type { StatusReport } from '../message/forward-status';

/** That all messages of ours up to a time were delivered or read. */
export interface Watermark {
  conversationId: string;
  status: 'DELIVERED' | 'READ';
  at: Date;
}

/**
 * Keeps how far conversations were delivered and read.
 * @returns what that says of their messages; of those that come later {@link underWatermarks} tells.
 */
export async function raiseWatermarks(
  { session, actor }: Work,
  watermarks: readonly Watermark[],
): Promise<StatusReport[]> {
  if (watermarks.length === 0) return [];
  const columns = bulkColumns(watermarks, {
    id: ['uuid', ({ conversationId }) => conversationId],
    status: ['text', ({ status }) => status],
    at: ['timestamptz', ({ at }) => at],
  });
  // messages up to the mark that was there have been told of it already
  return queryObjects<StatusReport>(
    session,
    sql`with told as (
          select id, max(at) filter (where status = 'DELIVERED') delivered,
            max(at) filter (where status = 'READ') read
          from ${bulkTable('t', columns)} group by id
        ), before as (
          select c.id, c.delivered_until, c.read_until from conversation c join told using (id)
          where c.workspace_id = ${actor.workspaceId} for update of c
        ), raised as (
          update conversation c set delivered_until = greatest(c.delivered_until, told.delivered),
            read_until = greatest(c.read_until, told.read)
          from told where c.workspace_id = ${actor.workspaceId} and c.id = told.id
        )
        select m.id "messageId", m.conversation_id "conversationId", w.status, w.at, true as "isOfMany"
        from before join lateral (
          select t.status, t.at, case t.status when 'READ' then before.read_until
            else before.delivered_until end since
          from ${bulkTable('t', columns)} where t.id = before.id
        ) w on true
        join message m on m.workspace_id = ${actor.workspaceId} and m.conversation_id = before.id
          and m.sent_at <= w.at and (w.since is null or m.sent_at > w.since or w.at < w.since)
        where m.direction = 'OUTBOUND' and (m.status in ('SENT', 'DELIVERED', 'READ') or (m.status = 'FAILED' and m.failure ? 'at'))`,
  );
}

/** What is known already of messages of ours that have only now come to be sent. */
export async function underWatermarks(
  { session, actor }: Work,
  messageIds: readonly string[],
): Promise<StatusReport[]> {
  if (messageIds.length === 0) return [];
  return queryObjects<StatusReport>(
    session,
    sql`select m.id "messageId", c.id "conversationId", w.status, w.at, true as "isOfMany"
        from message m
        join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
        cross join lateral (values ('DELIVERED', c.delivered_until), ('READ', c.read_until)) w(status, at)
        where m.workspace_id = ${actor.workspaceId} and m.id = any(${messageIds}::uuid[])
          and m.direction = 'OUTBOUND' and m.sent_at <= w.at`,
  );
}
