import { Entity, Index, Unique } from 'typeorm';
import { Channel } from './channel';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';

/** A public root that comments hang from; the company's own or anybody's. */
@Entity('post')
@BelongsTo(() => Channel, 'channelId', 'post_channel_fk')
@Unique('post_external_key', ['workspaceId', 'channelId', 'externalId'])
@Index('post_published', ['workspaceId', 'publishedAt', 'id'])
@Index('post_channel_published', ['workspaceId', 'channelId', 'publishedAt', 'id'])
export class Post {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  channelId: string;

  @Text()
  externalId: string;

  @Text({ nullable: true })
  body: string | null;

  @Text({ nullable: true })
  url: string | null;

  @Text({ nullable: true })
  authorName: string | null;

  @Instant()
  publishedAt: Date;

  /** The provider's time of the last edit. */
  @Instant({ nullable: true })
  editedAt: Date | null;

  /** The provider's time of its deletion. */
  @Instant({ nullable: true })
  deletedAt: Date | null;

  /** What the connector needs to answer it, in the connector's own form. */
  @Json()
  platform: Record<string, unknown>;

  @Instant()
  createdAt: Date;
}

/** What a post said before an edit or a deletion. */
@Entity('post_revision')
@BelongsTo(() => Post, 'postId', 'post_revision_post_fk')
@Index('post_revision_post', ['workspaceId', 'postId', 'occurredAt', 'id'])
export class PostRevision {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  postId: string;

  @Text()
  kind: 'EDITED' | 'DELETED';

  @Text({ nullable: true })
  previousBody: string | null;

  /** Provider's time of the edit that it came from; null for how it was published. */
  @Instant({ nullable: true })
  previousAt: Date | null;

  /** Provider's time of the change. */
  @Instant()
  occurredAt: Date;

  @Instant()
  recordedAt: Date;
}
