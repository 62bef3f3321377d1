import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';

export type WebhookEndpointStatus = 'ENABLED' | 'DISABLED';
export type WebhookDisabledReason = 'MANUAL' | 'GONE' | 'FAILING';
export type WebhookDeliveryKind = 'EVENT' | 'PING';
export type WebhookDeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED';

/** A URL of somebody else's that is told of events. */
@Entity('webhook_endpoint')
@Index('webhook_endpoint_created', ['workspaceId', 'createdAt', 'id'])
export class WebhookEndpoint {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text()
  url: string;

  @Text({ nullable: true })
  description: string | null;

  /** As they were given, such as `message.*`; null means all, future ones too. */
  @Column({ type: 'text', array: true, nullable: true })
  eventTypes: string[] | null;

  /** Whether events of one subject are sent one after the other. */
  @Column({ type: 'boolean', default: false })
  ordered: boolean;

  @Text()
  status: WebhookEndpointStatus;

  @Text({ nullable: true })
  disabledReason: WebhookDisabledReason | null;

  @Instant({ nullable: true })
  disabledAt: Date | null;

  /** Start of the first attempt after the last one that succeeded. */
  @Instant({ nullable: true })
  failingSince: Date | null;

  /** By the database's clock, as all times that deliveries are due. */
  @Instant({ nullable: true })
  restingUntil: Date | null;

  /** Up to here the log has been turned into deliveries. */
  @Column({ type: 'bigint' })
  position: string;

  @Column({ type: 'bigint', nullable: true })
  missedBefore: string | null;

  /** Ciphertext; see `secrets/`. */
  @Column({ type: 'bytea' })
  secret: Buffer;

  @Column({ type: 'bytea', nullable: true })
  previousSecret: Buffer | null;

  /** Until then requests are signed with the previous secret too. */
  @Instant({ nullable: true })
  previousSecretUntil: Date | null;

  /** Of whoever made it. */
  @Column({ type: 'text', array: true })
  permissions: string[];

  /** Null means every channel, the future ones too. */
  @Column({ type: 'uuid', array: true, nullable: true })
  channelIds: string[] | null;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;

  /** From then on it is gone for callers; a job removes its deliveries, and it at last. */
  @Instant({ nullable: true })
  deletedAt: Date | null;
}

/** What an endpoint is to be told: an event, or a test. */
@Entity('webhook_delivery')
@BelongsTo(() => WebhookEndpoint, 'endpointId', 'webhook_delivery_endpoint_fk')
@Index('webhook_delivery_of_endpoint', ['workspaceId', 'endpointId', 'id'])
@Index('webhook_delivery_status', ['workspaceId', 'endpointId', 'status', 'id'])
@Index('webhook_delivery_due', ['workspaceId', 'endpointId', 'dueAt'], {
  where: "status = 'PENDING'",
})
@Index('webhook_delivery_turn', ['workspaceId', 'endpointId', 'subject', 'position'], {
  where: "status = 'PENDING' AND in_order",
})
export class WebhookDelivery {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  endpointId: string;

  @Text()
  kind: WebhookDeliveryKind;

  @Column({ type: 'bigint', nullable: true })
  position: string | null;

  @Ref({ nullable: true })
  eventId: string | null;

  @Text()
  type: string;

  @Ref({ nullable: true })
  subject: string | null;

  @Column({ type: 'boolean', default: false })
  inOrder: boolean;

  @Text()
  status: WebhookDeliveryStatus;

  @Column({ type: 'integer', default: 0 })
  attemptCount: number;

  @Instant({ nullable: true })
  dueAt: Date | null;

  @Ref({ nullable: true })
  lockedBy: string | null;

  @Column({ type: 'integer', default: 0 })
  roundAttempts: number;

  @Instant({ nullable: true })
  roundBeganAt: Date | null;

  @Instant()
  createdAt: Date;

  @Instant({ nullable: true })
  finishedAt: Date | null;
}

/** One request that was made for a delivery, and what came of it. */
@Entity('webhook_attempt')
@BelongsTo(() => WebhookDelivery, 'deliveryId', 'webhook_attempt_delivery_fk')
export class WebhookAttempt {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'uuid' })
  deliveryId: string;

  /** From 1 for each delivery. */
  @PrimaryColumn({ type: 'integer' })
  number: number;

  @Instant()
  startedAt: Date;

  @Column({ type: 'integer' })
  durationMs: number;

  @Text()
  requestUrl: string;

  @Json()
  requestHeaders: Record<string, string>;

  @Column({ type: 'integer', nullable: true })
  responseStatus: number | null;

  /** Its beginning. */
  @Text({ nullable: true })
  responseBody: string | null;

  @Text({ nullable: true })
  error: string | null;
}
