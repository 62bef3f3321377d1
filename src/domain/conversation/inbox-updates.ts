import type { Notice } from '../../events/hub/live-operation';
import type { StoredEvent } from '../../events/log';
import type { ConversationChange } from '../../events/registry';
import { sql } from '../../db/sql';
import { eventSource, type EventSource } from '../event/event-source';
import { visibleEvents } from '../event/visible-events';
import type { RequestContext } from '../kit/request-context';
import type { LiveField } from '../live/live-field';
import { conversationConditions, type ConversationFilter } from './filter';
import { compileFactsMatcher, partsOf, type FactsMatcher, type Lookups } from './match-facts';

/** What the GraphQL type InboxUpdate is resolved from. */
export interface InboxUpdate {
  kind: 'ENTERED' | 'CHANGED' | 'LEFT' | Notice;
  position: number;
  conversationId: string | null;
  event: EventSource | null;
}

/**
 * A live list of conversations. Events tell the facts that filters look at, as they were before and
 * as they are after; so whether a conversation enters, changes or leaves the list is told from the
 * event alone, whoever has seen what before, and in a replay as it was when it happened.
 */
export const inboxUpdates: LiveField = {
  source: 'LOG',
  plan(args, { reader }) {
    const filter = args.filter as ConversationFilter | null | undefined;
    // for its checks
    conversationConditions(filter, reader.workspaceId);
    const matcher = compileFactsMatcher(filter);
    const asked = lookupsIn(filter);
    return Promise.resolve({
      scope: {},
      after: (args.after as number | null | undefined) ?? null,
      // what becomes of a conversation depends on the filter
      onlyChooses: false,
      async select(events, context) {
        const wanted = events.filter(isChange);
        const visible = await visibleEvents(wanted, context);
        const shown = wanted.filter((_, index) => visible[index]);
        const lookups = await lookUp(asked, shown, context);
        const updates = new Map(shown.map((event) => [event, updateOf(event, matcher, lookups)]));
        return events.map((event) => updates.get(event as ChangeEvent) ?? null);
      },
      notice: (kind, position): InboxUpdate => {
        return { kind, position, conversationId: null, event: null };
      },
    });
  },
};

type ChangeEvent = StoredEvent & { conversationId: string; data: ConversationChange };

function isChange(event: StoredEvent): event is ChangeEvent {
  return event.conversationId !== null && 'conversation' in event.data;
}

/**
 * Text is looked up as it is now. How it was before an event that changes text is not known, but that
 * a message more never makes a conversation harder to find.
 */
function updateOf(
  event: ChangeEvent,
  matcher: FactsMatcher,
  { hasName, isFound }: EventLookups,
): InboxUpdate | null {
  const { conversation, was } = event.data;
  const { position, conversationId, type } = event;
  const now = (words: string) => isFound(conversationId, words);
  const before = (words: string) => {
    if (!type.startsWith('message.')) return now(words);
    return type === 'message.added' && !now(words) ? false : null;
  };
  const matches = matcher(conversation, { hasName, isFound: now });
  const matched =
    was !== null && matcher({ ...conversation, ...was }, { hasName, isFound: before });
  if (!matches && matched === false) return null;
  const kind = matches ? (matched ? 'CHANGED' : 'ENTERED') : 'LEFT';
  return { kind, position, conversationId, event: eventSource(event) };
}

/** What a filter asks that facts don't tell. */
interface Asked {
  tags: boolean;
  words: readonly string[];
}

function lookupsIn(filter: ConversationFilter | null | undefined): Asked {
  const parts = partsOf(filter);
  const words = parts.flatMap(({ search }) => (search == null ? [] : [search.trim()]));
  return { tags: parts.some(({ tags }) => tags != null), words: [...new Set(words)] };
}

interface EventLookups {
  hasName: Lookups['hasName'];
  isFound: (conversationId: string, words: string) => boolean;
}

async function lookUp(
  asked: Asked,
  events: readonly ChangeEvent[],
  context: RequestContext,
): Promise<EventLookups> {
  const tagIds = asked.tags ? events.flatMap(({ data }) => tagIdsIn(data)) : [];
  const tags = await Promise.all([...new Set(tagIds)].map((id) => context.loaders.byId('Tag', id)));
  const names = new Map(tags.flatMap((tag) => (tag ? [[tag.id, tag.nameKey] as const] : [])));
  const ids = [...new Set(events.map(({ conversationId }) => conversationId))];
  const found = new Map<string, ReadonlySet<string>>();
  for (const words of asked.words) found.set(words, await searchAmong(context, ids, words));
  return {
    hasName: (id, wanted) => wanted.has(names.get(id) ?? ''),
    isFound: (id, words) => found.get(words)!.has(id),
  };
}

function tagIdsIn({ conversation, was }: ConversationChange): string[] {
  return [...conversation.tagIds, ...(was?.tagIds ?? [])];
}

async function searchAmong(
  { reader }: RequestContext,
  ids: readonly string[],
  words: string,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await reader.rows(sql`select search_among(${ids}::uuid[], ${words})`);
  return new Set(rows.map(([id]) => id as string));
}
