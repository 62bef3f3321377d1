import { NO_BRAND } from './attribution';
import { ImportFileError } from './import-file-error';
import type { TwcsPlan } from './plan';
import { readTwcsRows, type OnReadProgress } from './reader';
import { PARENT_OUTSIDE } from './reply-trees';
import type { TwcsRow } from './row';

/** One tweet, with everything that is needed to write it. */
export interface TwcsItem {
  /** The line of the file at which its record begins. */
  line: number;
  /** The tweet's id, in decimal. */
  externalId: string;
  /** The tweet's id as a number: positive, 63 bits. */
  orderKey: bigint;
  direction: 'INBOUND' | 'OUTBOUND';
  /** The customer's author_id for an inbound tweet, the brand's handle for an outbound one. */
  authorId: string;
  /** The brand's handle, spelled as in the plan's channels; null when no rule gives one. */
  channel: string | null;
  /** The smallest tweet id of its reply tree; a conversation is a pair of (channel, threadKey). */
  threadKey: string;
  /** Who wrote the earliest inbound tweet of the conversation; null when it has none. */
  customerAuthorId: string | null;
  /**
   * The tweet it replies to, with that tweet's channel, which can be another one. A tweet outside
   * the file is taken to be on the same channel. Null also for a reply that closes a circle.
   */
  replyTo: { externalId: string; channel: string | null } | null;
  /** When it was sent, in whole seconds. */
  sentAt: Date;
  text: string;
}

function toItem(row: TwcsRow, tweet: number, { channels, tweets }: TwcsPlan): TwcsItem {
  const customerOf = (at: number) => tweets.handles[tweets.customer[at] ?? -1] ?? null;
  const channelOf = (at: number) => channels[tweets.brand[at] ?? NO_BRAND] ?? null;
  const channel = channelOf(tweet);
  const parent = tweets.parent[tweet] ?? PARENT_OUTSIDE;
  const opening = tweets.opening[tweets.conversation[tweet] ?? 0] ?? -1;
  const replies = row.inReplyTo !== null && (parent >= 0 || parent === PARENT_OUTSIDE);
  return {
    line: row.line,
    externalId: row.tweetId.toString(),
    orderKey: row.tweetId,
    direction: row.inbound ? 'INBOUND' : 'OUTBOUND',
    authorId: customerOf(tweet) ?? channel ?? row.authorId,
    channel,
    threadKey: (tweets.ids[tweets.tree[tweet] ?? tweet] ?? row.tweetId).toString(),
    customerAuthorId: customerOf(opening),
    replyTo: replies
      ? {
          externalId: (row.inReplyTo ?? 0n).toString(),
          channel: parent >= 0 ? channelOf(parent) : channel,
        }
      : null,
    sentAt: new Date(row.sentAt),
    text: row.text,
  };
}

/**
 * The second pass: reads the file again and hands out its tweets in the order of the file.
 * Rows that the plan rejects are left out.
 * @throws ImportFileError when the file is no longer the one that was planned.
 */
export async function* twcsItems(
  path: string,
  plan: TwcsPlan,
  onProgress?: OnReadProgress,
): AsyncGenerator<TwcsItem> {
  const { tweetOf, ids } = plan.tweets;
  let rowsSeen = 0;
  for await (const row of readTwcsRows(path, onProgress)) {
    if (row.rejected === true) continue;
    const tweet = tweetOf[rowsSeen];
    rowsSeen += 1;
    if (tweet === undefined || (tweet !== -1 && ids[tweet] !== row.tweetId)) {
      throw new ImportFileError(row.line, 'the file was changed while it was being imported');
    }
    if (tweet !== -1) yield toItem(row, tweet, plan);
  }
  if (rowsSeen !== tweetOf.length) {
    throw new ImportFileError(null, 'the file was changed while it was being imported');
  }
}
