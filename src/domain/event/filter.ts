import type { StoredEvent } from '../../events/log';
import { checkAlternatives } from '../kit/filter';
import { uuidOf, type IdKind } from '../kit/ids';
import { NIL_UUID } from '../kit/input';

/** What events are picked by; see the GraphQL type EventFilter. All that is given must hold. */
export interface EventFilter {
  channelIds?: string[] | null;
  conversationIds?: string[] | null;
  customerIds?: string[] | null;
  directions?: string[] | null;
}

/** Turns a filter into its check; an empty list picks nothing. */
export function compileEventFilter(
  filter: EventFilter | null | undefined,
): (event: StoredEvent) => boolean {
  const channels = idSet(filter, 'channelIds', 'Channel');
  const conversations = idSet(filter, 'conversationIds', 'Conversation');
  const customers = idSet(filter, 'customerIds', 'Customer');
  const directions = filter?.directions ? new Set<unknown>(filter.directions) : null;
  return ({ channelId, conversationId, customerId, data }) =>
    isIn(channels, channelId) &&
    isIn(conversations, conversationId) &&
    isIn(customers, customerId) &&
    (directions === null || directions.has(data.direction));
}

/** The one conversation or customer that a filter leaves, by whose index the log is read then. */
export function scopeOf(filter: EventFilter | null | undefined) {
  const conversationId = onlyOne('Conversation', filter?.conversationIds);
  if (conversationId !== undefined) return { conversationId };
  const customerId = onlyOne('Customer', filter?.customerIds);
  return customerId === undefined ? {} : { customerId };
}

function onlyOne(kind: IdKind, ids: readonly string[] | null | undefined): string | undefined {
  return ids?.length === 1 ? (uuidOf(kind, ids[0]!) ?? NIL_UUID) : undefined;
}

function idSet(
  filter: EventFilter | null | undefined,
  field: 'channelIds' | 'conversationIds' | 'customerIds',
  kind: IdKind,
): ReadonlySet<string> | null {
  const ids = filter?.[field];
  if (!ids) return null;
  return new Set(checkAlternatives(ids, ['filter', field]).map((id) => uuidOf(kind, id) ?? ''));
}

function isIn(ids: ReadonlySet<string> | null, id: string | null): boolean {
  return ids === null || (id !== null && ids.has(id));
}
