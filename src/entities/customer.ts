import { Column, Entity, Index, Unique } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Ref, SearchIndex, Text, WorkspaceKey } from './columns';
import { Company } from './company';
import { LifecycleStage } from './lifecycle';

/** A person whom the company deals with, from anonymous prospect to former customer. */
@Entity('customer')
@BelongsTo(() => Company, 'companyId', 'customer_company_fk')
@BelongsTo(() => LifecycleStage, 'stage', 'customer_stage_fk', 'key')
@Unique('customer_external_ref_key', ['workspaceId', 'externalRef'])
@Unique('customer_email_key', ['workspaceId', 'email'])
@Index('customer_created', ['workspaceId', 'createdAt', 'id'])
@Index('customer_updated', ['workspaceId', 'updatedAt', 'id'])
@Index('customer_company', ['workspaceId', 'companyId'])
@SearchIndex('customer_search')
export class Customer {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text({ nullable: true })
  name: string | null;

  /** In lower case. */
  @Text({ nullable: true })
  email: string | null;

  /** E.164. */
  @Text({ nullable: true })
  phone: string | null;

  /** The customer's id in the company's own system. */
  @Text({ nullable: true })
  externalRef: string | null;

  @Ref({ nullable: true })
  companyId: string | null;

  /** Key of the lifecycle stage where the relationship stands. */
  @Text()
  stage: string;

  @Json()
  properties: Record<string, unknown>;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;
}

/** One handle of a customer, unique by (channel kind, scope, external id). */
@Entity('customer_identity')
@BelongsTo(() => Customer, 'customerId', 'customer_identity_customer_fk')
@Unique('customer_identity_key', ['workspaceId', 'channelKind', 'scope', 'externalId'])
@Index('customer_identity_customer', ['workspaceId', 'customerId', 'id'])
@SearchIndex('customer_identity_search')
export class CustomerIdentity {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  customerId: string;

  @Text()
  channelKind: string;

  /** The page, business or account that the id is valid in; empty where ids are global. */
  @Text({ default: '' })
  scope: string;

  @Text()
  externalId: string;

  /** The name that people see, such as a Twitter handle without the @. */
  @Text({ nullable: true })
  handle: string | null;

  @Text({ nullable: true })
  displayName: string | null;

  /** Known only as a further id of somebody, such as a phone number beside a user id: it may pass on. */
  @Column({ type: 'boolean', default: false })
  isAlias: boolean;

  /** What the platform tells of the person: `followerCount`, `isVerified`, `avatarUrl`, `locale`. */
  @Json()
  profile: Record<string, unknown>;

  /** The provider's time of the newest of these facts. */
  @Instant({ nullable: true })
  profileAt: Date | null;

  /** Provider's time of each of these facts, in milliseconds; see `domain/ingest/facts.ts`. */
  @Json()
  factTimes: Record<string, number>;

  @Instant()
  createdAt: Date;
}
