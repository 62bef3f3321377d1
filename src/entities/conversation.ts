import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { Channel, type Visibility } from './channel';
import { BelongsTo, IdKey, Instant, Json, Ref, SearchIndex, Text, WorkspaceKey } from './columns';
import { Customer } from './customer';
import { Post } from './post';
import { Tag } from './tag';
import { User } from './user';

export type ConversationStatus = 'OPEN' | 'CLOSED';

/** One answer in a form, with the question as it stood. */
export interface FormAnswer {
  key: string;
  label: string;
  value: string;
}

/** One exchange with the company on a channel. */
@Entity('conversation')
@BelongsTo(() => Channel, 'channelId', 'conversation_channel_fk')
@BelongsTo(() => Customer, 'customerId', 'conversation_customer_fk')
@BelongsTo(() => Post, 'postId', 'conversation_post_fk')
@BelongsTo(() => User, 'assigneeId', 'conversation_assignee_fk')
@Unique('conversation_thread_key', ['workspaceId', 'channelId', 'threadKey'])
@Index('conversation_active', ['workspaceId', 'lastMessageAt', 'id'])
@Index('conversation_status_active', ['workspaceId', 'status', 'lastMessageAt', 'id'])
@Index('conversation_channel_active', ['workspaceId', 'channelId', 'lastMessageAt', 'id'])
@Index('conversation_customer_active', ['workspaceId', 'customerId', 'lastMessageAt', 'id'])
@Index('conversation_assignee_active', ['workspaceId', 'assigneeId', 'lastMessageAt', 'id'])
@Index('conversation_post_active', ['workspaceId', 'postId', 'lastMessageAt', 'id'], {
  where: 'post_id is not null',
})
@Index('conversation_started', ['workspaceId', 'startedAt', 'id'])
@Index('conversation_first_inbound', ['workspaceId', 'channelId', 'firstInboundAt'])
@SearchIndex('conversation_search')
export class Conversation {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  channelId: string;

  /** Whom it is with; null while only the company has spoken to nobody in particular. */
  @Ref({ nullable: true })
  customerId: string | null;

  @Ref({ nullable: true })
  postId: string | null;

  @Ref({ nullable: true })
  assigneeId: string | null;

  /** The platform's key of the thread, unique in the channel. */
  @Text()
  threadKey: string;

  @Text()
  visibility: Visibility;

  @Text({ default: 'OPEN' })
  status: ConversationStatus;

  @Text({ nullable: true })
  subject: string | null;

  /** Provider's time of the earliest message. */
  @Instant()
  startedAt: Date;

  /** Provider's time of the earliest inbound message that no machine sent. */
  @Instant({ nullable: true })
  firstInboundAt: Date | null;

  /** Provider's time of the earliest outbound message at or after `firstInboundAt` that no machine sent. */
  @Instant({ nullable: true })
  firstResponseAt: Date | null;

  /** Provider's time of the newest inbound message: reply windows count from it. */
  @Instant({ nullable: true })
  lastInboundAt: Date | null;

  /** What the customer answered in a form before it began. */
  @Column({ type: 'jsonb', nullable: true })
  answers: FormAnswer[] | null;

  /** What the connector needs to answer in it, in the connector's own form. */
  @Json()
  platform: Record<string, unknown>;

  /** Provider's time of each of these facts, in milliseconds; see `domain/ingest/facts.ts`. */
  @Json()
  factTimes: Record<string, number>;

  /** Up to which messages of ours were delivered, as the platform says. */
  @Instant({ nullable: true })
  deliveredUntil: Date | null;

  /** Up to which messages of ours were read, as the platform says. */
  @Instant({ nullable: true })
  readUntil: Date | null;

  /** The newest message that is not a note, by (sent_at, order_key, id). */
  @Ref({ nullable: true })
  lastMessageId: string | null;

  @Instant()
  lastMessageAt: Date;

  /** Inbound and outbound messages; notes are not counted. */
  @Column({ type: 'integer', default: 0 })
  messageCount: number;

  @Instant({ nullable: true })
  closedAt: Date | null;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;
}

/** That a conversation goes on in another one; there is one for each direction. */
@Entity('conversation_link')
@BelongsTo(() => Conversation, 'conversationId', 'conversation_link_conversation_fk')
@BelongsTo(() => Conversation, 'linkedId', 'conversation_link_linked_fk')
export class ConversationLink {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'uuid' })
  conversationId: string;

  @PrimaryColumn({ type: 'uuid' })
  linkedId: string;

  @Instant()
  createdAt: Date;
}

/** A tag on a conversation. */
@Entity('conversation_tag')
@BelongsTo(() => Conversation, 'conversationId', 'conversation_tag_conversation_fk')
@BelongsTo(() => Tag, 'tagId', 'conversation_tag_tag_fk')
@Index('conversation_tag_tag', ['workspaceId', 'tagId', 'conversationId'])
export class ConversationTag {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'uuid' })
  conversationId: string;

  @PrimaryColumn({ type: 'uuid' })
  tagId: string;

  @Instant()
  createdAt: Date;
}
