import { attribute, NO_BRAND, RULE } from './attribution';
import { groupConversations } from './conversations';
import { findTweet, orderById, type IdOrder } from './id-order';
import { readTwcsRows, type OnReadProgress } from './reader';
import { growReplyTrees, NO_PARENT, PARENT_OUTSIDE } from './reply-trees';
import { TweetColumns } from './tweet-columns';
import { identifyWriters } from './writers';

/** Something to tell about a row of the file. */
export interface RowNote {
  /** The line at which the record begins. */
  line: number;
  /** What is the matter with it, in plain words. */
  reason: string;
}

/** How many notes of a kind a plan keeps with their words; a file may have a fault in every row. */
export const KEPT_NOTES = 1000;

/** What the second pass needs of the first; tweets are numbered in the order of their ids. */
export interface PlannedTweets {
  /** By row of the file that is sound in itself: its tweet, or -1 when an earlier row has its id. */
  tweetOf: Int32Array;
  ids: BigInt64Array;
  /** By tweet: the tweet it replies to, NO_PARENT or PARENT_OUTSIDE. */
  parent: Int32Array;
  /** By tweet: the tweet that names its reply tree. */
  tree: Int32Array;
  /** By tweet: the place of its brand in the plan's channels, or NO_BRAND. */
  brand: Int32Array;
  /** By tweet: its conversation. */
  conversation: Uint32Array;
  /** By conversation: its earliest inbound tweet, or -1. */
  opening: Int32Array;
  /** By tweet: the place of its customer's author_id in `handles`, or -1 for an outbound one. */
  customer: Int32Array;
  handles: readonly string[];
}

/** What an import of the file would write, and what it would leave out. */
export interface TwcsPlan {
  /** Rows that will be imported. */
  rows: number;
  inbound: number;
  outbound: number;
  /** The brands' handles, in alphabetical order. */
  channels: string[];
  /** Customers who wrote; handles that differ in case alone are one. */
  customers: number;
  /** Reply trees: what the archive's own figures call conversations. */
  trees: number;
  /** Pairs of (channel, reply tree), those without a channel included: what is written. */
  conversations: number;
  /** Inbound rows by the rule of `attribute` that gave them their channel; `none` have none. */
  attributedBy: Record<'answer' | 'parent' | 'mention' | 'ancestor' | 'soleBrand' | 'none', number>;
  /** How many rows are left out; `rejected` has the first KEPT_NOTES in the order of their lines. */
  rejectedCount: number;
  rejected: RowNote[];
  /** How many rows are imported as replies to none, because their reply closes a circle. */
  cutReplyCount: number;
  cutReplies: RowNote[];
  tweets: PlannedTweets;
}

interface Readings {
  columns: TweetColumns;
  rejectedCount: number;
  rejected: RowNote[];
}

async function readAll(path: string, onProgress?: OnReadProgress): Promise<Readings> {
  const readings: Readings = { columns: new TweetColumns(), rejectedCount: 0, rejected: [] };
  for await (const row of readTwcsRows(path, onProgress)) {
    if (row.rejected !== true) {
      readings.columns.add(row);
      continue;
    }
    readings.rejectedCount += 1;
    if (readings.rejected.length < KEPT_NOTES) {
      readings.rejected.push({ line: row.line, reason: row.reason });
    }
  }
  return readings;
}

function findParents({ parentIds }: TweetColumns, { ids, rowOf }: IdOrder): Int32Array {
  return Int32Array.from(rowOf, (row) => {
    const parentId = parentIds[row] ?? 0n;
    if (parentId === 0n) return NO_PARENT;
    const parent = findTweet(ids, parentId);
    return parent === -1 ? PARENT_OUTSIDE : parent;
  });
}

function byLine(notes: RowNote[]): RowNote[] {
  return notes.sort((a, b) => a.line - b.line).slice(0, KEPT_NOTES);
}

function noteDuplicates({ lines, ids }: TweetColumns, { duplicates }: IdOrder): RowNote[] {
  return duplicates.slice(0, KEPT_NOTES).map(({ row, first }) => ({
    line: lines[row] ?? 0,
    reason: `tweet_id ${ids[row] ?? 0n} is that of line ${lines[first] ?? 0} already`,
  }));
}

function noteCutReplies(cut: number[], { lines, parentIds }: TweetColumns, order: IdOrder) {
  const rows = Uint32Array.from(cut, (tweet) => order.rowOf[tweet] ?? 0).sort();
  return Array.from(rows.subarray(0, KEPT_NOTES), (row) => ({
    line: lines[row] ?? 0,
    reason: `its reply to ${parentIds[row] ?? 0n} closes a circle of replies, so it is taken to reply to none`,
  }));
}

function count(column: Iterable<number>, wanted: (value: number, at: number) => boolean): number {
  let found = 0;
  let at = 0;
  for (const value of column) {
    if (wanted(value, at)) found += 1;
    at += 1;
  }
  return found;
}

/**
 * The first pass: reads the whole file, checks it and works out where each row belongs.
 * Keeps about 100 bytes for each row and no text.
 * @throws ImportFileError when the file as a whole cannot be imported.
 */
export async function planTwcsImport(path: string, onProgress?: OnReadProgress): Promise<TwcsPlan> {
  const { columns, rejectedCount, rejected } = await readAll(path, onProgress);
  const order = orderById(columns.ids.subarray(0, columns.count));
  const { ids, rowOf, tweetOf, duplicates } = order;
  const seconds = Uint32Array.from(rowOf, (row) => columns.seconds[row] ?? 0);
  const trees = growReplyTrees(findParents(columns, order));
  const writers = identifyWriters(columns, order);
  const attribution = attribute({
    trees,
    seconds,
    writer: writers.brand,
    mentioned: writers.mentioned,
  });
  const conversations = groupConversations(trees, attribution, seconds, writers.brand);
  const by = (rule: number) => count(attribution.rule, (given) => given === rule);
  const inbound = count(writers.brand, (brand) => brand === NO_BRAND);
  return {
    rows: ids.length,
    inbound,
    outbound: ids.length - inbound,
    channels: writers.brands,
    customers: writers.customers,
    trees: count(trees.tree, (tree, at) => tree === at),
    conversations: conversations.count,
    attributedBy: {
      answer: by(RULE.answer),
      parent: by(RULE.parent),
      mention: by(RULE.mention),
      ancestor: by(RULE.ancestor),
      soleBrand: by(RULE.soleBrand),
      none: by(RULE.none),
    },
    rejectedCount: rejectedCount + duplicates.length,
    rejected: byLine([...rejected, ...noteDuplicates(columns, order)]),
    cutReplyCount: trees.cut.length,
    cutReplies: noteCutReplies(trees.cut, columns, order),
    tweets: {
      tweetOf,
      ids,
      parent: trees.parent,
      tree: trees.tree,
      brand: attribution.brand,
      conversation: conversations.of,
      opening: conversations.opening,
      customer: writers.customer,
      handles: columns.handles.spellings,
    },
  };
}
