import type { Actor } from '../../auth/actor';
import { canRead } from '../../auth/operation-permissions';
import { parseGlobalId } from './ids';
import { isLoadable, type Loaders } from './loaders';

/** The object of any type with this id, marked with its type; null when the actor sees none. */
export async function loadNode(
  actor: Actor,
  loaders: Loaders,
  globalId: string,
): Promise<object | null> {
  const id = parseGlobalId(globalId);
  if (!id || !isLoadable(id.kind) || !canRead(actor, id.kind)) return null;
  const object = await loaders.byId(id.kind, id.uuid);
  return object && { ...object, __typename: id.kind };
}
