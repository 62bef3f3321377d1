import type { InboundItem } from '../kit/item';
import { textIn } from '../meta/values';
import type { Change } from './change';
import { readComment } from './comments';
import { readPost } from './posts';
import { readReaction } from './reactions';

const posts: ReadonlySet<string> = new Set([
  ...['post', 'status', 'photo', 'video', 'share', 'link', 'album', 'event', 'note', 'reel'],
]);

/** What happens under the Page's posts, and which posts there are. */
export function readFeed(change: Change): InboundItem[] {
  const item = textIn(change.value, 'item') ?? '';
  if (item === 'comment') return readComment(change);
  if (item === 'reaction' || item === 'like') return readReaction(change);
  return posts.has(item) ? readPost(change) : [];
}
