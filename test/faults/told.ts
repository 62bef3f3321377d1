/** An event as an outlet told of it. */
export interface Told {
  position: number;
  /** `evt_…` */
  id: string;
}

/** How what an outlet told differs from what it had to tell: everything is empty when it does not. */
export interface Difference {
  missing: Told[];
  foreign: Told[];
  twice: Told[];
  /** What was told after something later. */
  late: Told[];
}

/** Compares what an outlet told with what it had to tell. */
export function differenceOf(told: readonly Told[], expected: readonly Told[]): Difference {
  const known = new Set(expected.map(keyOf));
  const seen = new Set<string>();
  const difference: Difference = { missing: [], foreign: [], twice: [], late: [] };
  told.forEach((event, index) => {
    const key = keyOf(event);
    if (!known.has(key)) difference.foreign.push(event);
    if (seen.has(key)) difference.twice.push(event);
    if (event.position < (told[index - 1]?.position ?? 0)) difference.late.push(event);
    seen.add(key);
  });
  difference.missing = expected.filter((event) => !seen.has(keyOf(event)));
  return difference;
}

function keyOf({ position, id }: Told): string {
  return `${position} ${id}`;
}
