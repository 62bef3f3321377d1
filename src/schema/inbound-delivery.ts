import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { InboundDeliverySource, InboundDeliveryStatus } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';

@ObjectType('InboundDelivery', {
  implements: Node,
  simpleResolvers: true,
  description:
    'What a platform sent, or what was read from it, as it came. Kept for 30 days, or as the operator says.',
})
export class InboundDeliveryType extends Node {
  @Field(() => ChannelType, { nullable: true, description: 'The channel that took it.' })
  channel: ChannelType | null;

  @Field(() => DateTime, { description: 'When it was stored.' })
  receivedAt: Date;

  @Field(() => InboundDeliverySource, { description: 'How it came.' })
  source: keyof typeof InboundDeliverySource;

  @Field({
    description:
      'The platform’s name for what happened, or a digest; the same again is not stored again.',
  })
  eventKey: string;

  @Field(() => InboundDeliveryStatus, { description: 'What became of it so far.' })
  status: keyof typeof InboundDeliveryStatus;

  @Field(() => Int, {
    description: 'How often it was tried in vain since it came or was last retried.',
  })
  attempts: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why it could not be processed, in words; null where nothing went wrong.',
  })
  error: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'While it is pending: when its turn comes at the earliest. Null in the end.',
  })
  dueAt: Date | null;

  @Field(() => Int, { description: 'Size of the body, in bytes.' })
  byteSize: number;

  @Field(() => JSONObject, {
    description: 'Its headers, by their names in lower case; credentials are not kept.',
  })
  headers: Record<string, string>;

  @Field(() => String, {
    nullable: true,
    description: 'The body as text; null where it is no UTF-8, or larger than 64 KiB.',
  })
  body: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The body in base64; null where it is larger than 256 KiB.',
  })
  bodyBase64: string | null;
}

export const InboundDeliveryConnection = connectionOf('InboundDelivery', () => InboundDeliveryType);

@InputType({ description: 'What deliveries are picked by; all that is given must hold.' })
export class InboundDeliveryFilterInput {
  @Field(() => ID, { nullable: true, description: 'Taken by this channel.' })
  channelId?: string | null;

  @Field(() => InboundDeliveryStatus, {
    nullable: true,
    description: 'Of this status. `DEAD` are the dead letters.',
  })
  status?: keyof typeof InboundDeliveryStatus | null;
}

@ObjectType({ description: 'What `inboundDeliveryRetry` did.', simpleResolvers: true })
export class InboundDeliveryRetryPayload extends Payload {
  @Field(() => InboundDeliveryType, {
    nullable: true,
    description: 'The delivery, pending: ask for it again by `node` to see what became of it.',
  })
  inboundDelivery: InboundDeliveryType | null;
}

@InputType({ description: 'Which deliveries of a channel are processed once more.' })
export class ChannelReplayInput {
  @Field(() => DateTime, {
    nullable: true,
    description: 'Received at or after this time; left out: from the oldest that is kept.',
  })
  from?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Received before this time; left out: up to now.',
  })
  to?: Date | null;
}

@ObjectType({ description: 'What `channelReplay` did.', simpleResolvers: true })
export class ChannelReplayPayload extends Payload {
  @Field(() => ChannelType, { nullable: true, description: 'The channel.' })
  channel: ChannelType | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many deliveries are processed once more; they come in the order of receipt.',
  })
  deliveryCount: number | null;
}
