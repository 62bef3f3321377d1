import { eventTypes } from '../../events/registry';
import { BadArgument } from '../kit/errors';
import { checkAlternatives } from '../kit/filter';

const known = Object.keys(eventTypes);

/**
 * The event types that a caller names, each in full or as `message.*`; null, which means all, stays.
 * @throws BadArgument for a name that no type has.
 */
export function checkEventTypes(
  names: readonly string[] | null | undefined,
  path: readonly string[] = ['types'],
): ReadonlySet<string> | null {
  if (!names) return null;
  const types = checkAlternatives([...names], path).flatMap((name, index) => {
    const meant = name.endsWith('.*')
      ? known.filter((type) => type.startsWith(name.slice(0, -1)))
      : known.filter((type) => type === name);
    if (meant.length > 0) return meant;
    throw new BadArgument([...path, index], `is none of the event types: ${known.join(', ')}`);
  });
  return new Set(types);
}
