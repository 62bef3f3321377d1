import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';
import { Customer } from './customer';

/** A place where the relationship can stand; each workspace has its own set. */
@Entity('lifecycle_stage')
export class LifecycleStage {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'text' })
  key: string;

  @Text()
  name: string;

  /** Order along the relationship, from 1. */
  @Column({ type: 'smallint' })
  position: number;
}

/** One move of a customer from a stage to another; never changed afterwards. */
@Entity('lifecycle_transition')
@BelongsTo(() => Customer, 'customerId', 'lifecycle_transition_customer_fk')
@BelongsTo(() => LifecycleStage, 'toStage', 'lifecycle_transition_to_fk', 'key')
@Index('lifecycle_transition_customer', ['workspaceId', 'customerId', 'occurredAt', 'id'])
export class LifecycleTransition {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  customerId: string;

  @Text({ nullable: true })
  fromStage: string | null;

  @Text()
  toStage: string;

  @Text({ nullable: true })
  reason: string | null;

  @Json()
  actor: Record<string, string>;

  @Instant()
  occurredAt: Date;

  @Instant()
  recordedAt: Date;
}
