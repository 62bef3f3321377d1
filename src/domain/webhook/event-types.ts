import { z } from 'zod';
import { eventTypes } from '../../events/registry';

const MOST_TYPES = 100;

const known = Object.keys(eventTypes);

/** Whether a name, in full or as `message.*`, means a type. */
function means(name: string, type: string): boolean {
  return name.endsWith('.*') ? type.startsWith(name.slice(0, -1)) : name === type;
}

/** Event types that an endpoint is limited to, each in full or as `message.*`. */
export const eventTypeNames = z
  .array(
    z.string().refine((name) => known.some((type) => means(name, type)), {
      message: `Must be one of the event types, or all that begin alike, such as message.*: ${known.join(', ')}.`,
    }),
  )
  .min(1, 'Must name at least one event type; leave it out for all.')
  .max(MOST_TYPES, `Must be at most ${MOST_TYPES} event types.`)
  .transform((names) => [...new Set(names)]);

/** The check whether an endpoint wants events of a type; null stands for all types. */
export function wantsType(names: readonly string[] | null): (type: string) => boolean {
  if (names === null) return () => true;
  const answers = new Map<string, boolean>();
  return (type) => {
    let answer = answers.get(type);
    if (answer === undefined) {
      answers.set(type, (answer = names.some((name) => means(name, type))));
    }
    return answer;
  };
}
