import { Column, Entity, Index, Unique } from 'typeorm';
import { Channel } from './channel';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';
import { Conversation } from './conversation';
import { Customer } from './customer';
import { LifecycleStage } from './lifecycle';
import { Message } from './message';

/** Any moment of customer experience, from the first ad seen to the last goodbye. */
@Entity('touchpoint')
@BelongsTo(() => Customer, 'customerId', 'touchpoint_customer_fk')
@BelongsTo(() => Channel, 'channelId', 'touchpoint_channel_fk')
@BelongsTo(() => Conversation, 'conversationId', 'touchpoint_conversation_fk')
@BelongsTo(() => Message, 'messageId', 'touchpoint_message_fk')
@BelongsTo(() => LifecycleStage, 'stage', 'touchpoint_stage_fk', 'key')
@Unique('touchpoint_external_key', ['workspaceId', 'source', 'externalId'])
@Index('touchpoint_occurred', ['workspaceId', 'occurredAt', 'id'])
@Index('touchpoint_customer_occurred', ['workspaceId', 'customerId', 'occurredAt', 'id'])
@Index('touchpoint_type_occurred', ['workspaceId', 'type', 'occurredAt', 'id'])
@Index('touchpoint_channel_occurred', ['workspaceId', 'channelId', 'occurredAt', 'id'])
export class Touchpoint {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  customerId: string;

  /** What happened, in lower snake case: `message_received`, `purchase`, `ad_click`. */
  @Text()
  type: string;

  /** Where the relationship stood at that moment. */
  @Text({ nullable: true })
  stage: string | null;

  @Ref({ nullable: true })
  channelId: string | null;

  @Ref({ nullable: true })
  conversationId: string | null;

  @Ref({ nullable: true })
  messageId: string | null;

  /** Which system tells of it, such as `shop` or `crm`. */
  @Text()
  source: string;

  /** The source's own id; the same one again changes nothing. */
  @Text()
  externalId: string;

  @Instant()
  occurredAt: Date;

  @Instant()
  recordedAt: Date;

  @Json()
  properties: Record<string, unknown>;

  @Column({ type: 'numeric', precision: 20, scale: 6, nullable: true })
  costAmount: string | null;

  /** ISO 4217. */
  @Text({ nullable: true })
  costCurrency: string | null;

  @Column({ type: 'numeric', precision: 20, scale: 6, nullable: true })
  valueAmount: string | null;

  /** ISO 4217. */
  @Text({ nullable: true })
  valueCurrency: string | null;

  /** From -1 (concern) to 1 (accolade). */
  @Column({ type: 'real', nullable: true })
  sentiment: number | null;
}
