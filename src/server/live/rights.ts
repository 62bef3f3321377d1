import { createHash } from 'node:crypto';
import type { Actor } from '../../auth/actor';

const known = new WeakMap<Actor, string>();

/** A text that is the same for actors with the same rights in the same workspace, and for no others. */
export function rightsOf(actor: Actor): string {
  let rights = known.get(actor);
  if (rights === undefined) known.set(actor, (rights = describe(actor)));
  return rights;
}

function describe({ kind, id, workspaceId, permissions, channelIds }: Actor): string {
  // what a customer sees is its own: it shares results with nobody
  const customerId = kind === 'CUSTOMER' ? id : null;
  const channels = channelIds && [...channelIds].sort();
  const parts = [workspaceId, [...permissions].sort(), channels, customerId];
  // channels can be many, and the text is part of a key that is held for every subscription
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
