/** The value below which a share of sorted values lies (nearest rank); there must be one. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** The median; the mean of the two in the middle for an even count. Null when any value is null. */
export function median<T extends number | null>(values: readonly T[]): T {
  if (values.includes(null as T)) return null as T;
  const sorted = (values as readonly number[]).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2) as T;
}

/** A number with so many significant digits; null stays null. */
export function rounded<T extends number | null>(value: T, digits = 4): T {
  return (value === null ? null : Number(value.toPrecision(digits))) as T;
}
