import { Column, Entity, Index } from 'typeorm';
import { Channel } from './channel';
import { BelongsTo, IdKey, Instant, Ref, WorkspaceKey } from './columns';

/** A visitor of a web chat without an account: one device. Only the hash of its token is kept. */
@Entity('chat_session')
@BelongsTo(() => Channel, 'channelId', 'chat_session_channel_fk')
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
}
