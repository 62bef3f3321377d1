import { createHash } from 'node:crypto';
import type { Actor } from '../../auth/actor';

const known = new WeakMap<Actor, string>();

/** A text that is the same for actors with the same rights in the same workspace, and for no others. */
export function rightsOf(actor: Actor): string {
  let rights = known.get(actor);
  if (rights === undefined) known.set(actor, (rights = describe(actor)));
  return rights;
}

function describe({ workspaceId, permissions, channelIds }: Actor): string {
  const parts = [workspaceId, [...permissions].sort(), channelIds && [...channelIds].sort()];
  // channels can be many, and the text is part of a key that is held for every subscription
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
