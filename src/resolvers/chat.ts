import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { claimVisitor } from '../domain/chat/claim-visitor';
import type { ChatUpdate as ChatUpdateSource } from '../domain/chat/chat-updates';
import { findOwn } from '../domain/chat/own-conversation';
import {
  listOwnConversations,
  listPublicFiles,
  listPublicMessages,
  publicAuthorName,
  readChat,
} from '../domain/chat/read-chat';
import { sayRead } from '../domain/chat/say-read';
import { sayTyping } from '../domain/chat/say-typing';
import { sendChatMessage } from '../domain/chat/send-chat-message';
import { startChat } from '../domain/chat/start-chat';
import { clientKeyOf } from '../domain/chat/write-message';
import { linkOf, type LinkedAttachment } from '../domain/file/attachment-link';
import { globalId } from '../domain/kit/ids';
import type { RequestContext } from '../domain/kit/request-context';
import { byTheHub } from '../domain/live/by-the-hub';
import type { Conversation, Message } from '../entities';
import {
  Chat,
  ChatAttachment,
  ChatConversation,
  ChatConversationConnection,
  ChatMessage,
  ChatMessageConnection,
  ChatMessageInput,
  ChatMessageSendPayload,
  ChatReadPayload,
  ChatStartInput,
  ChatStartPayload,
  ChatTypingPayload,
  ChatTypingUpdate,
  ChatUpdate,
  ChatVisitorClaimPayload,
} from '../schema/chat';
import { PagingArgs } from '../schema/shared/connection';
import { Position } from '../schema/shared/scalars';
import { IdempotencyKey } from './arguments';

const OF_CONVERSATION = { description: 'Of the conversation.' };

@Resolver(() => Chat)
export class ChatResolver {
  @Query(() => Chat, { description: 'The chat that your customer token is for.' })
  chat(@Ctx() ctx: RequestContext) {
    return readChat(ctx);
  }

  @FieldResolver(() => ChatConversationConnection, {
    description: 'Your conversations, the newest first.',
  })
  conversations(@Args(() => PagingArgs) page: PagingArgs, @Ctx() ctx: RequestContext) {
    return listOwnConversations(ctx, page);
  }

  @FieldResolver(() => ChatConversation, {
    nullable: true,
    description: 'A conversation of yours; null for any other.',
  })
  conversation(@Arg('id', () => ID, OF_CONVERSATION) id: string, @Ctx() ctx: RequestContext) {
    return findOwn(ctx, id);
  }

  @Mutation(() => ChatStartPayload, {
    description: 'Begins a conversation with its first message. For customer tokens.',
  })
  chatStart(
    @Arg('input', () => ChatStartInput) input: ChatStartInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(startChat(ctx.connections), { input }, key);
  }

  @Mutation(() => ChatMessageSendPayload, {
    description: 'Writes in a conversation; opens it again if it was closed. For customer tokens.',
  })
  chatMessageSend(
    @Arg('conversationId', () => ID, OF_CONVERSATION) conversationId: string,
    @Arg('input', () => ChatMessageInput) input: ChatMessageInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(sendChatMessage, { conversationId, input }, key);
  }

  @Mutation(() => ChatTypingPayload, {
    description:
      'Says that you type; say it again every few seconds, because it holds for 10. For customer tokens.',
  })
  chatTyping(
    @Arg('conversationId', () => ID, OF_CONVERSATION) conversationId: string,
    @Arg('isTyping', { description: 'False: you have stopped.' }) isTyping: boolean,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(sayTyping, { conversationId, isTyping }, key);
  }

  @Mutation(() => ChatReadPayload, {
    description: 'Says that you have read all that is in a conversation. For customer tokens.',
  })
  chatRead(
    @Arg('conversationId', () => ID, OF_CONVERSATION) conversationId: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(sayRead, { conversationId }, key);
  }

  @Mutation(() => ChatVisitorClaimPayload, {
    description:
      'Makes yours what was said on this device before you signed in. For tokens of signed-in customers; the visitor’s token is over then.',
  })
  async chatVisitorClaim(
    @Arg('visitorToken', {
      description: 'What `POST /chat/CHANNEL/sessions` gave this device.',
    })
    visitorToken: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    const { userErrors } = await ctx.run(claimVisitor, { visitorToken }, key);
    return { chat: userErrors.length === 0 ? await readChat(ctx) : null, userErrors };
  }

  @Subscription(() => ChatUpdate, {
    subscribe: byTheHub,
    description: 'What happens in a conversation of yours. For customer tokens.',
  })
  chatUpdates(
    @Root() update: ChatUpdateSource,
    @Arg('conversationId', () => ID, OF_CONVERSATION) _id: string,
    @Arg('after', () => Position, {
      nullable: true,
      description: 'Begins after this position; left out, now.',
    })
    _after: number | null,
  ) {
    return update;
  }

  @Subscription(() => ChatTypingUpdate, {
    name: 'chatTyping',
    subscribe: byTheHub,
    description:
      'Whether the company types in a conversation of yours: at once, and after each change. For customer tokens.',
  })
  companyTyping(
    @Root() update: { isTyping: boolean },
    @Arg('conversationId', () => ID, OF_CONVERSATION) _id: string,
  ) {
    return update;
  }
}

@Resolver(() => ChatConversation)
export class ChatConversationResolver {
  @FieldResolver(() => ID, { description: 'Its id: `cnv_…`.' })
  id(@Root() { id }: Conversation) {
    return globalId('Conversation', id);
  }

  @FieldResolver(() => ChatMessageConnection, { description: 'Its messages, the oldest first.' })
  messages(
    @Root() { id }: Conversation,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() ctx: RequestContext,
  ) {
    return listPublicMessages(ctx, id, page);
  }
}

@Resolver(() => ChatMessage)
export class ChatMessageResolver {
  @FieldResolver(() => ID, { description: 'Its id: `msg_…`.' })
  id(@Root() { id }: Message) {
    return globalId('Message', id);
  }

  @FieldResolver()
  author(@Root() { direction }: Message) {
    return direction === 'INBOUND' ? 'CUSTOMER' : 'COMPANY';
  }

  @FieldResolver()
  body(@Root() { body, deletedAt }: Message) {
    return deletedAt === null ? body : '';
  }

  @FieldResolver()
  clientKey(@Root() { direction, externalId }: Message) {
    return direction === 'INBOUND' ? clientKeyOf(externalId) : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of the person of the company who wrote it, where it was one.',
  })
  authorName(@Root() { authorUserId }: Message, @Ctx() ctx: RequestContext) {
    return publicAuthorName(ctx, authorUserId);
  }

  @FieldResolver(() => [ChatAttachment], { description: 'Its files.' })
  attachments(@Root() { id, deletedAt }: Message, @Ctx() ctx: RequestContext) {
    return deletedAt === null ? listPublicFiles(ctx, id) : [];
  }
}

@Resolver(() => ChatAttachment)
export class ChatAttachmentResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Where its bytes are, for whoever has this URL; it works for an hour.',
  })
  url(@Root() attachment: LinkedAttachment, @Ctx() ctx: RequestContext) {
    return linkOf(ctx, attachment);
  }
}
