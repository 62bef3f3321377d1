import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql, type Sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { isAnswer, isQuestion } from './item';
import { isSentAnswer } from './sent-answer';
import type { AddedMessage } from './messages';
import type { Thread } from './threads';

/**
 * Keeps `responseId` of inbound messages: the earliest outbound message that answers it, by
 * (sentAt, orderKey, id).
 *
 * What answers it depends on the talk. In public, where many speak at once, only a reply to it does.
 * In private, an outbound message answers everything before it, whatever it replies to: in a mail
 * thread nearly every answer is a reply to the last of several messages.
 *
 * What a machine sent neither answers nor waits for an answer.
 */
export async function updateResponses(
  work: Work,
  added: readonly AddedMessage[],
  adoptedParents: readonly string[],
): Promise<void> {
  const parents = new Set(adoptedParents);
  for (const { item, replyToId } of added) {
    if (isAnswer(item) && replyToId) parents.add(replyToId);
  }
  await answerByReply(work, [...parents]);

  const talk = added.filter(({ thread }) => thread.visibility === 'PRIVATE');
  const answers = talk.filter(({ item }) => isAnswer(item));
  const isLast = lastAmong(answers);
  await answerEarlier(work, answers, isLast);
  await answerLate(
    work,
    talk.filter((message) => isQuestion(message.item) && !isLast(message)),
  );
}

/**
 * Tells of new messages whether they come after all that may answer something in their conversation:
 * what was there, and these answers. Most do, and then nothing earlier has to be looked for.
 */
function lastAmong(answers: readonly AddedMessage[]): (message: AddedMessage) => boolean {
  const byThread = new Map<Thread, AddedMessage[]>();
  for (const answer of answers) {
    const list = byThread.get(answer.thread);
    if (list) list.push(answer);
    else byThread.set(answer.thread, [answer]);
  }
  return (message) => {
    const { item, thread } = message;
    if (!thread.isNew && item.sentAt <= new Date(thread.before.lastMessageAt)) return false;
    const others = byThread.get(thread) ?? [];
    return others.every((other) => other === message || other.item.sentAt < item.sentAt);
  };
}

/** Messages that got a reply: the earliest outbound reply, unless something earlier answers already. */
async function answerByReply({ session, actor }: Work, parentIds: string[]): Promise<void> {
  if (parentIds.length === 0) return;
  await queryObjects(
    session,
    sql`update message m set response_id = r.id, responded_at = r.sent_at
        from unnest(${parentIds}::uuid[]) p(id)
        cross join lateral (
          select o.id, o.sent_at, o.order_key from message o
          where o.workspace_id = ${actor.workspaceId} and o.reply_to_id = p.id
            and ${isSentAnswer('o')}
          order by o.sent_at, o.order_key, o.id limit 1
        ) r
        where m.workspace_id = ${actor.workspaceId} and m.id = p.id
          and m.direction = 'INBOUND' and not m.is_automatic
          and ${isEarlierAnswer(actor.workspaceId)}`,
  );
}

/** That answer `r` of message `m` comes before what answers it so far. */
function isEarlierAnswer(workspaceId: string): Sql {
  return sql`(m.responded_at is null or (r.sent_at, r.order_key, r.id) < (
    select e.sent_at, e.order_key, e.id from message e
    where e.workspace_id = ${workspaceId} and e.id = m.response_id))`;
}

/** New outbound messages in private talk: what came before them and was not answered earlier. */
async function answerEarlier(
  { session, actor }: Work,
  added: readonly AddedMessage[],
  isLast: (message: AddedMessage) => boolean,
) {
  const { workspaceId } = actor;
  for (const message of added) {
    const { id, item, thread } = message;
    const at = sql`(${item.sentAt}::timestamptz, ${item.orderKey}::bigint, ${id}::uuid)`;
    const answer = sql`update message m set response_id = ${id}, responded_at = ${item.sentAt}`;
    const earlier = sql`m.workspace_id = ${workspaceId} and m.conversation_id = ${thread.id}
      and m.direction = 'INBOUND' and not m.is_automatic
      and (m.sent_at, m.order_key, m.id) < ${at}`;
    await queryObjects(session, sql`${answer} where ${earlier} and m.responded_at is null`);
    if (isLast(message)) continue;
    await queryObjects(
      session,
      sql`${answer} from message e
          where ${earlier} and m.responded_at >= ${item.sentAt}
            and e.workspace_id = ${workspaceId} and e.id = m.response_id
            and (e.sent_at, e.order_key, e.id) > ${at}`,
    );
  }
}

/** Inbound messages of private talk that came in after what answers them. */
async function answerLate({ session, actor }: Work, added: readonly AddedMessage[]) {
  if (added.length === 0) return;
  const columns = bulkColumns(added, {
    id: ['uuid', ({ id }) => id],
    conversation_id: ['uuid', ({ thread }) => thread.id],
    sent_at: ['timestamptz', ({ item }) => item.sentAt],
    order_key: ['bigint', ({ item }) => item.orderKey],
  });
  await queryObjects(
    session,
    sql`update message m set response_id = r.id, responded_at = r.sent_at
        from ${bulkTable('n', columns)}
        cross join lateral (
          select o.id, o.sent_at, o.order_key from message o
          where o.workspace_id = ${actor.workspaceId} and o.conversation_id = n.conversation_id
            and (o.sent_at, o.order_key, o.id) > (n.sent_at, n.order_key, n.id)
            and ${isSentAnswer('o')}
          order by o.sent_at, o.order_key, o.id limit 1
        ) r
        where m.workspace_id = ${actor.workspaceId} and m.id = n.id
          and ${isEarlierAnswer(actor.workspaceId)}`,
  );
}
