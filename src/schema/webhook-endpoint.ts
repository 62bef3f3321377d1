import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Permission } from '../auth/permissions';
import { ChannelType } from './channel';
import { WebhookDisabledReason, WebhookEndpointStatus } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, Position } from './shared/scalars';

@ObjectType('WebhookEndpoint', {
  implements: Node,
  simpleResolvers: true,
  description:
    'A URL that is told of events by HTTP, after the Standard Webhooks specification. It gets what whoever made it may know; you see those that may know no more than you.',
})
export class WebhookEndpointType extends Node {
  @Field({ description: 'Where requests go.' })
  url: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The event types that it is limited to; null means all, future ones too.',
  })
  eventTypes: string[] | null;

  @Field({
    description:
      'Whether an event waits until the one before of the same subject has been delivered, or has failed for good.',
  })
  ordered: boolean;

  @Field(() => WebhookEndpointStatus, { description: 'Whether anything is sent.' })
  status: keyof typeof WebhookEndpointStatus;

  @Field(() => WebhookDisabledReason, {
    nullable: true,
    description: 'Why nothing is sent; null while it is enabled.',
  })
  disabledReason: keyof typeof WebhookDisabledReason | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on nothing is sent.' })
  disabledAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'No attempt has succeeded since then; null when the last one did.',
  })
  failingSince: Date | null;

  @Field(() => Position, {
    description: 'Events up to this position have become deliveries, where they concern it.',
  })
  position: number;

  @Field(() => Position, {
    nullable: true,
    description:
      'Set when it was disabled, or behind, for longer than the log is kept: some events before this position were gone before they became deliveries.',
  })
  missedBefore: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until then requests are signed with the secret before the last rotation too.',
  })
  previousSecretUntil: Date | null;

  @Field(() => [Permission], {
    description: 'The permissions of whoever made it, which limit what it gets.',
  })
  permissions: Permission[];

  @Field(() => [ChannelType], {
    nullable: true,
    description: 'The channels that it is limited to, as whoever made it was; null means all.',
  })
  channels: ChannelType[] | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;
}

export const WebhookEndpointConnection = connectionOf('WebhookEndpoint', () => WebhookEndpointType);

const url =
  'An https:// URL of at most 2,000 characters without user and password, whose host is on the public internet; the operator can allow others by PARLEY_OUTGOING_ALLOW.';
const description = 'What it is for; at most 200 characters.';
const secret =
  'A signing secret of your own: `whsec_` followed by 24 to 64 random bytes in base64. Left out, one is made.';

@InputType({ description: 'A new webhook endpoint.' })
export class WebhookEndpointCreateInput {
  @Field({ description: url })
  url: string;

  @Field(() => String, { nullable: true, description })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Only events of these types, such as `message.added` or `message.*`; at most 100. Left out: all.',
  })
  eventTypes?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether events of one subject are sent one after the other; left out, they are not.',
  })
  ordered?: boolean | null;

  @Field(() => String, { nullable: true, description: secret })
  secret?: string | null;
}

@InputType({ description: 'What to change of a webhook endpoint; what is left out stays.' })
export class WebhookEndpointUpdateInput {
  @Field(() => String, {
    nullable: true,
    description: `${url} What is pending is sent there at once.`,
  })
  url?: string | null;

  @Field(() => String, { nullable: true, description: `${description} Null clears it.` })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Only events of these types from now on; at most 100. Null: all.',
  })
  eventTypes?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether events of one subject are sent one after the other, from now on.',
  })
  ordered?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'False stops all sending; true goes on where it stopped: with what is pending, and with what the log still has since then.',
  })
  enabled?: boolean | null;
}

@InputType({ description: 'How the secret is changed.' })
export class WebhookEndpointRotateSecretInput {
  @Field(() => String, { nullable: true, description: secret })
  secret?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how many hours requests are signed with the secret before too, 0 to 168; left out, 24. 0 for one that has leaked.',
  })
  overlapHours?: number | null;
}

const shownOnce =
  'The signing secret, shown this once; null when a repeated idempotency key gives the stored answer.';

@ObjectType({ description: 'What `webhookEndpointCreate` did.', simpleResolvers: true })
export class WebhookEndpointCreatePayload extends Payload {
  @Field(() => WebhookEndpointType, { nullable: true, description: 'The new endpoint.' })
  webhookEndpoint: WebhookEndpointType | null;

  @Field(() => String, { nullable: true, description: shownOnce })
  secret: string | null;
}

@ObjectType({ description: 'What `webhookEndpointUpdate` did.', simpleResolvers: true })
export class WebhookEndpointUpdatePayload extends Payload {
  @Field(() => WebhookEndpointType, { nullable: true, description: 'The endpoint as it is now.' })
  webhookEndpoint: WebhookEndpointType | null;
}

@ObjectType({ description: 'What `webhookEndpointDelete` did.', simpleResolvers: true })
export class WebhookEndpointDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Of the endpoint, which is gone.' })
  deletedId: string | null;
}

@ObjectType({ description: 'What `webhookEndpointRotateSecret` did.', simpleResolvers: true })
export class WebhookEndpointRotateSecretPayload extends Payload {
  @Field(() => WebhookEndpointType, { nullable: true, description: 'The endpoint.' })
  webhookEndpoint: WebhookEndpointType | null;

  @Field(() => String, { nullable: true, description: shownOnce })
  secret: string | null;
}
