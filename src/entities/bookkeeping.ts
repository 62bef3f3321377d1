import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { IdKey, Instant, Json, Text, WorkspaceKey } from './columns';

/** The stored answer of a mutation, so that the same key and input get it again. */
@Entity('idempotency_record')
@Index('idempotency_record_expiry', ['workspaceId', 'expiresAt'])
export class IdempotencyRecord {
  @WorkspaceKey()
  workspaceId: string;

  /** Who sent it: keys of different callers never meet. */
  @PrimaryColumn({ type: 'text' })
  caller: string;

  @PrimaryColumn({ type: 'text' })
  key: string;

  @Text()
  mutation: string;

  /** SHA-256 of the input. */
  @Column({ type: 'bytea' })
  inputHash: Buffer;

  @Json()
  answer: Record<string, unknown>;

  @Instant()
  createdAt: Date;

  @Instant()
  expiresAt: Date;
}

/** Who changed what about access and settings; never changed afterwards. */
@Entity('audit_entry')
@Index('audit_entry_recorded', ['workspaceId', 'recordedAt', 'id'])
export class AuditEntry {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Json()
  actor: Record<string, string>;

  /** Name of the command. */
  @Text()
  action: string;

  @Text({ nullable: true })
  subject: string | null;

  @Json()
  detail: Record<string, unknown>;

  @Instant()
  recordedAt: Date;
}
