import { Column, Entity, Unique } from 'typeorm';
import { BelongsTo, IdKey, Instant, Ref, Text, WorkspaceKey } from './columns';
import { Channel } from './channel';

export type TemplateStatus = 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED' | 'OTHER';

/** Something that a template leaves open. */
export interface StoredTemplateParameter {
  key: string;
  kind: string;
  example?: string | null;
}

/** A message that the platform has approved, to be filled in. */
@Entity('message_template')
@BelongsTo(() => Channel, 'channelId', 'message_template_channel_fk')
@Unique('message_template_name', ['workspaceId', 'channelId', 'name', 'language'])
export class MessageTemplate {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Ref()
  channelId: string;

  /** The platform's id of it. */
  @Text()
  externalId: string;

  @Text()
  name: string;

  /** As the platform writes it, such as `en_US`. */
  @Text()
  language: string;

  /** In the platform's word. */
  @Text({ nullable: true })
  category: string | null;

  @Text()
  status: TemplateStatus;

  /** Why, in the platform's words. */
  @Text({ nullable: true })
  statusReason: string | null;

  /** The provider's time of the status, where it has told it. */
  @Instant({ nullable: true })
  statusAt: Date | null;

  /** Its text, with `{{key}}` where parameters stand. */
  @Text()
  body: string;

  @Column({ type: 'jsonb' })
  parameters: StoredTemplateParameter[];

  /** As the platform has them. */
  @Column({ type: 'jsonb' })
  components: Record<string, unknown>[];

  /** When it was last read from the platform. */
  @Instant()
  syncedAt: Date;
}
