import { Column, Entity, Index, Unique } from 'typeorm';
import { IdKey, Instant, Text, WorkspaceKey } from './columns';

/** What a user may be in a workspace; `auth/permissions.ts` says what each may do. */
export type UserRole = 'OWNER' | 'ADMIN' | 'SUPERVISOR' | 'AGENT' | 'ANALYST';
export type UserStatus = 'INVITED' | 'ACTIVE' | 'DISABLED';

/** A team member; `user` is a reserved word in SQL, hence the table's name. */
@Entity('app_user')
@Unique('app_user_email_key', ['workspaceId', 'email'])
@Unique('app_user_subject_key', ['workspaceId', 'issuer', 'subject'])
@Index('app_user_subject', ['issuer', 'subject'])
@Index('app_user_email', ['email'])
export class User {
  @WorkspaceKey()
  workspaceId: string;

  @IdKey()
  id: string;

  /** In lower case. */
  @Text()
  email: string;

  @Text({ nullable: true })
  name: string | null;

  @Text()
  role: UserRole;

  @Text()
  status: UserStatus;

  /** Null means every channel, the future ones too. */
  @Column({ type: 'uuid', array: true, nullable: true })
  channelIds: string[] | null;

  /** Who vouches for the subject: the OpenID Connect issuer; null until the first sign-in. */
  @Text({ nullable: true })
  issuer: string | null;

  @Text({ nullable: true })
  subject: string | null;

  @Instant()
  createdAt: Date;
}
