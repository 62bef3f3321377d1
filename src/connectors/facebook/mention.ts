import type { InboundItem, MessageItem } from '../kit/item';
import { idIn, textIn } from '../meta/values';
import { actorOf, createdAt, unnamed, verbOf, type Change } from './change';
import { commentItem } from './comments';
import { enclosedIn } from './files';
import { postUnder } from './posts';

/** Somebody named the Page, in a post or comment elsewhere. */
export function readMention(change: Change): InboundItem[] {
  const { value, entryTime: at } = change;
  const [postId, commentId] = [idIn(value, 'post_id'), idIn(value, 'comment_id')];
  const externalId = commentId ?? postId;
  if (externalId === null) return [];
  const verb = verbOf(change);
  if (verb === 'remove') return [{ type: 'deletion', externalId, deletedAt: at }];
  if (verb !== 'add' && verb !== 'edit') return [];
  const told = commentId === null ? postItem(change, externalId) : commentItem(change, commentId);
  const item: MessageItem = {
    ...told,
    content: { ...told.content, mention: true },
    ...(verb === 'edit' && { editedAt: at }),
  };
  return verb === 'edit' && textIn(value, 'message') === null ? [] : [item];
}

function postItem(change: Change, externalId: string): MessageItem {
  const { value, entryTime } = change;
  const sentAt = createdAt(change);
  const author = actorOf(change);
  const post = postUnder(value, externalId, sentAt < entryTime ? sentAt : entryTime);
  const body = textIn(value, 'message');
  return {
    type: 'message',
    ...{ threadKey: externalId, externalId, direction: 'INBOUND', author: author ?? unnamed },
    ...{ sentAt, body: body ?? '', visibility: 'PUBLIC', platform: { object: 'post' } },
    post: {
      ...post,
      ...(verbOf(change) === 'add' && body !== null && { body }),
      url: post.url ?? `https://www.facebook.com/${externalId}`,
      authorName: author?.displayName ?? null,
    },
    ...enclosedIn(value),
    conversationPlatform: { root: externalId },
  };
}
