import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import {
  deleteMessage,
  hideMessage,
  markConversationRead,
  reactToMessage,
  showMessage,
  unreactToMessage,
} from '../domain/action/act';
import type { RequestContext } from '../domain/kit/request-context';
import { actionOrder, actions } from '../domain/message/listing';
import {
  readPrivateReplyPermission,
  type ReadMessage,
} from '../domain/outbound/private-reply-facts';
import { replyPrivately } from '../domain/outbound/reply-privately';
import type { Message } from '../entities';
import {
  CanReplyPrivately,
  ConversationMarkReadPayload,
  MessageActionConnection,
  MessageDeletePayload,
  MessageHidePayload,
  MessageReactPayload,
  MessageReplyPrivatelyPayload,
  MessageShowPayload,
  MessageUnreactPayload,
} from '../schema/action';
import { MessageType } from '../schema/message';
import { MessageSendInput } from '../schema/sending';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';

const OF_MESSAGE = { description: 'Of the message.' };

@Resolver(() => MessageType)
export class MessageActionResolver {
  @Mutation(() => MessageHidePayload, {
    description:
      'Hides a public message of somebody else’s on its platform. It is done after the answer, and tried again where the platform is down: `actions`, `hiddenAt` and the events `message.hidden` and `message.action_failed` tell.',
  })
  messageHide(
    @Arg('id', () => ID, OF_MESSAGE) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(hideMessage(ctx.connections), { id }, key);
  }

  @Mutation(() => MessageShowPayload, {
    description: 'Shows a message again on its platform that was hidden; told of as `messageHide`.',
  })
  messageShow(
    @Arg('id', () => ID, OF_MESSAGE) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(showMessage(ctx.connections), { id }, key);
  }

  @Mutation(() => MessageDeletePayload, {
    description:
      'Deletes a message on its platform: what the company sent, or also what others wrote where `deletionsOfOthers` says so. What it said stays in `revisions`. Told of as `messageHide`.',
  })
  messageDelete(
    @Arg('id', () => ID, OF_MESSAGE) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(deleteMessage(ctx.connections), { id }, key);
  }

  @Mutation(() => MessageReactPayload, {
    description: 'Reacts to a message in the company’s name; told of as `messageHide`.',
  })
  messageReact(
    @Arg('id', () => ID, OF_MESSAGE) id: string,
    @Arg('reaction', { description: 'An emoji, or one of the channel’s `reactionChoices`.' })
    reaction: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(reactToMessage(ctx.connections), { id, reaction }, key);
  }

  @Mutation(() => MessageUnreactPayload, {
    description: 'Takes back a reaction of the company’s; told of as `messageHide`.',
  })
  messageUnreact(
    @Arg('id', () => ID, OF_MESSAGE) id: string,
    @Arg('reaction', { description: 'Which one, as it was given.' }) reaction: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(unreactToMessage(ctx.connections), { id, reaction }, key);
  }

  @Mutation(() => ConversationMarkReadPayload, {
    description:
      'Tells the customer on the platform that what they wrote was read, up to their newest message.',
  })
  conversationMarkRead(
    @Arg('id', () => ID, { description: 'Of the conversation.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(markConversationRead(ctx.connections), { id }, key);
  }

  @Mutation(() => MessageReplyPrivatelyPayload, {
    description:
      'Answers a public message in a private conversation with its author, which is linked with the public one. `canReplyPrivately` tells before whether that is possible.',
  })
  messageReplyPrivately(
    @Arg('messageId', () => ID, { description: 'Of the public message.' }) messageId: string,
    @Arg('input', () => MessageSendInput) input: MessageSendInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(replyPrivately(ctx.connections), { messageId, input }, key);
  }

  @FieldResolver(() => MessageActionConnection, {
    description: 'What the company had done to it on the platform, oldest first.',
  })
  actions(
    @Root() { id }: Message,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(actions, 'message_id', id, actionOrder, page);
  }

  @FieldResolver(() => CanReplyPrivately, {
    nullable: true,
    description:
      'Whether it can be answered in private now (`messageReplyPrivately`); null when you don’t see its channel.',
  })
  canReplyPrivately(@Root() message: ReadMessage, @Ctx() ctx: RequestContext) {
    return readPrivateReplyPermission(ctx, message);
  }
}
