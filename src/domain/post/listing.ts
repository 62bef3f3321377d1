import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { sql } from '../../db/sql';
import { Post, PostRevision } from '../../entities';
import { onVisibleChannel } from '../channel/visible-channels';
import { checkAlternatives, within, type TimeRange } from '../kit/filter';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';

export const posts: Listing<Post> = { shape: RowShape.of(Post), table: 'post', alias: 'p' };

const order: Order<Read<Post>> = {
  name: 'pst-published-desc',
  descending: true,
  columns: [
    { sql: 'p.published_at', type: 'timestamptz', value: (post) => post.publishedAt },
    { sql: 'p.id', type: 'uuid', value: (post) => post.id },
  ],
};

/** What posts can be picked by. */
export interface PostFilter {
  channelIds?: string[] | null;
  publishedAt?: TimeRange | null;
}

/** A page of the posts that the actor sees, newest first. */
export function listPosts(
  reader: Reader,
  args: PageArgs & { filter?: PostFilter | null },
): Promise<Page<Read<Post>>> {
  const { channelIds, publishedAt } = args.filter ?? {};
  const path = ['filter', 'channelIds'];
  const uuids =
    channelIds &&
    checkAlternatives(channelIds, path).map((id) => uuidOf('Channel', id) ?? NIL_UUID);
  return readPage(reader, posts, checkPage(args, order), [
    ...onVisibleChannel(reader.actor, 'p.channel_id'),
    ...(uuids ? [sql`p.channel_id = any(${uuids}::uuid[])`] : []),
    ...within(sql`p.published_at`, publishedAt, ['filter', 'publishedAt']),
  ]);
}

export const postRevisions: Listing<PostRevision> = {
  shape: RowShape.of(PostRevision),
  table: 'post_revision',
  alias: 'r',
};

export const postRevisionOrder: Order<Read<PostRevision>> = {
  name: 'prv-occurred',
  descending: false,
  columns: [
    { sql: 'r.occurred_at', type: 'timestamptz', value: (revision) => revision.occurredAt },
    { sql: 'r.id', type: 'uuid', value: (revision) => revision.id },
  ],
};
