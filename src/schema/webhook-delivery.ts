import { Field, ID, Int, ObjectType } from 'type-graphql';
import { WebhookDeliveryKind, WebhookDeliveryStatus } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, JSONObject, Position } from './shared/scalars';
import { WebhookEndpointType } from './webhook-endpoint';

@ObjectType('WebhookDelivery', {
  implements: Node,
  simpleResolvers: true,
  description: 'What an endpoint was told, or is to be told. Kept for 30 days.',
})
export class WebhookDeliveryType extends Node {
  @Field(() => WebhookEndpointType, {
    nullable: true,
    description: 'Where it goes; null once that is deleted.',
  })
  endpoint: WebhookEndpointType | null;

  @Field(() => WebhookDeliveryKind, { description: 'An event, or a test.' })
  kind: keyof typeof WebhookDeliveryKind;

  @Field({ description: 'Type of the event, such as `message.added`; `webhook.ping` for a test.' })
  type: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Of the event: the `webhook-id` of its requests. Null for a test, which has its own.',
  })
  eventId: string | null;

  @Field(() => Position, { nullable: true, description: 'Of the event; null for a test.' })
  position: number | null;

  @Field(() => ID, { nullable: true, description: 'What the event is about; null for a test.' })
  subjectId: string | null;

  @Field(() => WebhookDeliveryStatus, { description: 'What became of it so far.' })
  status: keyof typeof WebhookDeliveryStatus;

  @Field(() => Int, { description: 'How many requests were made for it.' })
  attemptCount: number;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'While it is pending: when it is tried next; during an attempt, when that would count as lost. Null while it waits for an earlier event of its subject, and in the end.',
  })
  nextAttemptAt: Date | null;

  @Field(() => DateTime, { description: 'When the event was taken from the log.' })
  createdAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was delivered, or failed for good; null while it is pending.',
  })
  finishedAt: Date | null;
}

export const WebhookDeliveryConnection = connectionOf('WebhookDelivery', () => WebhookDeliveryType);

@ObjectType('WebhookAttempt', {
  simpleResolvers: true,
  description: 'One request that was made for a delivery, and what came of it.',
})
export class WebhookAttemptType {
  @Field(() => Int, { description: 'From 1 for each delivery.' })
  number: number;

  @Field(() => DateTime, { description: 'When the request began.' })
  startedAt: Date;

  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  durationMs: number;

  @Field({ description: 'Where it went.' })
  requestUrl: string;

  @Field(() => JSONObject, { description: 'Its headers, the signature among them.' })
  requestHeaders: Record<string, string>;

  @Field(() => String, {
    nullable: true,
    description: 'Its body; null once the event is past the retention of the log.',
  })
  requestBody: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'HTTP status of the answer; null when there was none.',
  })
  responseStatus: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first 2,048 bytes of the answer as text; null when there was none.',
  })
  responseBody: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it did not succeed, in words; null when it did.',
  })
  error: string | null;
}

export const WebhookAttemptConnection = connectionOf('WebhookAttempt', () => WebhookAttemptType);

@ObjectType({ description: 'What `webhookEndpointPing` did.', simpleResolvers: true })
export class WebhookEndpointPingPayload extends Payload {
  @Field(() => WebhookDeliveryType, {
    nullable: true,
    description: 'The test, still pending: ask for it again by `node` to see what became of it.',
  })
  webhookDelivery: WebhookDeliveryType | null;
}

@ObjectType({ description: 'What `webhookRedeliver` did.', simpleResolvers: true })
export class WebhookRedeliverPayload extends Payload {
  @Field(() => WebhookDeliveryType, {
    nullable: true,
    description: 'The delivery, pending again.',
  })
  webhookDelivery: WebhookDeliveryType | null;
}
