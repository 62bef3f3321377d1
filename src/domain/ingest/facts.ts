/** Facts that the provider's time orders, so that news can come in any order. */

/** Provider's time of each fact, in milliseconds, by the fact's name. */
export type FactTimes = Readonly<Record<string, number>>;

/** Facts by name, and what the provider's time of each is. */
export interface TimedFacts {
  facts: Readonly<Record<string, unknown>>;
  times: FactTimes;
}

/**
 * For how long a fact that stays the same is not noted again: a row is not written for every message
 * of a person. One that is told late, and that changed back within this time, may win until the next.
 */
const NOTED_FOR = 3_600_000;

/**
 * The facts after some that are told as of a time: of each, the newest counts.
 * @returns the same object where nothing changes.
 */
export function newest(
  known: TimedFacts,
  told: Readonly<Record<string, unknown>>,
  at: Date,
): TimedFacts {
  return merge(known, told, at.getTime(), 1);
}

/** As {@link newest}, but of each the oldest counts: how something began. */
export function oldest(
  known: TimedFacts,
  told: Readonly<Record<string, unknown>>,
  at: Date,
): TimedFacts {
  return merge(known, told, at.getTime(), -1);
}

function merge(
  known: TimedFacts,
  told: Readonly<Record<string, unknown>>,
  time: number,
  sign: 1 | -1,
): TimedFacts {
  let after = known;
  for (const [name, value] of Object.entries(told)) {
    if (value === null || value === undefined) continue;
    const before = after.times[name];
    const text = textOf(value);
    const textBefore = textOf(after.facts[name]);
    if (before !== undefined) {
      if (text === textBefore && Math.abs(time - before) < NOTED_FOR) continue;
      // of two at the same time the same one has to win whichever comes first
      const order = time - before || (text > textBefore ? 1 : -1);
      if (order * sign < 0) continue;
    }
    after = {
      facts: { ...after.facts, [name]: value },
      times: { ...after.times, [name]: time },
    };
  }
  return after;
}

/** The time of the newest fact; null where there is none. */
export function newestOf(times: FactTimes): Date | null {
  const all = Object.values(times);
  return all.length > 0 ? new Date(Math.max(...all)) : null;
}

/** A value as text that does not depend on the order of its keys. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`)
    .join()}}`;
}
