import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';

export type Visibility = 'PUBLIC' | 'PRIVATE';
export type ChannelStatus = 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';
export type ChannelHealth = 'OK' | 'DEGRADED' | 'NEEDS_RECONNECT';

/** One connected account: a page, a handle, a mailbox, a phone number, a widget, a counter. */
@Entity('channel')
@Unique('channel_external_key', ['workspaceId', 'kind', 'externalId'])
@Index('channel_created', ['workspaceId', 'createdAt', 'id'])
@Index('channel_connected', ['connector', 'workspaceId', 'id'], {
  where: "connector is not null and status = 'ACTIVE'",
})
@Index('channel_chat', ['id'], { where: "connector = 'web-chat'" })
export class Channel {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  /** The platform, such as `X` or `EMAIL`. */
  @Text()
  kind: string;

  /** Id of the connector module that keeps it in step; null where the transport is the caller's own. */
  @Text({ nullable: true })
  connector: string | null;

  @Text()
  name: string;

  /** The account's id on the platform: a handle, an address, a page id. */
  @Text()
  externalId: string;

  /** Scope of the customer identities that this channel brings; empty where ids are global. */
  @Text({ default: '' })
  identityScope: string;

  /** Visibility of the conversations begun on it, unless the message says otherwise. */
  @Text()
  visibility: Visibility;

  @Text({ default: 'ACTIVE' })
  status: ChannelStatus;

  /** As the connector's manifest describes them, without the secret ones. */
  @Json()
  settings: Record<string, unknown>;

  /** The secret part of its address for webhooks; null where it takes none. */
  @Text({ nullable: true })
  webhookKey: string | null;

  /** Ciphertext of the secret settings, a JSON object; see `secrets/`. */
  @Column({ type: 'bytea', nullable: true })
  secrets: Buffer | null;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;
}

/** How a connector gets on with its channel; apart from the channel, because it changes often. */
@Entity('channel_state')
@BelongsTo(() => Channel, 'channelId', 'channel_state_channel_fk')
export class ChannelState {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'uuid' })
  channelId: string;

  @Text({ default: 'OK' })
  health: ChannelHealth;

  /** What a person has to know or do. */
  @Text({ nullable: true })
  healthReason: string | null;

  @Instant({ nullable: true })
  healthSince: Date | null;

  /** What each part last told: by it `health` is worked out. */
  @Json()
  healthParts: Record<string, { health: ChannelHealth; reason: string | null; at: string }>;

  @Instant({ nullable: true })
  lastInboundAt: Date | null;

  @Instant({ nullable: true })
  lastOutboundAt: Date | null;

  /** How far a poller or stream has read, in the connector's own form. */
  @Json({ nullable: true })
  cursor: Record<string, unknown> | null;

  /** The process that reads for the channel, and until when it counts as alive. */
  @Ref({ nullable: true })
  sourceHolder: string | null;

  @Instant({ nullable: true })
  sourceUntil: Date | null;
}
