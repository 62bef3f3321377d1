import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { onVisibleChannel } from '../domain/channel/visible-channels';
import type { RequestContext } from '../domain/kit/request-context';
import {
  attachmentOrder,
  attachments,
  messageOrders,
  messages,
  notTakenBack,
  reactionOrder,
  reactions,
  revisionOrder,
  revisions,
} from '../domain/message/listing';
import { recordMessage } from '../domain/message/record-message';
import { cancelMessage, retryMessage } from '../domain/outbound/retry-and-cancel';
import { sendMessage } from '../domain/outbound/send-message';
import type { Message } from '../entities';
import { AttachmentConnection } from '../schema/attachment';
import {
  MessageConnection,
  MessageRecordInput,
  MessageRecordPayload,
  MessageType,
} from '../schema/message';
import { MessageRevisionConnection } from '../schema/message-revision';
import {
  MessageCancelPayload,
  MessageSendInput,
  MessageSendPayload,
  MessageSendRetryPayload,
} from '../schema/sending';
import { MessageReactionConnection } from '../schema/reaction';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';

@Resolver(() => MessageType)
export class MessageResolver {
  @Mutation(() => MessageRecordPayload, {
    description:
      'Records a message that your own transport carried, and with it the customer and the conversation where they are new.',
  })
  messageRecord(
    @Arg('channelId', () => ID, { description: 'The channel that it came through.' })
    channelId: string,
    @Arg('input', () => MessageRecordInput) input: MessageRecordInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(recordMessage, { channelId, input }, key);
  }

  @Mutation(() => MessageSendPayload, {
    description:
      'Sends a message in a conversation by the channel’s connector. It is QUEUED at first: `status` and the event `message.status_changed` tell what becomes of it. Messages of one conversation go out in order.',
  })
  messageSend(
    @Arg('conversationId', () => ID, { description: 'Of the conversation.' })
    conversationId: string,
    @Arg('input', () => MessageSendInput) input: MessageSendInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(sendMessage(ctx.connections), { conversationId, input }, key);
  }

  @Mutation(() => MessageSendRetryPayload, {
    description:
      'Sends a message after all that has FAILED, at the end of its conversation’s line. Where it may have arrived already, look there before.',
  })
  messageSendRetry(
    @Arg('id', () => ID, { description: 'Of the message.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(retryMessage(ctx.connections), { id }, key);
  }

  @Mutation(() => MessageCancelPayload, {
    description:
      'Keeps a message from being sent that is QUEUED; it is FAILED then, with the code CANCELLED.',
  })
  messageCancel(
    @Arg('id', () => ID, { description: 'Of the message.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(cancelMessage, { id }, key);
  }

  @FieldResolver(() => MessageConnection, {
    description: 'The messages that answer it, oldest first.',
  })
  replies(
    @Root() { id }: Message,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders, actor }: RequestContext,
  ) {
    const visible = onVisibleChannel(actor, 'm.channel_id');
    return loaders.pages.load(messages, 'reply_to_id', id, messageOrders.SENT_ASC, page, visible);
  }

  @FieldResolver(() => MessageRevisionConnection, {
    description: 'What it said before its edits and its deletion, oldest first.',
  })
  revisions(
    @Root() { id }: Message,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(revisions, 'message_id', id, revisionOrder, page);
  }

  @FieldResolver(() => MessageReactionConnection, {
    description: 'The reactions to it that were not taken back, oldest first.',
  })
  reactions(
    @Root() { id }: Message,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(reactions, 'message_id', id, reactionOrder, page, notTakenBack);
  }

  @FieldResolver(() => AttachmentConnection, { description: 'The files that came with it.' })
  attachments(
    @Root() { id }: Message,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(attachments, 'message_id', id, attachmentOrder, page);
  }
}
