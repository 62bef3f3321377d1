import type { MessageItem } from '../../connectors/kit/item';
import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { MessageStatus } from '../../entities/message';
import type { Work } from '../kit/command';
import type { StatusReport } from '../message/forward-status';
import type { ItemChannel } from './apply-items';

interface Candidate {
  n: number;
  messageId: string;
  conversationId: string;
  externalId: string | null;
  status: MessageStatus;
  by: 'ID' | 'KEY' | 'TEXT';
}

/**
 * Finds which of the company's own messages are echoes of ours: by the platform's id, by our client
 * key, or else by their text, where just one of the same text is on its way out in the conversation.
 * @returns that ours were sent, and under which id.
 */
export async function findEchoes(
  { session, actor }: Work,
  channel: ItemChannel,
  items: readonly MessageItem[],
): Promise<StatusReport[]> {
  const outbound = [
    ...new Map(
      items
        .filter(({ direction }) => direction === 'OUTBOUND')
        .map((item) => [item.externalId, item]),
    ).values(),
  ];
  if (outbound.length === 0) return [];
  const numbered = outbound.map((item, n) => ({ ...item, n }));
  const columns = bulkColumns(numbered, {
    n: ['int', ({ n }) => n],
    external_id: ['text', ({ externalId }) => externalId],
    client_key: ['text', ({ clientKey }) => clientKey ?? null],
    thread_key: ['text', ({ threadKey }) => threadKey],
    body: ['text', ({ body }) => body],
  });
  const mine = sql`m.workspace_id = ${actor.workspaceId} and m.channel_id = ${channel.id}`;
  const found = sql`m.id "messageId", m.conversation_id "conversationId", m.external_id "externalId",
    m.status`;
  const candidates = await queryObjects<Candidate>(
    session,
    sql`with t as materialized (select * from ${bulkTable('t', columns)})
        select t.n, ${found}, 'ID' as by from t join message m on ${mine} and m.external_id = t.external_id
        where m.status is not null
        union all
        select t.n, ${found}, 'KEY' from t join message m on ${mine} and m.client_key = t.client_key
        union all
        select t.n, ${found}, 'TEXT' from t
        join conversation c on c.workspace_id = ${actor.workspaceId}
          and c.channel_id = ${channel.id} and c.thread_key = t.thread_key
        join outbound_queue q on q.workspace_id = c.workspace_id
          and q.channel_id = c.channel_id and q.conversation_id = c.id
        join message m on ${mine} and m.id = q.message_id
        where m.status = 'SENDING' and m.external_id is null
          and regexp_replace(trim(m.body), '\\s+', ' ', 'g') = regexp_replace(trim(t.body), '\\s+', ' ', 'g')`,
  );
  const taken = new Set<string>();
  return numbered.flatMap(({ n, externalId, sentAt: at, platform }): StatusReport[] => {
    const own = candidates.filter((candidate) => candidate.n === n);
    const alike = own.filter(({ by }) => by === 'TEXT');
    const echoed =
      own.find(({ by }) => by === 'ID') ??
      own.find((it) => it.by === 'KEY' && it.externalId === null) ??
      (alike.length === 1 ? alike[0] : undefined);
    if (!echoed || taken.has(echoed.messageId)) return [];
    taken.add(echoed.messageId);
    // told before
    if (echoed.by === 'ID' && ['SENT', 'DELIVERED', 'READ'].includes(echoed.status)) return [];
    const { messageId, conversationId } = echoed;
    return [{ messageId, conversationId, status: 'SENT', at, externalId, platform }];
  });
}
