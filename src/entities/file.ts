import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { BelongsTo, IdKey, Instant, Json, Text, WorkspaceKey } from './columns';

/** A blob that is kept; see `files/`. */
@Entity('stored_file')
@Index('stored_file_loose', ['workspaceId', 'keptAt'], { where: 'is_loose' })
export class StoredFile {
  @WorkspaceKey()
  workspaceId: string;

  @PrimaryColumn({ type: 'text' })
  storageKey: string;

  @Column({ type: 'bigint' })
  byteSize: string;

  /** When it was last kept: what was kept a moment ago may not be pointed at yet. */
  @Instant()
  keptAt: Date;

  /** Whether it may be that nothing points at it. */
  @Column({ type: 'boolean', default: true })
  isLoose: boolean;
}

/** A file that was uploaded to be sent, and was not yet. */
@Entity('upload')
@BelongsTo(() => StoredFile, 'storageKey', 'upload_stored_file_fk', 'storageKey')
@Index('upload_stored_file', ['workspaceId', 'storageKey'])
@Index('upload_expiry', ['workspaceId', 'expiresAt'])
export class Upload {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text()
  fileName: string;

  @Text()
  contentType: string;

  @Column({ type: 'bigint' })
  byteSize: string;

  @Text()
  storageKey: string;

  /** Who uploaded it: nobody else can send it. */
  @Json()
  uploadedBy: Record<string, unknown>;

  @Instant()
  createdAt: Date;

  @Instant()
  expiresAt: Date;
}
