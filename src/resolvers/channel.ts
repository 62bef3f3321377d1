import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { createChannel } from '../domain/channel/create-channel';
import { listChannels } from '../domain/channel/listing';
import type { RequestContext } from '../domain/kit/request-context';
import {
  ChannelConnection,
  ChannelCreateInput,
  ChannelCreatePayload,
  ChannelFilterInput,
} from '../schema/channel';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';

@Resolver()
export class ChannelResolver {
  @Query(() => ChannelConnection, { description: 'Channels, oldest first.' })
  channels(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => ChannelFilterInput, { nullable: true }) filter: ChannelFilterInput | null,
    @Ctx() { reader }: RequestContext,
  ) {
    return listChannels(reader, { ...page, filter });
  }

  @Mutation(() => ChannelCreatePayload, {
    description:
      'Makes a channel whose transport is your own: record its messages with `messageRecord`.',
  })
  channelCreate(
    @Arg('input', () => ChannelCreateInput) input: ChannelCreateInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(createChannel, { input }, key);
  }
}
