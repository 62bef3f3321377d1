import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { Channel } from './channel';
import { BelongsTo, IdKey, Json, Ref, Text, WorkspaceKey } from './columns';

export type DeliverySource = 'WEBHOOK' | 'POLL' | 'STREAM';

/** What came in, as it came. Its table is partitioned by the week. */
@Entity('inbound_delivery')
@BelongsTo(() => Channel, 'channelId', 'inbound_delivery_channel_fk')
@Index('inbound_delivery_received', ['workspaceId', 'channelId', 'receivedAt', 'id'])
export class InboundDelivery {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  channelId: string;

  /** By the database's clock, as its partitions are. */
  @PrimaryColumn({ type: 'timestamptz', precision: 3 })
  receivedAt: Date;

  @Text()
  source: DeliverySource;

  /** The provider's name for what happened: the same again is not stored again. */
  @Text()
  eventKey: string;

  /** By their names in lower case; credentials are left out. */
  @Json()
  headers: Record<string, string>;

  @Column({ type: 'bytea' })
  body: Buffer;
}
