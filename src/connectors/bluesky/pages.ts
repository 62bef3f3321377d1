import type { Notification } from './lexicon';
import { readNotifications } from './network';
import type { Session } from './session';

export interface Stretch {
  /** Newest first. */
  notifications: Notification[];
  /** Where it goes on, if it was too long for one go. */
  next: string | null;
  /** Whether there is nothing older. */
  isAll: boolean;
}

/** Most pages in one go. */
const MOST_PAGES = 50;

/**
 * Reads the list from a page down to a moment; the page in which that is comes whole.
 * @param from null: from the newest
 * @param until milliseconds
 */
export async function readStretch(
  session: Session,
  from: string | null,
  until: number,
): Promise<Stretch> {
  const found = new Map<string, Notification>();
  let cursor = from;
  for (let count = 0; count < MOST_PAGES; count++) {
    const before = found.size;
    const page = await readNotifications(session, cursor);
    for (const it of page.notifications) found.set(`${it.reason} ${it.uri}`, it);
    const oldest = page.notifications.at(-1);
    const isEnd = page.cursor === null || !oldest || Date.parse(oldest.indexedAt) < until;
    if (isEnd) {
      return { notifications: [...found.values()], next: null, isAll: page.cursor === null };
    }
    cursor = found.size > before ? justBefore(page.cursor!) : page.cursor;
  }
  return { notifications: [...found.values()], next: cursor, isAll: false };
}

/**
 * Pages end at a moment, and what shares it with the last of a page is on no page at all: so each
 * page begins a millisecond before the last one ended.
 */
function justBefore(cursor: string): string {
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(cursor) ? Date.parse(cursor) : NaN;
  return Number.isNaN(time) ? cursor : new Date(time + 1).toISOString();
}
