import { Field, InputType, ObjectType } from 'type-graphql';
import { ChannelKind } from '../domain/channel/kinds';
import { ChannelStatus, Visibility } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime } from './shared/scalars';

@ObjectType('Channel', {
  implements: Node,
  simpleResolvers: true,
  description:
    'One connected account: a page, a handle, a mailbox, a phone number, a shop counter.',
})
export class ChannelType extends Node {
  @Field(() => ChannelKind, { description: 'The platform.' })
  kind: ChannelKind;

  @Field(() => String, {
    nullable: true,
    description: 'The connector that keeps it in step; null when you bring your own transport.',
  })
  connector: string | null;

  @Field({ description: 'What people call it.' })
  name: string;

  @Field({ description: 'The account’s id on the platform; unique for its kind.' })
  externalId: string;

  @Field({
    description: 'Scope of the customer identities that it brings; empty where ids are global.',
  })
  identityScope: string;

  @Field(() => Visibility, {
    description: 'Visibility of its conversations, unless one says otherwise.',
  })
  visibility: keyof typeof Visibility;

  @Field(() => ChannelStatus, { description: 'Whether it takes part.' })
  status: keyof typeof ChannelStatus;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;
}

export const ChannelConnection = connectionOf('Channel', () => ChannelType);

@InputType({ description: 'What channels are picked by; all that is given must hold.' })
export class ChannelFilterInput {
  @Field(() => ChannelKind, { nullable: true, description: 'On this platform.' })
  kind?: ChannelKind | null;

  @Field(() => String, { nullable: true, description: 'With this id on the platform.' })
  externalId?: string | null;
}

@InputType({ description: 'A new channel whose transport is your own.' })
export class ChannelCreateInput {
  @Field(() => ChannelKind, { description: 'The platform.' })
  kind: ChannelKind;

  @Field({ description: 'What people call it; at most 200 characters.' })
  name: string;

  @Field({ description: 'The account’s id on the platform; unique for its kind.' })
  externalId: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The page, business or account that customers’ ids are valid in; left out where they are global.',
  })
  identityScope?: string | null;

  @Field(() => Visibility, {
    description: 'Visibility of its conversations, unless one says otherwise.',
  })
  visibility: keyof typeof Visibility;
}

@ObjectType({ description: 'What `channelCreate` did.', simpleResolvers: true })
export class ChannelCreatePayload extends Payload {
  @Field(() => ChannelType, { nullable: true, description: 'The new channel.' })
  channel: ChannelType | null;
}
