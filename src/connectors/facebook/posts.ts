import type { InboundItem, InboundPost, MessageItem } from '../kit/item';
import { idIn, textIn, valuesIn, type Values } from '../meta/values';
import { actorOf, createdAt, isByPage, unnamed, verbOf, type Change } from './change';
import { enclosedIn, filesOf } from './files';

/** A post as far as something that hangs from it tells of it. */
export function postUnder(value: Values, externalId: string, publishedAt: Date): InboundPost {
  const url = textIn(valuesIn(value, 'post'), 'permalink_url');
  return { externalId, publishedAt, ...(url && { url }) };
}

/**
 * A post on the Page. Of somebody else it is an utterance too, which waits for an answer: the post
 * and the first message of its conversation have the same id.
 */
export function readPost(change: Change): InboundItem[] {
  const externalId = idIn(change.value, 'post_id');
  if (!externalId) return [];
  const { entryTime: at, value } = change;
  const body = typeof value.message === 'string' ? value.message : null;
  switch (verbOf(change)) {
    case 'add':
      return [...published(change, externalId, body ?? '', null)];
    case 'edit':
      if (body === null) return published(change, externalId, null, null);
      return [
        ...published(change, externalId, null, body),
        { type: 'edit', externalId, body, editedAt: at },
      ];
    case 'remove':
      return [{ type: 'deletion', externalId, deletedAt: at }];
    case 'hide':
    case 'unhide':
      return [{ type: 'hiding', externalId, hidden: verbOf(change) === 'hide', at }];
    default:
      return [];
  }
}

/** @param first what it said at first, null where that is not known. */
function published(
  change: Change,
  externalId: string,
  first: string | null,
  edited: string | null,
): InboundItem[] {
  const { value, entryTime } = change;
  const actor = actorOf(change);
  const post: InboundPost = {
    ...{ externalId, publishedAt: createdAt(change), body: first },
    url: textIn(value, 'permalink_url') ?? `https://www.facebook.com/${externalId}`,
    authorName: actor?.displayName ?? null,
    platform: platformOf(value),
  };
  if (isByPage(change) || actor === null) return [{ type: 'post', post }];
  const message: MessageItem = {
    type: 'message',
    ...{ threadKey: externalId, externalId, direction: 'INBOUND', author: actor ?? unnamed },
    ...{ sentAt: createdAt(change), body: edited ?? first ?? '', visibility: 'PUBLIC', post },
    ...(edited !== null && { editedAt: entryTime }),
    ...enclosedIn(value),
    ...{ platform: { object: 'post' }, conversationPlatform: { root: externalId } },
  };
  return [message];
}

function platformOf(value: Values): Record<string, unknown> {
  const [item, link] = [textIn(value, 'item'), textIn(value, 'link')];
  const files = filesOf(value).map(({ url }) => url);
  return {
    ...(item && { item }),
    ...(link && { link }),
    ...(files.length > 0 && { files }),
    ...(value.published !== undefined && { isPublished: Number(value.published) === 1 }),
  };
}
