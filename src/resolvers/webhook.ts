import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../domain/kit/request-context';
import { createWebhookEndpoint } from '../domain/webhook/create-endpoint';
import { deleteWebhookEndpoint } from '../domain/webhook/delete-endpoint';
import {
  attemptOrder,
  attempts,
  listWebhookDeliveries,
  listWebhookEndpoints,
} from '../domain/webhook/listing';
import { pingWebhookEndpoint } from '../domain/webhook/ping-endpoint';
import {
  presentEventId,
  presentPosition,
  presentSubjectId,
} from '../domain/webhook/present-delivery';
import { redeliverWebhook } from '../domain/webhook/redeliver';
import { requestBodyOf } from '../domain/webhook/request-bodies';
import { rotateWebhookSecret } from '../domain/webhook/rotate-secret';
import { updateWebhookEndpoint } from '../domain/webhook/update-endpoint';
import type { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from '../entities';
import { WebhookDeliveryStatus } from '../schema/enums';
import { PagingArgs } from '../schema/shared/connection';
import {
  WebhookAttemptConnection,
  WebhookAttemptType,
  WebhookDeliveryConnection,
  WebhookDeliveryType,
  WebhookEndpointPingPayload,
  WebhookRedeliverPayload,
} from '../schema/webhook-delivery';
import {
  WebhookEndpointConnection,
  WebhookEndpointCreateInput,
  WebhookEndpointCreatePayload,
  WebhookEndpointDeletePayload,
  WebhookEndpointRotateSecretInput,
  WebhookEndpointRotateSecretPayload,
  WebhookEndpointType,
  WebhookEndpointUpdateInput,
  WebhookEndpointUpdatePayload,
} from '../schema/webhook-endpoint';
import { IdempotencyKey } from './arguments';

@Resolver()
export class WebhookResolver {
  @Query(() => WebhookEndpointConnection, {
    description: 'Webhook endpoints that may know no more than you, oldest first.',
  })
  webhookEndpoints(@Args(() => PagingArgs) page: PagingArgs, @Ctx() { reader }: RequestContext) {
    return listWebhookEndpoints(reader, page);
  }

  @Query(() => WebhookDeliveryConnection, {
    description: 'What an endpoint was told, or is to be told, newest first.',
  })
  webhookDeliveries(
    @Arg('endpointId', () => ID, { description: 'Of the endpoint.' }) endpointId: string,
    @Arg('status', () => WebhookDeliveryStatus, {
      nullable: true,
      description: 'Only those of this status.',
    })
    status: keyof typeof WebhookDeliveryStatus | null,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { reader }: RequestContext,
  ) {
    return listWebhookDeliveries(reader, { ...page, endpointId, status });
  }

  @Mutation(() => WebhookEndpointCreatePayload, {
    description:
      'Makes a webhook endpoint, which is told of what happens from now on. A workspace may have 50. Its signing secret is in the answer and can never be read again.',
  })
  webhookEndpointCreate(
    @Arg('input', () => WebhookEndpointCreateInput) input: WebhookEndpointCreateInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return createWebhookEndpoint(ctx, { input }, key);
  }

  @Mutation(() => WebhookEndpointUpdatePayload, {
    description: 'Changes a webhook endpoint, or stops and starts it.',
  })
  webhookEndpointUpdate(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @Arg('input', () => WebhookEndpointUpdateInput) input: WebhookEndpointUpdateInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return updateWebhookEndpoint(ctx, { id, input }, key);
  }

  @Mutation(() => WebhookEndpointDeletePayload, {
    description: 'Deletes a webhook endpoint with all its deliveries.',
  })
  webhookEndpointDelete(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(deleteWebhookEndpoint, { id }, key);
  }

  @Mutation(() => WebhookEndpointRotateSecretPayload, {
    description:
      'Gives a webhook endpoint a new signing secret. For a while requests bear a signature by each of the two.',
  })
  webhookEndpointRotateSecret(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @Arg('input', () => WebhookEndpointRotateSecretInput, { nullable: true })
    input: WebhookEndpointRotateSecretInput | null,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(rotateWebhookSecret(ctx.secrets), { id, input }, key);
  }

  @Mutation(() => WebhookEndpointPingPayload, {
    description:
      'Sends a test of the type `webhook.ping`: one signed request, which is not repeated if it fails.',
  })
  webhookEndpointPing(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(pingWebhookEndpoint, { id }, key);
  }

  @Mutation(() => WebhookRedeliverPayload, {
    description:
      'Sends a delivery again, or sooner, whatever became of it. Receivers know it by the same `webhook-id`.',
  })
  webhookRedeliver(
    @Arg('deliveryId', () => ID, { description: 'Of the delivery.' }) deliveryId: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(redeliverWebhook, { deliveryId }, key);
  }
}

@Resolver(() => WebhookEndpointType)
export class WebhookEndpointResolver {
  @FieldResolver()
  position(@Root() endpoint: WebhookEndpoint) {
    return presentPosition(endpoint.position);
  }

  @FieldResolver()
  missedBefore(@Root() endpoint: WebhookEndpoint) {
    return presentPosition(endpoint.missedBefore);
  }

  @FieldResolver()
  channels(@Root() { channelIds }: WebhookEndpoint, @Ctx() { loaders }: RequestContext) {
    return loaders.allById('Channel', channelIds);
  }
}

@Resolver(() => WebhookDeliveryType)
export class WebhookDeliveryResolver {
  @FieldResolver()
  position(@Root() delivery: WebhookDelivery) {
    return presentPosition(delivery.position);
  }

  @FieldResolver()
  eventId(@Root() delivery: WebhookDelivery) {
    return presentEventId(delivery);
  }

  @FieldResolver()
  subjectId(@Root() delivery: WebhookDelivery) {
    return presentSubjectId(delivery);
  }

  @FieldResolver()
  nextAttemptAt(@Root() { dueAt }: WebhookDelivery) {
    return dueAt;
  }

  @FieldResolver(() => WebhookAttemptConnection, {
    description: 'The requests that were made for it, oldest first.',
  })
  attempts(
    @Root() { id }: WebhookDelivery,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(attempts, 'delivery_id', id, attemptOrder, page);
  }
}

@Resolver(() => WebhookAttemptType)
export class WebhookAttemptResolver {
  @FieldResolver()
  requestBody(@Root() { deliveryId }: WebhookAttempt, @Ctx() ctx: RequestContext) {
    return requestBodyOf(ctx, deliveryId);
  }
}
