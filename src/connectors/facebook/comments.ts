import type { InboundItem, MessageItem } from '../kit/item';
import { idIn } from '../meta/values';
import { actorOf, createdAt, isByPage, unnamed, verbOf, type Change } from './change';
import { enclosedIn } from './files';
import { postUnder } from './posts';

/** A comment under a post, or a reply to one. */
export function readComment(change: Change): InboundItem[] {
  const { value, entryTime: at } = change;
  const externalId = idIn(value, 'comment_id');
  if (!externalId) return [];
  const verb = verbOf(change);
  switch (verb) {
    case 'add':
      return [commentItem(change, externalId)];
    case 'edit':
      return typeof value.message === 'string'
        ? [{ ...commentItem(change, externalId), editedAt: at }]
        : [];
    case 'remove':
      return [{ type: 'deletion', externalId, deletedAt: at }];
    case 'hide':
    case 'unhide':
      return [{ type: 'hiding', externalId, hidden: verb === 'hide', at }];
    default:
      return [];
  }
}

/**
 * One conversation for each tree of comments. What the Page comments on a post itself belongs to the
 * conversation that a visitor began by the post, where it is one.
 */
export function commentItem(change: Change, externalId: string): MessageItem {
  const { value, entryTime } = change;
  const postId = idIn(value, 'post_id');
  const parent = idIn(value, 'parent_id');
  const isReply = parent !== null && !isSameObject(parent, postId);
  const isOurs = isByPage(change);
  const thread = isReply ? parent : isOurs && postId ? postId : externalId;
  const sentAt = createdAt(change);
  return {
    type: 'message',
    ...{ threadKey: thread, relatedTo: isReply ? [parent] : [], externalId },
    direction: isOurs ? 'OUTBOUND' : 'INBOUND',
    author: isOurs ? null : (actorOf(change) ?? unnamed),
    ...{ sentAt, body: typeof value.message === 'string' ? value.message : '' },
    ...{ replyTo: isReply ? parent : isOurs ? postId : null, visibility: 'PUBLIC' },
    post:
      postId === null ? null : postUnder(value, postId, sentAt < entryTime ? sentAt : entryTime),
    ...enclosedIn(value),
    ...{ platform: { object: 'comment' } },
    ...(!isReply && !isOurs && { conversationPlatform: { root: externalId } }),
  };
}

/** Ids of one object come with and without the Page's in front. */
function isSameObject(a: string, b: string | null): boolean {
  return b !== null && (a === b || a.endsWith(`_${b}`) || b.endsWith(`_${a}`));
}
