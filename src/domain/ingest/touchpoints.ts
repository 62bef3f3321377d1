import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey } from './item';
import type { AddedMessage } from './messages';

/** Source of the touchpoints that Parley records by itself. */
export const OWN_SOURCE = 'parley';

/** Every message is a moment of its customer's experience, in the stage where they stand. */
export async function recordMessageTouchpoints(
  { session, actor, now }: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<void> {
  const moments = added.flatMap((message) => {
    const { author } = message.item;
    const customerId =
      'identity' in author
        ? customers.get(identityKey(author.identity))
        : message.thread.customerId;
    return customerId ? [{ ...message, customerId }] : [];
  });
  if (moments.length === 0) return;
  const columns = bulkColumns(moments, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    customer_id: ['uuid', ({ customerId }) => customerId],
    type: [
      'text',
      ({ item }) => (item.direction === 'INBOUND' ? 'message_received' : 'message_sent'),
    ],
    channel_id: ['uuid', ({ item }) => item.channelId],
    conversation_id: ['uuid', ({ thread }) => thread.id],
    message_id: ['uuid', ({ id }) => id],
    source: ['text', () => OWN_SOURCE],
    external_id: ['text', ({ id }) => id],
    occurred_at: ['timestamptz', ({ item }) => item.sentAt],
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
