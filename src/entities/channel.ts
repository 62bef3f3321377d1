import { Entity, Index, Unique } from 'typeorm';
import { IdKey, Instant, Json, Text, WorkspaceKey } from './columns';

export type Visibility = 'PUBLIC' | 'PRIVATE';
export type ChannelStatus = 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';

/** One connected account: a page, a handle, a mailbox, a phone number, a widget, a counter. */
@Entity('channel')
@Unique('channel_external_key', ['workspaceId', 'kind', 'externalId'])
@Index('channel_created', ['workspaceId', 'createdAt', 'id'])
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

  @Json()
  settings: Record<string, unknown>;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;
}
