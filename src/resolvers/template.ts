import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../domain/kit/request-context';
import { listTemplates } from '../domain/template/listing';
import { syncTemplates } from '../domain/template/sync-templates';
import { MessageTemplateStatus } from '../schema/enums';
import { PagingArgs } from '../schema/shared/connection';
import {
  MessageTemplateConnection,
  MessageTemplatesSyncPayload,
  MessageTemplateType,
} from '../schema/template';
import { IdempotencyKey } from './arguments';

@Resolver(() => MessageTemplateType)
export class TemplateResolver {
  @Query(() => MessageTemplateConnection, {
    description:
      'The templates of a channel’s account, by name and language. They are read when it is connected, once a day, when the platform tells of a change, and by `messageTemplatesSync`.',
  })
  messageTemplates(
    @Arg('channelId', () => ID, { description: 'Of the channel.' }) channelId: string,
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('status', () => MessageTemplateStatus, {
      nullable: true,
      description: 'Those of this status alone.',
    })
    status: keyof typeof MessageTemplateStatus | null,
    @Ctx() { reader }: RequestContext,
  ) {
    return listTemplates(reader, { ...page, channelId, status });
  }

  @Mutation(() => MessageTemplatesSyncPayload, {
    description: 'Reads a channel’s templates anew from the platform.',
  })
  messageTemplatesSync(
    @Arg('channelId', () => ID, { description: 'Of the channel.' }) channelId: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return syncTemplates(ctx, { channelId }, key);
  }
}
