import { Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { BelongsTo, IdKey, Instant, Text, WorkspaceKey } from './columns';
import { Customer } from './customer';

/** A label of the workspace; names differ by more than case. */
@Entity('tag')
@Unique('tag_name_key', ['workspaceId', 'nameKey'])
export class Tag {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text()
  name: string;

  /** The name in lower case, which must be unique. */
  @Text()
  nameKey: string;

  @Instant()
  createdAt: Date;
}

/** A tag on a customer. */
@Entity('customer_tag')
@BelongsTo(() => Customer, 'customerId', 'customer_tag_customer_fk')
@BelongsTo(() => Tag, 'tagId', 'customer_tag_tag_fk')
@Index('customer_tag_tag', ['workspaceId', 'tagId', 'customerId'])
export class CustomerTag {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'uuid' })
  customerId: string;

  @PrimaryColumn({ type: 'uuid' })
  tagId: string;

  @Instant()
  createdAt: Date;
}
