import { Column, Entity, Index } from 'typeorm';
import { BelongsTo, IdKey, Instant, Ref, Text, WorkspaceKey } from './columns';
import { StoredFile } from './file';
import { Message } from './message';

export type AttachmentStatus = 'REMOTE' | 'PENDING' | 'STORED' | 'FAILED' | 'REMOVED';

/** A file that came or goes with a message; its bytes are in blob storage. */
@Entity('attachment')
@BelongsTo(() => Message, 'messageId', 'attachment_message_fk')
@BelongsTo(() => StoredFile, 'storageKey', 'attachment_stored_file_fk', 'storageKey')
@Index('attachment_stored_file', ['workspaceId', 'storageKey'], {
  where: 'storage_key is not null',
})
@Index('attachment_message', ['workspaceId', 'messageId', 'id'])
export class Attachment {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  messageId: string;

  @Text({ nullable: true })
  fileName: string | null;

  /** Media type as declared by the sender. */
  @Text({ nullable: true })
  contentType: string | null;

  /** In bytes. */
  @Column({ type: 'bigint', nullable: true })
  byteSize: string | null;

  /** Where the platform keeps it; may expire. */
  @Text({ nullable: true })
  sourceUrl: string | null;

  /** REMOTE: only known of; PENDING: to be fetched; STORED: its bytes are here; FAILED: see `failure`; REMOVED: its message is deleted. */
  @Text({ default: 'REMOTE' })
  status: AttachmentStatus;

  /** The platform's id of the file. */
  @Text({ nullable: true })
  externalId: string | null;

  /** Where it is in blob storage. */
  @Text({ nullable: true })
  storageKey: string | null;

  @Column({ type: 'bytea', nullable: true })
  sha256: Buffer | null;

  /** By which an HTML body shows it. */
  @Text({ nullable: true })
  contentId: string | null;

  /** Why its bytes could not be had, for people. */
  @Text({ nullable: true })
  failure: string | null;

  @Instant({ nullable: true })
  fetchedAt: Date | null;

  @Instant()
  createdAt: Date;
}
