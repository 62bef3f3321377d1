import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DeliveryKey } from '../domain/delivery/contents';
import { listInboundDeliveries } from '../domain/delivery/listing';
import { presentDueAt, presentStatus } from '../domain/delivery/present-status';
import { replayChannel } from '../domain/delivery/replay';
import { retryInboundDelivery } from '../domain/delivery/retry';
import type { RequestContext } from '../domain/kit/request-context';
import {
  ChannelReplayInput,
  ChannelReplayPayload,
  InboundDeliveryConnection,
  InboundDeliveryFilterInput,
  InboundDeliveryRetryPayload,
  InboundDeliveryType,
} from '../schema/inbound-delivery';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';

@Resolver()
export class InboundDeliveryResolver {
  @Query(() => InboundDeliveryConnection, {
    description: 'What came in on channels of connectors, newest first.',
  })
  inboundDeliveries(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => InboundDeliveryFilterInput, { nullable: true })
    filter: InboundDeliveryFilterInput | null,
    @Ctx() { reader }: RequestContext,
  ) {
    return listInboundDeliveries(reader, { ...page, filter });
  }

  @Mutation(() => InboundDeliveryRetryPayload, {
    description:
      'Has a dead letter processed again, with all its attempts; one that is pending is tried at once.',
  })
  inboundDeliveryRetry(
    @Arg('id', () => ID, { description: 'Of the delivery.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(retryInboundDelivery, { id }, key);
  }

  @Mutation(() => ChannelReplayPayload, {
    description:
      'Processes what a channel took once more, as it came. What is known already changes nothing: this is for deliveries that an earlier version of the connector did not understand.',
  })
  channelReplay(
    @Arg('channelId', () => ID, { description: 'Of the channel.' }) channelId: string,
    @Arg('input', () => ChannelReplayInput, {
      nullable: true,
      description: 'Left out: everything that is kept.',
    })
    input: ChannelReplayInput | null,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(replayChannel, { channelId, input }, key);
  }
}

@Resolver(() => InboundDeliveryType)
export class InboundDeliveryFieldsResolver {
  @FieldResolver()
  async status(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return presentStatus(await loaders.deliveries.entry(delivery));
  }

  @FieldResolver()
  async attempts(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return (await loaders.deliveries.entry(delivery))?.attempts ?? 0;
  }

  @FieldResolver()
  async error(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return (await loaders.deliveries.entry(delivery))?.error ?? null;
  }

  @FieldResolver()
  async dueAt(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return presentDueAt(await loaders.deliveries.entry(delivery));
  }

  @FieldResolver()
  byteSize(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return loaders.deliveries.byteSize(delivery);
  }

  @FieldResolver()
  body(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return loaders.deliveries.text(delivery);
  }

  @FieldResolver()
  bodyBase64(@Root() delivery: DeliveryKey, @Ctx() { loaders }: RequestContext) {
    return loaders.deliveries.base64(delivery);
  }
}
