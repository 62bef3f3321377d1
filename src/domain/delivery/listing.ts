import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { raw, sql, type Sql } from '../../db/sql';
import { InboundDelivery } from '../../entities';
import { onVisibleChannel } from '../channel/visible-channels';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';

/** What became of a delivery so far. */
export type InboundDeliveryStatus = 'PENDING' | 'PROCESSED' | 'DEAD';

/** What deliveries can be picked by. */
export interface InboundDeliveryFilter {
  channelId?: string | null;
  status?: InboundDeliveryStatus | null;
}

const shape = RowShape.of(InboundDelivery).without('body');

const stored: Listing<InboundDelivery> = { shape, table: 'inbound_delivery', alias: 'd' };
/** By way of the queue, which is small, to those that wait in it. */
const queued: Listing<InboundDelivery> = { ...stored, table: 'inbound_queue q, inbound_delivery' };

const inQueue = sql`q.workspace_id = d.workspace_id and q.delivery_id = d.id
  and q.received_at = d.received_at`;

/** Each order is that of an index: of deliveries, of one channel's, of the queue and its dead. */
const byReceipt = (time: string, id: string): Order<Read<InboundDelivery>> => ({
  name: 'ind-received',
  descending: true,
  columns: [
    { sql: time, type: 'timestamptz', value: ({ receivedAt }) => receivedAt },
    { sql: id, type: 'uuid', value: (delivery) => delivery.id },
  ],
});
const byId = (column: string): Order<Read<InboundDelivery>> => ({
  name: 'ind-id',
  descending: true,
  columns: [{ sql: column, type: 'uuid', value: (delivery) => delivery.id }],
});

/** A page of what came in on the channels that the actor sees, newest first. */
export function listInboundDeliveries(
  reader: Reader,
  args: PageArgs & { filter?: InboundDeliveryFilter | null },
): Promise<Page<Read<InboundDelivery>>> {
  const { channelId, status } = args.filter ?? {};
  const ofChannel = channelId == null ? null : (uuidOf('Channel', channelId) ?? NIL_UUID);
  if (status === 'DEAD' || status === 'PENDING') {
    const isDead = status === 'DEAD';
    const order =
      isDead || ofChannel ? byReceipt('q.received_at', 'q.delivery_id') : byId('q.delivery_id');
    return readPage(reader, queued, checkPage(args, order), [
      inQueue,
      sql`q.workspace_id = ${reader.workspaceId}`,
      isDead ? sql`q.is_dead` : sql`not q.is_dead`,
      ...onChannels(reader, ofChannel, 'q.channel_id'),
    ]);
  }
  const order = ofChannel ? byReceipt('d.received_at', 'd.id') : byId('d.id');
  return readPage(reader, stored, checkPage(args, order), [
    ...onChannels(reader, ofChannel, 'd.channel_id'),
    ...(status === 'PROCESSED' ? [isProcessed] : []),
  ]);
}

const isProcessed = sql`not exists (
  select from inbound_queue q
  where q.workspace_id = d.workspace_id and q.delivery_id = d.id offset 0
)`;

function onChannels(
  { actor }: Reader,
  channelId: string | null,
  column: 'q.channel_id' | 'd.channel_id',
): Sql[] {
  const of = channelId === null ? [] : [sql`${raw(column)} = ${channelId}`];
  return [...of, ...onVisibleChannel(actor, column)];
}
