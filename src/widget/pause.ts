const FIRST = 500;
const LONGEST = 30_000;

/** How long to wait after so many failures in a row, in milliseconds: longer each time, and never alike. */
export function pauseAfter(failures: number): number {
  const most = Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 10));
  return most / 2 + (Math.random() * most) / 2;
}
