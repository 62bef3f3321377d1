import { Entity, Unique } from 'typeorm';
import { IdKey, Instant, Text, WorkspaceKey } from './columns';

/** The organisation that a customer belongs to. */
@Entity('company')
@Unique('company_external_ref_key', ['workspaceId', 'externalRef'])
export class Company {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  @Text()
  name: string;

  @Text({ nullable: true })
  domain: string | null;

  @Text({ nullable: true })
  externalRef: string | null;

  @Instant()
  createdAt: Date;

  @Instant()
  updatedAt: Date;
}
