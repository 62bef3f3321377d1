import type { Notice } from '../../events/hub/live-operation';
import type { StoredEvent } from '../../events/log';
import { BadArgument } from '../kit/errors';
import { uuidOf } from '../kit/ids';
import type { LiveField, LivePlan } from '../live/live-field';
import { eventSource, type EventSource } from './event-source';
import { checkEventTypes } from './event-types';
import { compileEventFilter, scopeOf, type EventFilter } from './filter';
import { visibleEvents } from './visible-events';

/** What the GraphQL type EventUpdate is resolved from. */
export interface EventUpdate {
  kind: 'EVENT' | Notice;
  position: number;
  event: EventSource | null;
  messageId?: string | null;
  conversationId?: string | null;
  customerId?: string | null;
}

/** Events of the caller's workspace, by type and filter. */
export const events: LiveField = {
  source: 'LOG',
  plan(args) {
    const { types, filter } = args as { types?: string[] | null; filter?: EventFilter | null };
    const wanted = checkEventTypes(types);
    const fits = compileEventFilter(filter);
    return Promise.resolve(
      planFor(args, scopeOf(filter), (event) => (!wanted || wanted.has(event.type)) && fits(event)),
    );
  },
};

/** What happens in one conversation. */
export const conversationUpdates: LiveField = {
  source: 'LOG',
  async plan(args, { loaders }) {
    const id = uuidOf('Conversation', args.conversationId as string);
    if (!(await loaders.byId('Conversation', id))) {
      throw new BadArgument(['conversationId'], 'names no conversation that you can see');
    }
    return planFor(args, { conversationId: id! });
  },
};

/** What happens to one customer: itself, and in its conversations and touchpoints. */
export const customerUpdates: LiveField = {
  source: 'LOG',
  async plan(args, { loaders }) {
    const id = uuidOf('Customer', args.customerId as string);
    if (!(await loaders.byId('Customer', id))) {
      throw new BadArgument(['customerId'], 'names no customer that you can see');
    }
    return planFor(args, { customerId: id! });
  },
};

function planFor(
  { after }: Record<string, unknown>,
  scope: LivePlan['scope'],
  concerns: (event: StoredEvent) => boolean = () => true,
): LivePlan {
  return {
    scope,
    after: (after as number | null | undefined) ?? null,
    onlyChooses: true,
    async select(all, context) {
      const wanted = all.filter(concerns);
      const visible = await visibleEvents(wanted, context);
      const shown = new Set(wanted.filter((_, index) => visible[index]));
      return all.map((event) => (shown.has(event) ? eventUpdate(event) : null));
    },
    notice: (kind, position): EventUpdate => ({ kind, position, event: null }),
  };
}

/** What was made of events that are still in memory. */
const updates = new WeakMap<StoredEvent, EventUpdate>();

function eventUpdate(event: StoredEvent): EventUpdate {
  let update = updates.get(event);
  if (!update) {
    const source = eventSource(event);
    const { position, messageId, conversationId, customerId } = source;
    update = { kind: 'EVENT', position, event: source, messageId, conversationId, customerId };
    updates.set(event, update);
  }
  return update;
}
