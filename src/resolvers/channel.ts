import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { connectChannel } from '../domain/channel/connect-channel';
import { createChannel } from '../domain/channel/create-channel';
import { disconnectChannel } from '../domain/channel/disconnect-channel';
import { listChannels } from '../domain/channel/listing';
import { pauseChannel, resumeChannel } from '../domain/channel/pause-channel';
import {
  channelCapabilities,
  channelHealth,
  secretsSet,
  shownSettings,
  webhookUrl,
} from '../domain/channel/present-channel';
import { listConnectors } from '../domain/channel/present-connector';
import { testChannel } from '../domain/channel/test-channel';
import { updateChannel } from '../domain/channel/update-channel';
import type { RequestContext } from '../domain/kit/request-context';
import type { Channel } from '../entities';
import {
  ChannelConnectInput,
  ChannelConnection,
  ChannelConnectPayload,
  ChannelCreateInput,
  ChannelCreatePayload,
  ChannelDisconnectPayload,
  ChannelFilterInput,
  ChannelHealth,
  ChannelPausePayload,
  ChannelResumePayload,
  ChannelTestPayload,
  ChannelType,
  ChannelUpdateInput,
  ChannelUpdatePayload,
} from '../schema/channel';
import { ConnectorType } from '../schema/connector';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';

@Resolver(() => ChannelType)
export class ChannelResolver {
  @Query(() => ChannelConnection, { description: 'Channels, oldest first.' })
  channels(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => ChannelFilterInput, { nullable: true }) filter: ChannelFilterInput | null,
    @Ctx() { reader }: RequestContext,
  ) {
    return listChannels(reader, { ...page, filter });
  }

  @Query(() => [ConnectorType], {
    description: 'The platforms that channels can be connected to, by their labels.',
  })
  connectors(@Ctx() { connections }: RequestContext) {
    return listConnectors(connections.connectors);
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

  @Mutation(() => ChannelConnectPayload, {
    description:
      'Connects an account: signs in with the settings, and keeps them when that succeeds. An account that was disconnected comes back with its history.',
  })
  channelConnect(
    @Arg('connector', () => String, { description: 'The id of one of `connectors`.' })
    connector: string,
    @Arg('input', () => ChannelConnectInput) input: ChannelConnectInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return connectChannel(ctx, { connector, input }, key);
  }

  @Mutation(() => ChannelUpdatePayload, {
    description:
      'Changes a channel’s name or settings. Its connector signs in with new settings before they are kept; this is also how an account that needs it is connected anew.',
  })
  channelUpdate(
    @Arg('id', () => ID, { description: 'Of the channel.' }) id: string,
    @Arg('input', () => ChannelUpdateInput) input: ChannelUpdateInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return updateChannel(ctx, { id, input }, key);
  }

  @Mutation(() => ChannelPausePayload, {
    description:
      'Has a channel rest: nothing is read, and nothing sent. What its platform delivers is kept until it is resumed.',
  })
  channelPause(
    @Arg('id', () => ID, { description: 'Of the channel.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(pauseChannel, { id }, key);
  }

  @Mutation(() => ChannelResumePayload, { description: 'Has a channel take part again.' })
  channelResume(
    @Arg('id', () => ID, { description: 'Of the channel.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(resumeChannel, { id }, key);
  }

  @Mutation(() => ChannelDisconnectPayload, {
    description:
      'Disconnects a channel: its secrets are wiped, its history stays. `channelConnect` with the same account brings it back.',
  })
  channelDisconnect(
    @Arg('id', () => ID, { description: 'Of the channel.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return disconnectChannel(ctx, { id }, key);
  }

  @Mutation(() => ChannelTestPayload, {
    description:
      'Tries whether a channel’s account can be used at this moment; its health is what was found.',
  })
  channelTest(
    @Arg('id', () => ID, { description: 'Of the channel.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return testChannel(ctx, { id }, key);
  }

  @FieldResolver()
  settings(@Root() { id }: Channel, @Ctx() ctx: RequestContext) {
    return shownSettings(ctx, id);
  }

  @FieldResolver()
  secretsSet(@Root() { id }: Channel, @Ctx() ctx: RequestContext) {
    return secretsSet(ctx, id);
  }

  @FieldResolver()
  capabilities(@Root() { id }: Channel, @Ctx() ctx: RequestContext) {
    return channelCapabilities(ctx, id);
  }

  @FieldResolver()
  webhookUrl(@Root() { id }: Channel, @Ctx() ctx: RequestContext) {
    return webhookUrl(ctx, id);
  }

  @FieldResolver()
  health(@Root() { id }: Channel, @Ctx() ctx: RequestContext) {
    return channelHealth(ctx, id);
  }
}

@Resolver(() => ChannelHealth)
export class ChannelHealthResolver {
  @FieldResolver()
  backlog(@Root() { channelId }: { channelId: string }, @Ctx() { loaders }: RequestContext) {
    return loaders.backlogOf(channelId);
  }
}
