import type { InboundItem, MessageItem } from '../kit/item';
import { idIn, textIn, type Values } from '../meta/values';
import { actorOf, createdAt, unnamed, verbOf, type Change } from './change';
import { readComment } from './comments';
import { readReaction } from './reactions';

/**
 * Reviews of the Page. A review has the id of its story; what is about it names it by that id with
 * its author's in front, which the review itself does not tell.
 */
export function readRating(change: Change): InboundItem[] {
  const item = textIn(change.value, 'item') ?? '';
  const story = storyOf(change.value);
  if (story === null) return [];
  if (item === 'rating' || item === 'recommendation') return readReview(change, story);
  const value = { ...change.value, post_id: story };
  if (item === 'comment') {
    const parent = idIn(change.value, 'parent_id');
    const isTop = parent === null || storyOf({ post_id: parent }) === story;
    return readComment({ ...change, value: { ...value, ...(isTop && { parent_id: story }) } });
  }
  return item === 'reaction' || item === 'like' ? readReaction({ ...change, value }) : [];
}

function storyOf(value: Values): string | null {
  const post = idIn(value, 'post_id');
  return post === null ? idIn(value, 'open_graph_story_id') : post.slice(post.indexOf('_') + 1);
}

function readReview(change: Change, story: string): InboundItem[] {
  const { value, entryTime: at } = change;
  const party = actorOf(change);
  const momentId = `review:${story}`;
  const verb = verbOf(change);
  if (verb === 'remove') {
    return [story, momentId].map((externalId) => ({ type: 'deletion', externalId, deletedAt: at }));
  }
  if (verb !== 'add' && verb !== 'edit') return [];
  const body = textIn(value, 'review_text') ?? '';
  const sentAt = createdAt(change);
  const verdict = textIn(value, 'recommendation_type');
  const properties = {
    ...(value.rating !== undefined && { rating: value.rating }),
    ...(verdict && { recommendation: verdict.toUpperCase() }),
    ...(body !== '' && { text: body }),
  };
  const message: MessageItem = {
    type: 'message',
    ...{ threadKey: story, externalId: story, direction: 'INBOUND', author: party ?? unnamed },
    ...{ sentAt, body, visibility: 'PUBLIC', content: { review: properties } },
    ...(verb === 'edit' && { editedAt: at }),
    post: { externalId: story, publishedAt: sentAt, authorName: party?.displayName ?? null },
    ...{ platform: { object: 'review' }, conversationPlatform: { root: story } },
  };
  if (!party) return [message];
  const touchpoint = 'review';
  const moment = { party, touchpoint, externalId: momentId, occurredAt: sentAt, properties };
  return [message, { type: 'touchpoint', ...moment }];
}
