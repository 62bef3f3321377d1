import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Info,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { assignConversation } from '../domain/conversation/assign-conversation';
import { closeConversation, reopenConversation } from '../domain/conversation/change-status';
import { listConversations } from '../domain/conversation/list-conversations';
import { orderedBy } from '../domain/conversation/listing';
import { uuidOf } from '../domain/kit/ids';
import type { RequestContext } from '../domain/kit/request-context';
import { addNote } from '../domain/message/add-note';
import { messageOrders, messages, type MessageOrder as OrderName } from '../domain/message/listing';
import { readReplyPermission } from '../domain/outbound/reply-facts';
import { addTag, removeTag } from '../domain/tag/tags';
import type { Conversation } from '../entities';
import {
  CanReply,
  ConversationAssignInput,
  ConversationAssignPayload,
  ConversationClosePayload,
  ConversationConnection,
  ConversationFilterInput,
  ConversationReopenPayload,
  ConversationType,
  TagAddPayload,
  TagInput,
  TagRemovePayload,
} from '../schema/conversation';
import { ConversationOrder, MessageOrder } from '../schema/enums';
import { MessageConnection, NoteAddInput, NoteAddPayload } from '../schema/message';
import { PagingArgs } from '../schema/shared/connection';
import { IdempotencyKey } from './arguments';
import { conversationSelection } from './selection';

@Resolver(() => ConversationType)
export class ConversationResolver {
  @Query(() => ConversationType, {
    nullable: true,
    description: 'One conversation; null when you see none.',
  })
  conversation(
    @Arg('id', () => ID, { description: 'Of the conversation.' }) id: string,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.byId('Conversation', uuidOf('Conversation', id));
  }

  @Query(() => ConversationConnection, {
    description: 'Conversations: the inbox. Newest message first unless asked otherwise.',
  })
  conversations(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => ConversationFilterInput, { nullable: true })
    filter: ConversationFilterInput | null,
    @Arg('orderBy', () => ConversationOrder, { defaultValue: 'LAST_MESSAGE_DESC' })
    orderBy: keyof typeof ConversationOrder,
    @Ctx() { reader }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return listConversations(
      reader,
      { ...page, filter, orderBy },
      conversationSelection(info, orderedBy[orderBy]),
    );
  }

  @Mutation(() => ConversationClosePayload, { description: 'Closes a conversation.' })
  conversationClose(
    @Arg('id', () => ID, { description: 'Of the conversation.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(closeConversation, { id }, key);
  }

  @Mutation(() => ConversationReopenPayload, { description: 'Opens a closed conversation again.' })
  conversationReopen(
    @Arg('id', () => ID, { description: 'Of the conversation.' }) id: string,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(reopenConversation, { id }, key);
  }

  @Mutation(() => ConversationAssignPayload, {
    description: 'Gives a conversation to a user who sees its channel, or to nobody.',
  })
  conversationAssign(
    @Arg('id', () => ID, { description: 'Of the conversation.' }) id: string,
    @Arg('input', () => ConversationAssignInput) input: ConversationAssignInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(assignConversation, { id, input }, key);
  }

  @Mutation(() => NoteAddPayload, {
    description: 'Adds an internal note, which customers never see and no metric counts.',
  })
  noteAdd(
    @Arg('conversationId', () => ID, { description: 'Of the conversation.' })
    conversationId: string,
    @Arg('input', () => NoteAddInput) input: NoteAddInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(addNote, { conversationId, input }, key);
  }

  @Mutation(() => TagAddPayload, {
    description: 'Tags a conversation or customer; a new name becomes a new tag of the workspace.',
  })
  tagAdd(
    @Arg('id', () => ID, { description: 'Of a conversation or a customer.' }) id: string,
    @Arg('input', () => TagInput) input: TagInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(addTag, { id, input }, key);
  }

  @Mutation(() => TagRemovePayload, { description: 'Takes a tag off a conversation or customer.' })
  tagRemove(
    @Arg('id', () => ID, { description: 'Of a conversation or a customer.' }) id: string,
    @Arg('input', () => TagInput) input: TagInput,
    @IdempotencyKey() key: string | null,
    @Ctx() ctx: RequestContext,
  ) {
    return ctx.run(removeTag, { id, input }, key);
  }

  @FieldResolver(() => MessageConnection, {
    description: 'Its messages, notes too, oldest first unless asked otherwise.',
  })
  messages(
    @Root() { id }: Conversation,
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('orderBy', () => MessageOrder, { defaultValue: 'SENT_ASC' }) orderBy: OrderName,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(messages, 'conversation_id', id, messageOrders[orderBy], page);
  }

  @FieldResolver(() => CanReply, {
    nullable: true,
    description:
      'Whether you can send something in it now; null when you don’t see its channel. A person can answer for longer than a machine on some platforms.',
  })
  canReply(@Root() { id }: Conversation, @Ctx() ctx: RequestContext) {
    return readReplyPermission(ctx, id);
  }

  @FieldResolver()
  linkedConversations(@Root() { id }: Conversation, @Ctx() { loaders }: RequestContext) {
    return loaders.linkedWith(id);
  }

  @FieldResolver()
  tags(@Root() { id }: Conversation, @Ctx() { loaders }: RequestContext) {
    return loaders.tagsOf('conversation', id);
  }
}
