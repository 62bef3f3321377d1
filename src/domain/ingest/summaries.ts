import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { isAnswer, isQuestion } from './item';
import { isSentAnswer } from './sent-answer';
import type { AddedMessage } from './messages';
import { tellFacts } from './thread-facts';
import type { Thread } from './threads';

interface Summary {
  thread: Thread;
  added: number;
  newest: AddedMessage;
  reopens: boolean;
}

/** A closed conversation that a message has opened again. */
export interface Reopened {
  thread: Thread;
  by: AddedMessage;
}

/**
 * Brings what a conversation says of its messages up to date: counts, newest, first times, status.
 * @returns the conversations that are open again.
 */
export async function updateSummaries(
  work: Work,
  added: readonly AddedMessage[],
): Promise<Reopened[]> {
  const summaries = new Map<string, Summary>();
  const earlierStart = new Set<Thread>();
  for (const message of added) {
    const { thread, item } = message;
    const summary = summaries.get(thread.id) ?? {
      thread,
      added: 0,
      newest: message,
      reopens: false,
    };
    summaries.set(thread.id, summary);
    summary.added += 1;
    if (isLater(message, summary.newest)) summary.newest = message;
    if (item.sentAt < thread.startedAt) thread.startedAt = item.sentAt;
    if (item.sentAt > thread.lastMessageAt) thread.lastMessageAt = item.sentAt;
    tellFacts(thread, item);
    if (
      item.direction === 'INBOUND' &&
      !(thread.lastInboundAt && thread.lastInboundAt >= item.sentAt)
    ) {
      thread.lastInboundAt = item.sentAt;
    }
    if (isQuestion(item)) {
      if (!thread.firstInboundAt || item.sentAt < thread.firstInboundAt) {
        thread.firstInboundAt = item.sentAt;
        earlierStart.add(thread);
      }
      if (thread.status === 'CLOSED' && item.sentAt > thread.closedAt!) summary.reopens = true;
    }
  }
  for (const { item, thread } of added) {
    if (isAnswer(item)) noteResponse(thread, item.sentAt);
  }
  await findFirstResponses(work, [...earlierStart]);
  await writeSummaries(work, [...summaries.values()]);
  const reopened = [...summaries.values()].filter(({ reopens }) => reopens);
  for (const { thread } of reopened) thread.status = 'OPEN';
  return reopened.map(({ thread, newest }) => ({ thread, by: newest }));
}

function isLater(a: AddedMessage, b: AddedMessage): boolean {
  const byTime = a.item.sentAt.getTime() - b.item.sentAt.getTime();
  if (byTime !== 0) return byTime > 0;
  if (a.item.orderKey !== b.item.orderKey) return a.item.orderKey > b.item.orderKey;
  return a.id > b.id;
}

function noteResponse(thread: Thread, sentAt: Date): void {
  const { firstInboundAt, firstResponseAt } = thread;
  if (!firstInboundAt || sentAt < firstInboundAt) return;
  if (!firstResponseAt || sentAt < firstResponseAt) thread.firstResponseAt = sentAt;
}

/** When the first inbound message turns out to be earlier, so may be the first response to it. */
async function findFirstResponses({ session, actor }: Work, threads: Thread[]): Promise<void> {
  const asked = threads.filter((thread) => !thread.isNew);
  if (asked.length === 0) return;
  const columns = bulkColumns(asked, {
    id: ['uuid', (thread) => thread.id],
    since: ['timestamptz', (thread) => thread.firstInboundAt],
  });
  const rows = await queryObjects<{ id: string; sentAt: Date }>(
    session,
    sql`select t.id, r.sent_at "sentAt" from ${bulkTable('t', columns)}
        cross join lateral (
          select m.sent_at from message m
          where m.workspace_id = ${actor.workspaceId} and m.conversation_id = t.id
            and m.sent_at >= t.since
            and ${isSentAnswer('m')}
          order by m.sent_at limit 1
        ) r`,
  );
  const found = new Map(rows.map((row) => [row.id, row.sentAt]));
  for (const thread of asked) thread.firstResponseAt = found.get(thread.id) ?? null;
}

async function writeSummaries({ session, actor, now }: Work, summaries: readonly Summary[]) {
  if (summaries.length === 0) return;
  const columns = bulkColumns(summaries, {
    id: ['uuid', ({ thread }) => thread.id],
    added: ['int', ({ added }) => added],
    started_at: ['timestamptz', ({ thread }) => thread.startedAt],
    first_inbound_at: ['timestamptz', ({ thread }) => thread.firstInboundAt],
    first_response_at: ['timestamptz', ({ thread }) => thread.firstResponseAt],
    last_inbound_at: ['timestamptz', ({ thread }) => thread.lastInboundAt],
    subject: ['text', ({ thread }) => thread.subject],
    post_id: ['uuid', ({ thread }) => thread.postId],
    platform: ['jsonb', ({ thread }) => JSON.stringify(thread.platform)],
    answers: ['jsonb', ({ thread }) => thread.answers && JSON.stringify(thread.answers)],
    fact_times: ['jsonb', ({ thread }) => JSON.stringify(thread.factTimes)],
    message_id: ['uuid', ({ newest }) => newest.id],
    sent_at: ['timestamptz', ({ newest }) => newest.item.sentAt],
    order_key: ['bigint', ({ newest }) => newest.item.orderKey],
    reopens: ['bool', ({ reopens }) => reopens],
  });
  await queryObjects(
    session,
    sql`update conversation c set
          message_count = c.message_count + s.added,
          started_at = s.started_at,
          first_inbound_at = s.first_inbound_at,
          first_response_at = s.first_response_at,
          last_inbound_at = s.last_inbound_at,
          subject = s.subject,
          post_id = s.post_id,
          platform = s.platform,
          answers = s.answers,
          fact_times = s.fact_times,
          last_message_id = case when s.is_newest then s.message_id else c.last_message_id end,
          last_message_at = case when s.is_newest then s.sent_at else c.last_message_at end,
          status = case when s.reopens then 'OPEN' else c.status end,
          closed_at = case when s.reopens then null else c.closed_at end,
          updated_at = ${now}
        from (
          select s.*, l.id is null or (s.sent_at, s.order_key, s.message_id) > (l.sent_at, l.order_key, l.id) as is_newest
          from ${bulkTable('s', columns)}
          join conversation k on k.workspace_id = ${actor.workspaceId} and k.id = s.id
          left join message l on l.workspace_id = ${actor.workspaceId} and l.id = k.last_message_id
        ) s
        where c.workspace_id = ${actor.workspaceId} and c.id = s.id`,
  );
}
