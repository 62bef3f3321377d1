import { Column, Entity, Index } from 'typeorm';
import { IdKey, Instant, Text, WorkspaceKey } from './columns';

/** A machine's credential. Only the hash of its token is kept. */
@Entity('api_key')
@Index('api_key_token', ['tokenHash'])
export class ApiKey {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text()
  name: string;

  /** SHA-256 of the token: it has 256 random bits, so a slow hash would add nothing. */
  @Column({ type: 'bytea' })
  tokenHash: Buffer;

  /** The last four characters of the token, to tell keys apart. */
  @Text()
  tokenHint: string;

  @Column({ type: 'text', array: true })
  scopes: string[];

  /** Null means every channel, the future ones too. */
  @Column({ type: 'uuid', array: true, nullable: true })
  channelIds: string[] | null;

  @Instant()
  createdAt: Date;

  @Instant({ nullable: true })
  expiresAt: Date | null;

  @Instant({ nullable: true })
  lastUsedAt: Date | null;

  @Instant({ nullable: true })
  revokedAt: Date | null;
}
