import { z } from 'zod';
import type { Notification, OwnRecord } from './lexicon';

/** How far a source has read, and the records that it watches for edits and deletions. */

/** A record that is watched. */
const watched = z.object({
  uri: z.string(),
  cid: z.string(),
  /** Its place in the network's list, in milliseconds. */
  at: z.number(),
});
export type Watched = z.infer<typeof watched>;

const shape = z.object({
  /** Nothing before this is read, in milliseconds. */
  since: z.number(),
  /** The newest notification that was delivered, in milliseconds; null before the first pass. */
  through: z.number().nullable(),
  /** Of a pass that was too long for one go: where it goes on, and what it began with. */
  rest: z.object({ page: z.string(), through: z.number() }).nullable(),
  /** Newest first. */
  watched: z.array(watched),
  own: z.object({
    revision: z.string().nullable(),
    /** Newest first. */
    posts: z.array(z.object({ uri: z.string(), cid: z.string() })),
  }),
});
export type Progress = z.infer<typeof shape>;

/** How many records are watched. */
export const WINDOW = 500;
export const OWN_WINDOW = 200;

/** Where to go on; a new channel begins so many days back. */
export function readProgress(cursor: unknown, since: Date): Progress {
  const known = shape.safeParse(cursor);
  if (known.success) return known.data;
  return {
    since: since.getTime(),
    through: null,
    rest: null,
    watched: [],
    own: { revision: null, posts: [] },
  };
}

export function watchedOf({ uri, cid, indexedAt }: Notification): Watched {
  return { uri, cid, at: Date.parse(indexedAt) };
}

/** With more records, the oldest dropped where they are too many. */
export function watchMore(before: readonly Watched[], more: readonly Watched[]): Watched[] {
  const all = new Map([...before, ...more].map((it) => [it.uri, it]));
  return [...all.values()].sort((a, b) => b.at - a.at).slice(0, WINDOW);
}

export interface ListNews {
  fresh: Notification[];
  /** Known, but with other content. */
  edited: Notification[];
}

/** What a stretch of the list says that is not known yet. */
export function newsIn(stretch: readonly Notification[], progress: Progress): ListNews {
  const known = new Map(progress.watched.map(({ uri, cid }) => [uri, cid]));
  const news: ListNews = { fresh: [], edited: [] };
  for (const it of stretch) {
    const cid = known.get(it.uri);
    if (cid !== undefined) {
      if (cid !== it.cid) news.edited.push(it);
    } else if (Date.parse(it.indexedAt) >= progress.since) {
      news.fresh.push(it);
    }
  }
  return news;
}

/**
 * The watched records that a stretch from the newest down should show, and does not.
 * @param isAll whether there is nothing older
 */
export function missingFrom(
  stretch: readonly Notification[],
  isAll: boolean,
  { watched }: Progress,
): Watched[] {
  const oldest = isAll ? -Infinity : Date.parse(stretch.at(-1)?.indexedAt ?? '');
  const shown = new Set(stretch.map(({ uri }) => uri));
  return watched.filter(({ uri, at }) => at > oldest && !shown.has(uri));
}

export interface OwnNews {
  /** New, or with other content: the newest first. */
  changed: OwnRecord[];
  gone: string[];
}

/**
 * What is different among the company's own posts.
 * @param records from the newest down
 * @param isAll whether there are no older ones
 */
export function ownNewsIn(
  records: readonly OwnRecord[],
  isAll: boolean,
  posts: Progress['own']['posts'],
): OwnNews {
  const known = new Map(posts.map(({ uri, cid }) => [uri, cid]));
  const shown = new Set(records.map(({ uri }) => uri));
  const oldest = isAll ? '' : (records.at(-1)?.uri ?? '');
  return {
    changed: records.filter(({ uri, cid }) => known.get(uri) !== cid),
    gone: posts.map(({ uri }) => uri).filter((uri) => uri >= oldest && !shown.has(uri)),
  };
}
