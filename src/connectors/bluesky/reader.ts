import type { SourceContext } from '../kit/connector';
import { parseAtUri, postCollection } from './at-uri';
import { encodeDelivery, type Delivered } from './delivery';
import type { Notification, OwnRecord } from './lexicon';
import { isGone, readOwnPosts, readPosts, readRevision } from './network';
import { readStretch } from './pages';
import {
  missingFrom,
  newsIn,
  OWN_WINDOW,
  ownNewsIn,
  readProgress,
  watchedOf,
  watchMore,
  type Progress,
  type Watched,
} from './progress';
import { openSession, type Session } from './session';
import { Surroundings } from './surroundings';
import { timeOfTid } from './tid';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How much of what was read already is read again, for what comes into the list late. */
const OVERLAP = 2 * MINUTE;
/** The same now and then, for what comes very late. */
const LONG_OVERLAP = DAY;
const LONG_OVERLAP_EVERY = 30 * MINUTE;
/** How often some of the known posts are looked at again, and how many. */
const CHECK_EVERY = MINUTE;
const CHECKED_AT_ONCE = 50;
const DELIVERED_AT_ONCE = 50;
const MOST_OWN_PAGES = 10;

const talk = new Set(['mention', 'reply', 'quote']);

/** Reads what is new for one account. */
export class Reader {
  private readonly session: Session;
  private readonly surroundings: Surroundings;
  private progress: Progress;
  /** Records that lists leave out though they are there. */
  private readonly hidden = new Set<string>();
  private nextLongOverlap = performance.now() + LONG_OVERLAP_EVERY;
  private nextCheck = performance.now() + CHECK_EVERY;
  private checkedUpTo = 0;

  constructor(private readonly context: SourceContext) {
    const days = Number(context.channel.settings.historyDays ?? 0);
    const since = new Date(context.clock().getTime() - days * DAY);
    this.session = openSession(context);
    this.surroundings = new Surroundings(this.session, context.clock);
    this.progress = readProgress(context.cursor, since);
  }

  /** Brings everything that is new; tells whether there was anything. */
  async look(): Promise<boolean> {
    const news = [await this.readOwn(), await this.readList()];
    if (performance.now() >= this.nextCheck) {
      this.nextCheck = performance.now() + CHECK_EVERY;
      news.push(await this.checkOlder());
    }
    return news.includes(true);
  }

  /** The company's own posts, wherever they were made. */
  private async readOwn(): Promise<boolean> {
    const { since, own } = this.progress;
    const revision = await readRevision(this.session, this.company);
    if (revision === own.revision) return false;
    const { records, isAll } = await this.ownRecords();
    const { changed, gone } = ownNewsIn(records, isAll, own.posts);
    const known = new Set(own.posts.map(({ uri }) => uri));
    const fresh = changed.filter((it) => !known.has(it.uri) && timeOf(it) >= since).reverse();
    const chains = await this.surroundings.above(fresh.map(({ value }) => value));
    await this.deliver(
      [
        ...fresh.map((it, index): Delivered => {
          return { type: 'own', own: it, ancestors: chains[index]! };
        }),
        ...changed
          .filter(({ uri }) => known.has(uri))
          .map(({ uri, cid, value }) => this.edited(uri, cid, value)),
        ...gone.map((uri) => this.gone(uri)),
      ],
      {
        own: {
          revision,
          posts: records.slice(0, OWN_WINDOW).map(({ uri, cid }) => ({ uri, cid })),
        },
      },
    );
    return changed.length + gone.length > 0;
  }

  /** From the newest down to where nothing is new. */
  private async ownRecords(): Promise<{ records: OwnRecord[]; isAll: boolean }> {
    const { since, own } = this.progress;
    const known = new Map(own.posts.map(({ uri, cid }) => [uri, cid]));
    const records: OwnRecord[] = [];
    let cursor: string | null = null;
    for (let count = 0; count < MOST_OWN_PAGES; count++) {
      const page = await readOwnPosts(this.session, this.company, cursor);
      records.push(...page.records);
      cursor = page.cursor;
      if (cursor === null) return { records, isAll: true };
      const last = page.records.at(-1)!;
      if (known.get(last.uri) === last.cid || timeOf(last) < since) break;
    }
    return { records, isAll: false };
  }

