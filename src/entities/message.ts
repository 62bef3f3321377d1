import { Column, Entity, Index, Unique } from 'typeorm';
import { Channel } from './channel';
import { BelongsTo, IdKey, Instant, Json, Ref, SearchIndex, Text, WorkspaceKey } from './columns';
import { Conversation } from './conversation';
import { Customer } from './customer';
import { User } from './user';

export type MessageDirection = 'INBOUND' | 'OUTBOUND' | 'NOTE';
export type MessageStatus = 'QUEUED' | 'SENDING' | 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';

/** Why a message was not sent. */
export interface MessageFailure {
  /** For programs, such as `WINDOW_CLOSED`. */
  code: string;
  /** For people: what happened and what they can do. */
  message: string;
}

/** One utterance in a conversation. */
@Entity('message')
@BelongsTo(() => Conversation, 'conversationId', 'message_conversation_fk')
@BelongsTo(() => Channel, 'channelId', 'message_channel_fk')
@BelongsTo(() => Channel, 'carrierChannelId', 'message_carrier_channel_fk')
@BelongsTo(() => Customer, 'authorCustomerId', 'message_author_customer_fk')
@BelongsTo(() => User, 'authorUserId', 'message_author_user_fk')
@BelongsTo(() => Message, 'replyToId', 'message_reply_to_fk')
@BelongsTo(() => Message, 'responseId', 'message_response_fk')
@BelongsTo(() => Message, 'privateReplyId', 'message_private_reply_fk')
@Unique('message_external_key', ['workspaceId', 'channelId', 'externalId'])
@Index('message_conversation_order', ['workspaceId', 'conversationId', 'sentAt', 'orderKey', 'id'])
@Index('message_replies', ['workspaceId', 'replyToId', 'sentAt', 'orderKey', 'id'], {
  where: 'reply_to_id is not null',
})
@Index('message_awaiting_parent', ['workspaceId', 'replyToChannelId', 'replyToExternalId'], {
  where: 'reply_to_id is null and reply_to_external_id is not null',
})
@Index('message_answered', ['workspaceId', 'conversationId', 'respondedAt'], {
  where: "direction = 'INBOUND'",
})
@Index('message_carried', ['workspaceId', 'carrierChannelId', 'externalId'], {
  where: 'carrier_channel_id is not null',
})
@Index('message_channel_sent', ['workspaceId', 'channelId', 'sentAt'])
@Index('message_client_key', ['workspaceId', 'channelId', 'clientKey'], {
  unique: true,
  where: 'client_key is not null',
})
@SearchIndex('message_search')
export class Message {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  conversationId: string;

  /** The conversation's channel, repeated so that external ids are unique in it. */
  @Ref()
  channelId: string;

  /** The channel that it went out or came in by, where that is another one. */
  @Ref({ nullable: true })
  carrierChannelId: string | null;

  /** The platform's id of the message; null for what has none, such as a note. */
  @Text({ nullable: true })
  externalId: string | null;

  @Text()
  direction: MessageDirection;

  @Ref({ nullable: true })
  authorCustomerId: string | null;

  @Ref({ nullable: true })
  authorUserId: string | null;

  /** Name of an author who is neither a customer nor a user here: the brand, a bot, a machine. */
  @Text({ nullable: true })
  authorName: string | null;

  @Text()
  body: string;

  @Ref({ nullable: true })
  replyToId: string | null;

  /** Kept even when the message that it answers is not here, or not yet. */
  @Text({ nullable: true })
  replyToExternalId: string | null;

  /** The channel in which `replyToExternalId` is valid. */
  @Ref({ nullable: true })
  replyToChannelId: string | null;

  /** For an inbound message: its earliest answer. */
  @Ref({ nullable: true })
  responseId: string | null;

  /** `sentAt` of the response. */
  @Instant({ nullable: true })
  respondedAt: Date | null;

  /** For a public message: the answer to it in a private conversation. */
  @Ref({ nullable: true })
  privateReplyId: string | null;

  /** The provider's time; order is by it, then `orderKey`, then `id`. */
  @Instant()
  sentAt: Date;

  /** The platform's own order among messages of the same time; 0 where it has none. */
  @Column({ type: 'bigint', default: 0 })
  orderKey: string;

  /** When Parley received it. */
  @Instant()
  receivedAt: Date;

  @Instant({ nullable: true })
  editedAt: Date | null;

  @Instant({ nullable: true })
  deletedAt: Date | null;

  /** How far one that goes out by a connector has come; null for all others. */
  @Text({ nullable: true })
  status: MessageStatus | null;

  /** Our own name for it on the way out: a retry and an echo are known by it. */
  @Text({ nullable: true })
  clientKey: string | null;

  @Instant({ nullable: true })
  deliveredAt: Date | null;

  @Instant({ nullable: true })
  readAt: Date | null;

  @Json({ nullable: true })
  failure: MessageFailure | null;

  /** Structured parts beside the text; see `connectors/kit/content.ts`. */
  @Json({ nullable: true })
  content: Record<string, unknown> | null;

  /** When it was hidden from the public. */
  @Instant({ nullable: true })
  hiddenAt: Date | null;

  /** Provider's time of the newest report of whether it is hidden. */
  @Instant({ nullable: true })
  hidingAt: Date | null;

  /** Sent by a machine: no reason to answer, and no answer. */
  @Column({ type: 'boolean', default: false })
  isAutomatic: boolean;

  /** Sent by a machine for a person, whose name it gave. */
  @Column({ type: 'boolean', default: false })
  isForPerson: boolean;

  /** What the connector needs to answer, edit or delete it, in the connector's own form. */
  @Json({ nullable: true })
  platform: Record<string, unknown> | null;
}

/** A reaction to a message; one that was taken back is kept, with the time. */
@Entity('message_reaction')
@BelongsTo(() => Message, 'messageId', 'message_reaction_message_fk')
@BelongsTo(() => Customer, 'customerId', 'message_reaction_customer_fk')
@BelongsTo(() => User, 'userId', 'message_reaction_user_fk')
@Unique('message_reaction_key', ['workspaceId', 'messageId', 'actorKey', 'reaction'])
@Index('message_reaction_external', ['workspaceId', 'externalId'], {
  where: 'external_id is not null',
})
export class MessageReaction {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  messageId: string;

  @Ref({ nullable: true })
  customerId: string | null;

  @Ref({ nullable: true })
  userId: string | null;

  /** Who reacted, as the platform names them. */
  @Text()
  actorKey: string;

  /** An emoji, or the platform's word such as `like`; empty: that all of the actor's were taken back. */
  @Text()
  reaction: string;

  /** The platform's id of the reaction itself. */
  @Text({ nullable: true })
  externalId: string | null;

  /** Provider's time of the newest report. */
  @Instant()
  reactedAt: Date;

  @Instant({ nullable: true })
  removedAt: Date | null;
}

/** What a message said before an edit or a deletion. */
@Entity('message_revision')
@BelongsTo(() => Message, 'messageId', 'message_revision_message_fk')
@Index('message_revision_message', ['workspaceId', 'messageId', 'occurredAt', 'id'])
export class MessageRevision {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  messageId: string;

  @Text()
  kind: 'EDITED' | 'DELETED';

  @Text()
  previousBody: string;

  /** Provider's time of the edit that it came from; null for how it was sent. */
  @Instant({ nullable: true })
  previousAt: Date | null;

  /** Provider's time of the change. */
  @Instant()
  occurredAt: Date;

  @Instant()
  recordedAt: Date;
}
