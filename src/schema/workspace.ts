import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Permission } from '../auth/permissions';
import { ActorKind, UserRole, UserStatus } from './enums';
import { ChannelType } from './channel';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime } from './shared/scalars';

@ObjectType('Workspace', {
  implements: Node,
  simpleResolvers: true,
  description:
    'The tenant: everything else belongs to one, and nothing crosses from one to another.',
})
export class WorkspaceType extends Node {
  @Field({ description: 'Its name.' })
  name: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;
}

@ObjectType('User', { implements: Node, simpleResolvers: true, description: 'A team member.' })
export class UserType extends Node {
  @Field({ description: 'In lower case; unique in the workspace.' })
  email: string;

  @Field(() => String, { nullable: true, description: 'Full name.' })
  name: string | null;

  @Field(() => UserRole, { description: 'What the user may do.' })
  role: keyof typeof UserRole;

  @Field(() => UserStatus, { description: 'Whether the user has signed in yet.' })
  status: keyof typeof UserStatus;

  @Field(() => DateTime, { description: 'When the user was invited.' })
  createdAt: Date;
}

@ObjectType('ApiKey', {
  implements: Node,
  simpleResolvers: true,
  description: 'A machine’s credential. Its token is shown once, when it is made.',
})
export class ApiKeyType extends Node {
  @Field({ description: 'What it is for.' })
  name: string;

  @Field({ description: 'The last four characters of the token.' })
  tokenHint: string;

  @Field(() => [Permission], { description: 'What it may do.' })
  scopes: Permission[];

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'From when on it is refused.' })
  expiresAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt: Date | null;
}

@ObjectType({ description: 'Who is asking, and what it may do.', simpleResolvers: true })
export class Viewer {
  @Field(() => ActorKind, { description: 'A user or an API key.' })
  kind: keyof typeof ActorKind;

  @Field({ description: 'Name of the user or key.' })
  name: string;

  @Field(() => [Permission], { description: 'What it may do.' })
  permissions: Permission[];

  @Field(() => [ChannelType], {
    nullable: true,
    description: 'The channels that it is limited to; null means all.',
  })
  channels: ChannelType[] | null;

  @Field(() => WorkspaceType, { description: 'The workspace that it acts in.' })
  workspace: WorkspaceType;

  @Field(() => UserType, { nullable: true, description: 'The user, when it is one.' })
  user: UserType | null;
}

@InputType({ description: 'A new API key.' })
export class ApiKeyCreateInput {
  @Field({ description: 'What it is for; at most 100 characters.' })
  name: string;

  @Field(() => [Permission], { description: 'What it may do; not more than you may.' })
  scopes: Permission[];

  @Field(() => [ID], {
    nullable: true,
    description: 'The channels that it is limited to; left out, it sees all, future ones too.',
  })
  channelIds?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on it is refused.' })
  expiresAt?: Date | null;
}

@ObjectType({ description: 'What `apiKeyCreate` did.', simpleResolvers: true })
export class ApiKeyCreatePayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The new key.' })
  apiKey: ApiKeyType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The token, to be sent as `Authorization: Bearer …`. It is shown this once; null when a repeated idempotency key gives the stored answer.',
  })
  token: string | null;
}

@ObjectType({ description: 'What `apiKeyRevoke` did.', simpleResolvers: true })
export class ApiKeyRevokePayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key, refused from now on.' })
  apiKey: ApiKeyType | null;
}

@InputType({ description: 'A person to let in.' })
export class UserInviteInput {
  @Field({ description: 'The verified e-mail address that the person will sign in with.' })
  email: string;

  @Field(() => String, { nullable: true, description: 'Full name; at most 200 characters.' })
  name?: string | null;

  @Field(() => UserRole, { description: 'What the user may do; not more than you may.' })
  role: keyof typeof UserRole;

  @Field(() => [ID], {
    nullable: true,
    description: 'The channels that the user is limited to; left out, all.',
  })
  channelIds?: string[] | null;
}

@ObjectType({ description: 'What `userInvite` did.', simpleResolvers: true })
export class UserInvitePayload extends Payload {
  @Field(() => UserType, { nullable: true, description: 'The new user.' })
  user: UserType | null;
}
