/** When ids began to hold times, in milliseconds. */
const EPOCH = 1_288_834_974_657n;
/** Ids below are from before that. */
const FIRST = 30_000_000_000n;
const LARGEST = 2n ** 63n - 1n;

/** The moment that an id holds, exactly; null where it holds none. */
export function timeOfId(id: string): Date | null {
  const number = numberOfId(id);
  return number === null || number < FIRST ? null : new Date(Number((number >> 22n) + EPOCH));
}

/** The same of any id, for an order at least where it holds none. */
export function momentInId(id: string): Date {
  return new Date(Number(((numberOfId(id) ?? 0n) >> 22n) + EPOCH));
}

/** The same to the second, as `created_at` tells it. */
export function secondOfId(id: string): Date | null {
  const time = timeOfId(id);
  return time && new Date(Math.floor(time.getTime() / 1_000) * 1_000);
}

/** Ids sort by time, also within a second. */
export function orderOfId(id: string): bigint {
  return numberOfId(id) ?? 0n;
}

function numberOfId(id: string): bigint | null {
  if (!/^\d{1,19}$/.test(id)) return null;
  const number = BigInt(id);
  return number <= LARGEST ? number : null;
}

/** The first id of a millisecond, from which on ids are later. */
export function idOfTime(time: Date): string {
  const since = BigInt(time.getTime()) - EPOCH;
  return String(since > 0n ? since << 22n : 0n);
}

/** Where people see a post, whoever wrote it. */
export function webUrlOf(postId: string): string {
  return `https://x.com/i/web/status/${postId}`;
}
