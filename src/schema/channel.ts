import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { ChannelKind } from '../domain/channel/kinds';
import { ChannelCapabilities } from './connector';
import { ChannelHealthStatus, ChannelStatus, Visibility } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';

@ObjectType({ description: 'What waits on a channel.', simpleResolvers: true })
export class ChannelBacklog {
  @Field(() => Int, {
    description: 'Deliveries that came in and are not processed yet; 1,000 stands for more, too.',
  })
  inbound: number;

  @Field(() => Int, {
    description: 'Messages that are still to be sent; 1,000 stands for more, too.',
  })
  outbound: number;
}

@ObjectType({ description: 'How a connector gets on with its channel.', simpleResolvers: true })
export class ChannelHealth {
  @Field(() => ChannelHealthStatus, { description: 'Whether all is well.' })
  status: keyof typeof ChannelHealthStatus;

  @Field(() => String, {
    nullable: true,
    description: 'What a person has to know or do; null while all is well.',
  })
  reason: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when it has this status.' })
  since: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When something last came in.' })
  lastInboundAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When something last went out.' })
  lastOutboundAt: Date | null;

  @Field(() => ChannelBacklog, { description: 'What waits.' })
  backlog: ChannelBacklog;
}

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

  @Field(() => JSONObject, {
    description:
      'Its settings as its connector describes them, without those that are secret; empty when you bring your own transport.',
  })
  settings: object;

  @Field(() => [String], {
    description: 'The secret settings that it has, by their keys; what they are is never told.',
  })
  secretsSet: string[];

  @Field(() => ChannelCapabilities, { description: 'What can be sent on it.' })
  capabilities: ChannelCapabilities;

  @Field(() => String, {
    nullable: true,
    description:
      'The address that its platform is to call; whoever knows it can try to. Null where it takes no calls, and for who may not manage channels.',
  })
  webhookUrl: string | null;

  @Field(() => ChannelHealth, {
    nullable: true,
    description: 'How its connector gets on; null when you bring your own transport.',
  })
  health: ChannelHealth | null;

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

@InputType({ description: 'An account to connect.' })
export class ChannelConnectInput {
  @Field(() => String, {
    nullable: true,
    description:
      'What people call it, at most 200 characters; left out, it is called as the account is.',
  })
  name?: string | null;

  @Field(() => JSONObject, {
    description: 'The settings that `connectors` describes. Secret ones are kept encrypted.',
  })
  settings: object;
}

@InputType({ description: 'Changes of a channel; fields left out stay as they are.' })
export class ChannelUpdateInput {
  @Field(() => String, {
    nullable: true,
    description: 'What people call it, at most 200 characters.',
  })
  name?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Settings that change. A key left out stays as it is, secrets too; null takes away what need not be there, and brings a default back.',
  })
  settings?: object | null;
}

/** What commands about a channel answer. */
@ObjectType({ simpleResolvers: true })
abstract class ChannelPayload extends Payload {
  @Field(() => ChannelType, {
    nullable: true,
    description: 'The channel; null when it was refused.',
  })
  channel: ChannelType | null;
}

@ObjectType({ description: 'What `channelConnect` did.', simpleResolvers: true })
export class ChannelConnectPayload extends ChannelPayload {}

@ObjectType({ description: 'What `channelUpdate` did.', simpleResolvers: true })
export class ChannelUpdatePayload extends ChannelPayload {}

@ObjectType({ description: 'What `channelPause` did.', simpleResolvers: true })
export class ChannelPausePayload extends ChannelPayload {}

@ObjectType({ description: 'What `channelResume` did.', simpleResolvers: true })
export class ChannelResumePayload extends ChannelPayload {}

@ObjectType({ description: 'What `channelDisconnect` did.', simpleResolvers: true })
export class ChannelDisconnectPayload extends ChannelPayload {}

@ObjectType({ description: 'What `channelTest` found.', simpleResolvers: true })
export class ChannelTestPayload extends ChannelPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the account can be used; null when the test was refused.',
  })
  ok: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'What a person has to know or do; null when all is well.',
  })
  reason: string | null;

  @Field(() => Int, { nullable: true, description: 'How long it took, in milliseconds.' })
  durationMs: number | null;
}
