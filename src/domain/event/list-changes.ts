import {
  readHead,
  readLog,
  type LogBounds,
  type LogPage,
  type StoredEvent,
} from '../../events/log';
import { BadArgument, ResyncRequired } from '../kit/errors';
import type { RequestContext } from '../kit/request-context';
import { eventSource, type EventSource } from './event-source';
import { checkEventTypes } from './event-types';
import { compileEventFilter, scopeOf, type EventFilter } from './filter';
import { visibleEvents } from './visible-events';

/** Most events of a page, and of one read. */
export const LARGEST_CHANGES = 500;

/** Most events that one call reads, to find those that are asked for and may be seen. */
const MOST_READ = 5_000;

/** Most positions that one call goes on by, however few of the types it finds on the way. */
const FARTHEST = 10_000;

export interface ChangesArgs {
  /** Null: from the oldest event that there is. */
  after?: number | null;
  first: number;
  types?: string[] | null;
  filter?: EventFilter | null;
}

/** A page of the log for callers that ask instead of being told. */
export interface Changes {
  events: EventSource[];
  /** Everything up to here has been looked at: ask for what comes after it. */
  position: number;
  head: number;
  hasMore: boolean;
}

/**
 * Reads what happened after a position. A page may be short, or empty, because types, filter and
 * rights leave out events; its `position` goes on all the same.
 * @throws BadArgument for arguments that can't be used, ResyncRequired past retention.
 */
export async function listChanges(context: RequestContext, args: ChangesArgs): Promise<Changes> {
  const { first } = args;
  if (first < 1 || first > LARGEST_CHANGES) {
    throw new BadArgument(['first'], `must be 1 to ${LARGEST_CHANGES}`);
  }
  const selection = compileSelection(args);
  const bounds = await context.reader.with(readHead);
  const after = args.after ?? bounds.oldest - 1;
  checkPlace(after, bounds);
  const found = await collect(context, selection, { after, first, head: bounds.head });
  // retention may have removed events while they were read
  checkPlace(after, await context.reader.with(readHead));
  return found;
}

/** What to read from the log, and what to pick of it. */
interface Selection {
  narrowed: Partial<LogPage>;
  isWanted: (event: StoredEvent) => boolean;
  /** Whether the log is read by one conversation or customer, without what lies between. */
  isScoped: boolean;
}

function compileSelection({ types: names, filter }: ChangesArgs): Selection {
  const types = checkEventTypes(names);
  const fits = compileEventFilter(filter);
  const scope = scopeOf(filter);
  const isScoped = Object.keys(scope).length > 0;
  const isWanted = (event: StoredEvent) => (!types || types.has(event.type)) && fits(event);
  return { narrowed: isScoped ? scope : { types: types && [...types] }, isWanted, isScoped };
}

async function collect(
  context: RequestContext,
  { narrowed, isWanted, isScoped }: Selection,
  { after, first, head }: { after: number; first: number; head: number },
): Promise<Changes> {
  const upTo = isScoped ? head : Math.min(head, after + FARTHEST);
  const limit = LARGEST_CHANGES;
  const found: EventSource[] = [];
  let position = after;
  for (let read = 0; position < upTo && found.length < first && read < MOST_READ; read += limit) {
    const page = { after: position, upTo, limit, ...narrowed };
    const events = await context.reader.with((session, id) => readLog(session, id, page));
    const wanted = events.filter(isWanted);
    const visible = await visibleEvents(wanted, context);
    const shown = wanted.filter((_, index) => visible[index]);
    const taken = shown.slice(0, first - found.length);
    found.push(...taken.map(eventSource));
    if (taken.length < shown.length) position = taken.at(-1)!.position;
    else position = events.length < limit ? upTo : events.at(-1)!.position;
  }
  return { events: found, position, head, hasMore: position < head };
}

function checkPlace(after: number, { head, oldest }: LogBounds): void {
  if (after > head) {
    throw new BadArgument(['after'], `is ${after}, but the log ends at ${head} so far`);
  }
  if (after + 1 < oldest) throw new ResyncRequired(oldest, head);
}
