import { NO_BRAND, type Attribution } from './attribution';
import type { ReplyTrees } from './reply-trees';

/** The conversations of the tweets: one for each brand (or none) in each reply tree. */
export interface Conversations {
  count: number;
  /** By tweet: its conversation. */
  of: Uint32Array;
  /** By conversation: its earliest inbound tweet (the smallest id among equals), or -1. */
  opening: Int32Array;
}

/**
 * Groups tweets into conversations and finds the inbound tweet that each begins with.
 * @param seconds by tweet: when it was sent, in seconds since 1970.
 * @param writer by tweet: the brand that wrote it; NO_BRAND for an inbound tweet.
 */
export function groupConversations(
  { tree }: ReplyTrees,
  { brand }: Attribution,
  seconds: Uint32Array,
  writer: Int32Array,
): Conversations {
  const brands = brand.reduce((most, one) => Math.max(most, one), NO_BRAND) + 2;
  const numbers = new Map<number, number>();
  const of = new Uint32Array(tree.length);
  const opening = new Int32Array(tree.length).fill(-1);
  for (let at = 0; at < tree.length; at += 1) {
    const key = (tree[at] ?? at) * brands + (brand[at] ?? NO_BRAND) + 1;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    of[at] = number;
    if (writer[at] !== NO_BRAND) continue;
    const first = opening[number] ?? -1;
    // Tweets come in the order of their ids, so that the first of two at one time stays.
    if (first === -1 || (seconds[at] ?? 0) < (seconds[first] ?? 0)) opening[number] = at;
  }
  return { count: numbers.size, of, opening: opening.slice(0, numbers.size) };
}
