import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Conversation, Message } from '../../entities';
import type { ConversationFacts } from '../../events/registry';
import type { Work } from '../kit/command';
import { isSentAnswer } from './sent-answer';
import { OWN_SOURCE } from './touchpoints';

/**
 * Gives an outbound message the time that the platform has for it, and brings up to date what was
 * made of the time before. The conversation is locked.
 * @returns what that changes in the conversation.
 */
export async function retimeMessage(
  work: Work,
  conversation: Conversation,
  message: Message,
  sentAt: Date,
): Promise<Partial<ConversationFacts>> {
  const { session, actor } = work;
  const { workspaceId } = actor;
  const [first, last] = [message.sentAt, sentAt].sort((a, b) => a.getTime() - b.getTime());
  await queryObjects(
    session,
    sql`update message set sent_at = ${sentAt}
        where workspace_id = ${workspaceId} and id = ${message.id}`,
  );
  await queryObjects(
    session,
    sql`update touchpoint set occurred_at = ${sentAt} where workspace_id = ${workspaceId}
          and source = ${OWN_SOURCE} and external_id = ${message.id}`,
  );
  await answerAnew(
    work,
    conversation,
    await answeredBy(work, conversation, message, [first!, last!]),
  );
  return resummarise(work, conversation);
}

/**
 * Has a message count as an answer, or not, after its status has changed so.
 * @returns what that changes in the conversation.
 */
export async function countAnew(
  work: Work,
  conversation: Conversation,
  message: Message,
): Promise<Partial<ConversationFacts>> {
  const { sentAt } = message;
  await answerAnew(
    work,
    conversation,
    await answeredBy(work, conversation, message, [sentAt, sentAt]),
  );
  return resummarise(work, conversation);
}

/** The inbound messages that a message answers, or may answer as its time moves. */
async function answeredBy(
  { session, actor: { workspaceId } }: Work,
  { id, visibility }: Conversation,
  message: Message,
  [first, last]: readonly [Date, Date],
): Promise<string[]> {
  if (visibility === 'PUBLIC') return message.replyToId === null ? [] : [message.replyToId];
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`select id from message where workspace_id = ${workspaceId}
          and conversation_id = ${id} and direction = 'INBOUND'
          and (response_id = ${message.id} or sent_at between ${first} and ${last}
            or (sent_at < ${last} and (responded_at is null or responded_at >= ${first})))`,
  );
  return rows.map((row) => row.id);
}

/** Finds the earliest answers of inbound messages again; see {@link updateResponses}. */
export async function answerAnew(
  { session, actor: { workspaceId } }: Work,
  { id, visibility }: Conversation,
  inboundIds: readonly string[],
): Promise<void> {
  if (inboundIds.length === 0) return;
  const answers =
    visibility === 'PRIVATE'
      ? sql`o.conversation_id = ${id}
          and (o.sent_at, o.order_key, o.id) > (m.sent_at, m.order_key, m.id)`
      : sql`o.reply_to_id = m.id`;
  await queryObjects(
    session,
    sql`update message m set response_id = a.response_id, responded_at = a.responded_at
        from (
          select m.id, r.id response_id, r.sent_at responded_at from message m
          left join lateral (
            select o.id, o.sent_at from message o
            where o.workspace_id = ${workspaceId} and ${isSentAnswer('o')} and ${answers}
            order by o.sent_at, o.order_key, o.id limit 1
          ) r on true
          where m.workspace_id = ${workspaceId} and m.id = any(${inboundIds}::uuid[])
            and m.direction = 'INBOUND' and not m.is_automatic
        ) a
        where m.workspace_id = ${workspaceId} and m.id = a.id
          and (m.response_id, m.responded_at) is distinct from (a.response_id, a.responded_at)`,
  );
}

/** Works out again what a conversation says of the times of its messages. */
export async function resummarise(
  { session, actor: { workspaceId }, now }: Work,
  { id, startedAt, lastMessageAt }: Conversation,
): Promise<Partial<ConversationFacts>> {
  const messages = sql`from message m where m.workspace_id = ${workspaceId}
    and m.conversation_id = ${id} and m.direction <> 'NOTE'`;
  const [after] = await queryObjects<{ startedAt: Date; lastMessageAt: Date }>(
    session,
    sql`update conversation c set
          started_at = e.sent_at, last_message_id = l.id, last_message_at = l.sent_at,
          first_response_at = (
            select m.sent_at ${messages} and ${isSentAnswer('m')} and m.sent_at >= c.first_inbound_at
            order by m.sent_at limit 1
          ),
          updated_at = ${now}
        from
          (select m.sent_at ${messages} order by m.sent_at limit 1) e,
          (select m.id, m.sent_at ${messages}
           order by m.sent_at desc, m.order_key desc, m.id desc limit 1) l
        where c.workspace_id = ${workspaceId} and c.id = ${id}
        returning c.started_at "startedAt", c.last_message_at "lastMessageAt"`,
  );
  const changes: Partial<ConversationFacts> = {};
  if (after && after.startedAt.getTime() !== startedAt.getTime()) {
    changes.startedAt = after.startedAt.toISOString();
  }
  if (after && after.lastMessageAt.getTime() !== lastMessageAt.getTime()) {
    changes.lastMessageAt = after.lastMessageAt.toISOString();
  }
  return changes;
}
