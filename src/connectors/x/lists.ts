import { isDeepStrictEqual } from 'node:util';
import type { XApi, XCall } from './api';
import { fieldsOf, idOf, listOf, textOf, type Fields } from './fields';
import { orderOfId } from './ids';
import { readTo, type ListPlace } from './progress';
import { mailFields, postFields } from './queries';

/** One list at X that is read again and again, the newest first. */
export interface List {
  /** Names it in the progress, and in what is delivered. */
  name: string;
  /** A page of what is newer than `since` and older than `below`. */
  read(api: XApi, since: string, below: string | null): Promise<Page>;
}

export interface Page {
  /** The newest first, each with what else it names. */
  entries: { id: string; body: Fields }[];
  isLast: boolean;
}

const MOST = 100;

/** Posts of an address that takes `since_id` and `until_id`. */
export function postList(
  name: string,
  call: Pick<XCall, 'path' | 'bucket'> & { query?: Record<string, string> },
  oldest: () => string,
): List {
  return {
    name,
    async read(api, since, below) {
      const answer = await api.call({
        ...call,
        query: {
          ...postFields,
          ...call.query,
          max_results: MOST,
          since_id: later(since, oldest()),
          until_id: below ?? undefined,
        },
      });
      const entries = entriesOf(answer);
      return { entries, isLast: entries.length === 0 || nextOf(answer) === null };
    },
  };
}

/** Direct messages, of which X gives those of 30 days and nothing to begin at but pages. */
export function mailList(name: string): List {
  let page: string | null = null;
  return {
    name,
    async read(api, since, below) {
      if (below === null) page = null;
      const answer: Fields = await api.call({
        ...{ path: '/2/dm_events', bucket: 'dm-read' },
        query: { ...mailFields, max_results: MOST, pagination_token: page ?? undefined },
      });
      page = nextOf(answer);
      const all = entriesOf(answer);
      const isWithin = ({ id }: { id: string }) =>
        orderOfId(id) > orderOfId(since) && (below === null || orderOfId(id) < orderOfId(below));
      const reached = all.some(({ id }) => orderOfId(id) <= orderOfId(since));
      return { entries: all.filter(isWithin), isLast: reached || page === null };
    },
  };
}

function nextOf(answer: Fields): string | null {
  return textOf(fieldsOf(answer.meta)?.next_token);
}

/** The later of two ids, where X refuses to look further back than the second. */
function later(since: string, oldest: string): string {
  return orderOfId(since) > orderOfId(oldest) ? since : oldest;
}

function entriesOf({ data, includes }: Fields): Page['entries'] {
  return listOf(data).flatMap((one) => {
    const id = idOf(one, 'id');
    return id === null ? [] : [{ id, body: { data: one, includes: beside(one, includes) } }];
  });
}

/** Of what a page names beside its entries, what an entry names. */
function beside(entry: Fields, includes: unknown): Fields {
  const named = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') named.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(entry);
  const around = fieldsOf(includes) ?? {};
  const of = (key: string, name: string) => {
    const found = listOf(around[key]).filter((one) => named.has(String(one[name])));
    return found.length > 0 ? { [key]: found } : {};
  };
  const posts = { ...of('posts', 'id'), ...of('tweets', 'id') };
  // who wrote what is answered or quoted
  collect(
    Object.values(posts)
      .flat()
      .map((one) => [one.author_id]),
  );
  const others = { ...of('media', 'media_key'), ...of('places', 'id'), ...of('polls', 'id') };
  return { ...of('users', 'id'), ...posts, ...others };
}

/**
 * Brings everything of a list that is new. Pages are brought as they come, but the list counts as read
 * only when the last has come: what is interrupted goes on below where it was.
 * @param known null for a list that was never read.
 * @param beginning the id after which that is read.
 */
export async function readList(
  list: List,
  api: XApi,
  { known, beginning }: { known: ListPlace | null; beginning: string },
  deliver: (entries: Page['entries'], place: ListPlace) => Promise<void>,
): Promise<void> {
  let place = known ?? readTo(beginning);
  let isKept = known !== null;
  for (let isOver = false; !isOver; isKept = true) {
    const { since, below, newest } = place;
    const { entries, isLast } = await list.read(api, since, below);
    const first = newest ?? entries[0]?.id ?? null;
    const last = entries.at(-1)?.id ?? below;
    const reached = isLast ? readTo(first ?? since) : { since, below: last, newest: first };
    if (entries.length > 0 || !isKept || !isDeepStrictEqual(reached, place)) {
      await deliver(entries, reached);
    }
    place = reached;
    isOver = isLast;
  }
}
