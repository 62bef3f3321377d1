import { Column, Entity, Index } from 'typeorm';
import { Channel } from './channel';
import { Customer } from './customer';
import { BelongsTo, IdKey, Instant, Ref, WorkspaceKey } from './columns';

/** A visitor of a web chat without an account: one device. Only the hash of its token is kept. */
@Entity('chat_session')
@BelongsTo(() => Channel, 'channelId', 'chat_session_channel_fk')
@BelongsTo(() => Customer, 'claimedBy', 'chat_session_claimed_by_fk')
@BelongsTo(() => Customer, 'claimedFrom', 'chat_session_claimed_from_fk')
@Index('chat_session_claimed', ['workspaceId', 'claimedBy'], { where: 'claimed_by IS NOT NULL' })
@Index('chat_session_expiry', ['workspaceId', 'channelId', 'expiresAt'])
export class ChatSession {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  channelId: string;

  /** SHA-256 of the token: it has 256 random bits, so a slow hash would add nothing. */
  @Column({ type: 'bytea' })
  tokenHash: Buffer;

  @Instant()
  createdAt: Date;

  @Instant()
  expiresAt: Date;

  /** The signed-in customer who took over what the visitor said. */
  @Ref({ nullable: true })
  claimedBy: string | null;

  /** The customer whom it stood for until then, where it was one. */
  @Ref({ nullable: true })
  claimedFrom: string | null;
}
