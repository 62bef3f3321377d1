import { seesChannel, type Actor } from '../../auth/actor';
import type { StoredEvent } from '../../events/log';
import { subjectKinds, subjectWord } from '../../events/registry';
import type { RequestContext } from '../kit/request-context';

/** Whether an actor may hear of an event; of some only if it sees the customer. */
export type Visibility = 'YES' | 'NO' | 'BY_CUSTOMER';

/**
 * What an actor may hear of: events about what it has the permission to read, and, where it is
 * limited to some channels, those that happened there.
 */
export function eventVisibility(actor: Actor): (event: StoredEvent) => Visibility {
  return ({ type, channelId }) => {
    const word = subjectWord(type);
    const permission = subjectKinds[word]?.permission;
    if (permission === undefined || !actor.permissions.has(permission)) return 'NO';
    if (actor.channelIds === null) return 'YES';
    if (channelId === null && word === 'customer') return 'BY_CUSTOMER';
    return seesChannel(actor, channelId) ? 'YES' : 'NO';
  };
}

/** For each event whether the caller may hear of it. */
export async function visibleEvents(
  events: readonly StoredEvent[],
  { actor, loaders }: RequestContext,
): Promise<boolean[]> {
  const visibilities = events.map(eventVisibility(actor));
  // the common case, without a promise for each event
  if (!visibilities.includes('BY_CUSTOMER')) return visibilities.map((it) => it === 'YES');
  return Promise.all(
    events.map(async ({ customerId }, index) => {
      const visibility = visibilities[index];
      if (visibility !== 'BY_CUSTOMER') return visibility === 'YES';
      return (await loaders.byId('Customer', customerId)) !== null;
    }),
  );
}