  /** What others did to the company. */
  private async readList(): Promise<boolean> {
    const { since, through, rest } = this.progress;
    const isLong = performance.now() >= this.nextLongOverlap;
    if (isLong) {
      this.nextLongOverlap = performance.now() + LONG_OVERLAP_EVERY;
      this.hidden.clear();
    }
    const until = through === null ? since : through - (isLong ? LONG_OVERLAP : OVERLAP);
    const stretch = await readStretch(this.session, rest?.page ?? null, Math.max(since, until));
    const { notifications, next, isAll } = stretch;
    const { fresh, edited } = newsIn(notifications, this.progress);
    const newest = rest?.through ?? Math.max(through ?? 0, ...notifications.map(placeOf));

    for (const part of inParts(fresh.reverse(), DELIVERED_AT_ONCE)) {
      // not before the last part has come is nothing missing below, if some was left for later
      const isWhole = next === null && rest === null;
      const reached = Math.max(through ?? 0, ...part.map(placeOf));
      await this.deliver(await this.notified(part), {
        watched: watchMore(this.progress.watched, part.map(watchedOf)),
        ...(isWhole && { through: reached }),
      });
    }
    await this.deliver(
      edited.map(({ uri, cid, record }) => this.edited(uri, cid, record)),
      edited.length > 0 && { watched: watchMore(this.progress.watched, edited.map(watchedOf)) },
    );
    if (next !== null) {
      await this.deliver([], { rest: { page: next, through: newest } });
    } else if (rest !== null) {
      await this.deliver([], { rest: null, through: newest });
    } else if (through === null) {
      await this.deliver([], { through: newest });
    }
    const missing = rest === null ? missingFrom(notifications, isAll, this.progress) : [];
    const changed = await this.lookAgain(missing.filter(({ uri }) => !this.hidden.has(uri)));
    return fresh.length + edited.length > 0 || changed || next !== null;
  }

  /** Looks at posts again that the list does not show any more, some at a time. */
  private async checkOlder(): Promise<boolean> {
    const posts = this.progress.watched.filter(({ uri }) => isPost(uri));
    const start = this.checkedUpTo < posts.length ? this.checkedUpTo : 0;
    this.checkedUpTo = start + CHECKED_AT_ONCE;
    return this.lookAgain(posts.slice(start, this.checkedUpTo));
  }

  /** Finds out what has become of records: posts may be edited, and all of them gone. */
  private async lookAgain(list: readonly Watched[]): Promise<boolean> {
    const part = list.slice(0, CHECKED_AT_ONCE);
    const posts = part.map(({ uri }) => uri).filter(isPost);
    const views = await readPosts(this.session, posts);
    const edited = part.flatMap((it) => {
      const { cid, record } = views.get(it.uri) ?? {};
      return cid === undefined || cid === it.cid ? [] : [{ it: { ...it, cid }, record: record! }];
    });
    const gone: Watched[] = [];
    for (const it of part) {
      if (!views.has(it.uri) && (await isGone(this.session, it.uri))) gone.push(it);
      else this.hidden.add(it.uri);
    }
    if (edited.length + gone.length === 0) return false;
    const names = new Set(gone.map(({ uri }) => uri));
    const rest = this.progress.watched.filter(({ uri }) => !names.has(uri));
    await this.deliver(
      [
        ...edited.map(({ it, record }) => this.edited(it.uri, it.cid, record)),
        ...gone.map(({ uri }) => this.gone(uri)),
      ],
      {
        watched: watchMore(
          rest,
          edited.map(({ it }) => it),
        ),
      },
    );
    return true;
  }

  private async notified(part: readonly Notification[]): Promise<Delivered[]> {
    const talks = part.filter(({ reason }) => talk.has(reason));
    const chains = await this.surroundings.above(talks.map(({ record }) => record));
    const people = await this.surroundings.people(talks.map(({ author }) => author.did));
    return part.map((notification) => {
      const index = talks.indexOf(notification);
      return {
        ...{ type: 'notification', notification },
        profile: people.get(notification.author.did) ?? null,
        ancestors: index < 0 ? [] : chains[index]!,
      };
    });
  }

  private edited(uri: string, cid: string, record: Record<string, unknown>): Delivered {
    return { type: 'edited', uri, cid, record, seenAt: this.context.clock().toISOString() };
  }

  private gone(uri: string): Delivered {
    return { type: 'gone', uri, seenAt: this.context.clock().toISOString() };
  }

  /** Stores what was read, and how far that is, as one. */
  private async deliver(items: Delivered[], change: Partial<Progress> | false): Promise<void> {
    if (change === false) return;
    const progress = { ...this.progress, ...change };
    await this.context.deliver(items.map(encodeDelivery), progress);
    this.progress = progress;
  }

  private get company(): string {
    return this.context.channel.externalId;
  }
}

function placeOf({ indexedAt }: Notification): number {
  return Date.parse(indexedAt);
}

function timeOf({ uri }: OwnRecord): number {
  // names that hold no time are not made by the network's apps
  return timeOfTid(parseAtUri(uri)?.rkey ?? '')?.getTime() ?? Infinity;
}

function isPost(uri: string): boolean {
  return parseAtUri(uri)?.collection === postCollection;
}

function* inParts<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
