import { Column, Entity, Index } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Ref, Text, WorkspaceKey } from './columns';
import { Message, type MessageFailure } from './message';
import { User } from './user';

export type MessageActionKind = 'HIDE' | 'SHOW' | 'DELETE' | 'REACT' | 'UNREACT' | 'MARK_READ';
export type MessageActionStatus = 'QUEUED' | 'DONE' | 'FAILED';

/** What somebody of the company had done on the platform to a message that is there. */
@Entity('message_action')
@BelongsTo(() => Message, 'messageId', 'message_action_message_fk')
@BelongsTo(() => User, 'userId', 'message_action_user_fk')
@Index('message_action_message', ['workspaceId', 'messageId', 'requestedAt', 'id'])
export class MessageAction {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  messageId: string;

  /** Who asked for it; null for a machine. */
  @Ref({ nullable: true })
  userId: string | null;

  @Text()
  kind: MessageActionKind;

  /** Of reacting: which reaction. */
  @Text({ nullable: true })
  reaction: string | null;

  @Text()
  status: MessageActionStatus;

  @Json({ nullable: true })
  failure: MessageFailure | null;

  @Column({ type: 'smallint', default: 0 })
  attempts: number;

  @Instant()
  requestedAt: Date;

  /** When it was done, or given up. */
  @Instant({ nullable: true })
  settledAt: Date | null;
}
