import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { onVisibleChannel } from '../domain/channel/visible-channels';
import { conversationOrders, conversations } from '../domain/conversation/listing';
import type { RequestContext } from '../domain/kit/request-context';
import { listPosts, postRevisionOrder, postRevisions } from '../domain/post/listing';
import type { Post } from '../entities';
import { ConversationConnection } from '../schema/conversation';
import { PostConnection, PostFilterInput, PostRevisionConnection, PostType } from '../schema/post';
import { PagingArgs } from '../schema/shared/connection';

@Resolver(() => PostType)
export class PostResolver {
  @Query(() => PostConnection, {
    description: 'Public posts that comments hang from, newest first.',
  })
  posts(
    @Args(() => PagingArgs) page: PagingArgs,
    @Arg('filter', () => PostFilterInput, { nullable: true }) filter: PostFilterInput | null,
    @Ctx() { reader }: RequestContext,
  ) {
    return listPosts(reader, { ...page, filter });
  }

  @FieldResolver(() => PostRevisionConnection, {
    description: 'What it said before its edits and its deletion, oldest first.',
  })
  revisions(
    @Root() { id }: Post,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.pages.load(postRevisions, 'post_id', id, postRevisionOrder, page);
  }

  @FieldResolver(() => ConversationConnection, {
    description: 'The conversations that hang from it, newest message first.',
  })
  conversations(
    @Root() { id }: Post,
    @Args(() => PagingArgs) page: PagingArgs,
    @Ctx() { loaders, actor }: RequestContext,
  ) {
    const visible = onVisibleChannel(actor, 'c.channel_id');
    const order = conversationOrders.LAST_MESSAGE_DESC;
    return loaders.pages.load(conversations, 'post_id', id, order, page, visible);
  }
}
