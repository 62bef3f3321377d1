import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey } from './item';
import type { AddedMessage } from './messages';
import type { NamedThread } from './name-customers';

/** Source of the touchpoints that Parley records by itself. */
export const OWN_SOURCE = 'parley';

/** A message as a moment of a customer's experience. */
interface Moment {
  messageId: string;
  customerId: string;
  direction: 'INBOUND' | 'OUTBOUND';
  channelId: string;
  conversationId: string;
  sentAt: Date;
}

/** Every message is a moment of its customer's experience, in the stage where they stand. */
export async function recordMessageTouchpoints(
  work: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<void> {
  const moments = added.flatMap(({ id, thread, item }): Moment[] => {
    const { author, direction, channelId, sentAt } = item;
    const customerId =
      'identity' in author ? customers.get(identityKey(author.identity)) : thread.customerId;
    if (!customerId) return [];
    return [{ messageId: id, customerId, direction, channelId, conversationId: thread.id, sentAt }];
  });
  await insertMoments(work, moments);
}

/**
 * What the company said in a conversation before it was known whom it is with, or while it seemed to
 * be with somebody else, becomes the experience of the customer that it is with.
 */
export async function followCustomers(work: Work, named: readonly NamedThread[]): Promise<void> {
  if (named.length === 0) return;
  const { session, actor } = work;
  const columns = bulkColumns(named, {
    conversation_id: ['uuid', ({ thread }) => thread.id],
    before: ['uuid', ({ before }) => before],
    customer_id: ['uuid', ({ thread }) => thread.customerId],
    added: ['text', ({ addedIds }) => `{${addedIds.join(',')}}`],
  });
  await queryObjects(
    session,
    sql`update touchpoint t set customer_id = n.customer_id from ${bulkTable('n', columns)}
        where t.workspace_id = ${actor.workspaceId} and t.customer_id = n.before
          and t.conversation_id = n.conversation_id and t.type = 'message_sent'
          and t.source = ${OWN_SOURCE}`,
  );
  const unclaimed = await queryObjects<Moment>(
    session,
    sql`select m.id "messageId", n.customer_id "customerId", m.direction, m.channel_id "channelId",
               m.conversation_id "conversationId", m.sent_at "sentAt"
        from ${bulkTable('n', columns)}
        join message m on m.workspace_id = ${actor.workspaceId} and m.conversation_id = n.conversation_id
        where n.before is null and m.direction = 'OUTBOUND' and m.id <> all (n.added::uuid[])`,
  );
  await insertMoments(work, unclaimed);
}

async function insertMoments(
  { session, actor, now }: Work,
  moments: readonly Moment[],
): Promise<void> {
  if (moments.length === 0) return;
  const columns = bulkColumns(moments, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    customer_id: ['uuid', ({ customerId }) => customerId],
    type: [
      'text',
      ({ direction }) => (direction === 'INBOUND' ? 'message_received' : 'message_sent'),
    ],
    channel_id: ['uuid', ({ channelId }) => channelId],
    conversation_id: ['uuid', ({ conversationId }) => conversationId],
    message_id: ['uuid', ({ messageId }) => messageId],
    source: ['text', () => OWN_SOURCE],
    external_id: ['text', ({ messageId }) => messageId],
    occurred_at: ['timestamptz', ({ sentAt }) => sentAt],
    recorded_at: ['timestamptz', () => now],
  });
  const names = columns.map(({ name }) => name).join(', ');
  await queryObjects(
    session,
    sql`insert into touchpoint (${raw(names)}, stage)
        select t.*, c.stage from ${bulkTable('t', columns)}
        join customer c on c.workspace_id = t.workspace_id and c.id = t.customer_id`,
  );
}
