import { NO_BRAND } from './attribution';
import type { IdOrder } from './id-order';
import type { TweetColumns } from './tweet-columns';

/** Who wrote the tweets, and which brands they mention. */
export interface Writers {
  /** The brands' handles in alphabetical order, each as first spelled in an outbound row. */
  brands: string[];
  /** How many customers wrote inbound tweets. */
  customers: number;
  /** By tweet: the brand that wrote it, or NO_BRAND for an inbound tweet. */
  brand: Int32Array;
  /** By tweet: the first brand that an inbound text mentions, or NO_BRAND. */
  mentioned: Int32Array;
  /** By tweet: the handle of its customer as first spelled in an inbound row, or -1. */
  customer: Int32Array;
}

/** By handle, folded: its first spelling among the rows of one direction, or -1. */
function firstSpellings(
  { authors, outbound, handles }: TweetColumns,
  { tweetOf }: IdOrder,
  folded: Uint32Array,
  direction: 0 | 1,
): Int32Array {
  const first = new Int32Array(handles.size).fill(-1);
  tweetOf.forEach((tweet, row) => {
    const handle = folded[row] ?? 0;
    if (tweet === -1 || outbound[row] !== direction || first[handle] !== -1) return;
    first[handle] = authors[row] ?? 0;
  });
  return first;
}

function firstMention(columns: TweetColumns, row: number, brandOf: Int32Array): number {
  const end = columns.mentionEnds[row] ?? 0;
  for (let at = row === 0 ? 0 : (columns.mentionEnds[row - 1] ?? 0); at < end; at += 1) {
    const brand = brandOf[columns.mentions[at] ?? 0] ?? NO_BRAND;
    if (brand !== NO_BRAND) return brand;
  }
  return NO_BRAND;
}

/** Tells brands from customers: a brand is an author of outbound rows, whatever its spelling. */
export function identifyWriters(columns: TweetColumns, order: IdOrder): Writers {
  const { handles, outbound } = columns;
  const folded = columns.authors.subarray(0, columns.count).map((author) => handles.fold(author));
  const brandSpellings = firstSpellings(columns, order, folded, 1);
  const customerSpellings = firstSpellings(columns, order, folded, 0);

  const brandHandles = [...brandSpellings.keys()]
    .filter((handle) => brandSpellings[handle] !== -1)
    .sort((a, b) => (handles.spelling(a) < handles.spelling(b) ? -1 : 1));
  const brandOf = new Int32Array(handles.size).fill(NO_BRAND);
  brandHandles.forEach((handle, brand) => {
    brandOf[handle] = brand;
  });

  const brand = new Int32Array(order.ids.length).fill(NO_BRAND);
  const mentioned = new Int32Array(order.ids.length).fill(NO_BRAND);
  const customer = new Int32Array(order.ids.length).fill(-1);
  order.rowOf.forEach((row, tweet) => {
    const handle = folded[row] ?? 0;
    if (outbound[row] === 1) {
      brand[tweet] = brandOf[handle] ?? NO_BRAND;
    } else {
      mentioned[tweet] = firstMention(columns, row, brandOf);
      customer[tweet] = customerSpellings[handle] ?? -1;
    }
  });
  return {
    brands: brandHandles.map((handle) => handles.spelling(brandSpellings[handle] ?? 0)),
    customers: customerSpellings.reduce((count, spelling) => count + (spelling === -1 ? 0 : 1), 0),
    brand,
    mentioned,
    customer,
  };
}
