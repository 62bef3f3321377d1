/**
 * The system's clock finer than the whole milliseconds that a program is told: readings of the
 * monotonic clock are put on it afterwards, by where the two stood before and after.
 */
export class WallClock {
  private readonly before = readOffset();

  /** @returns what turns readings of `performance.now()` until now into milliseconds since 1970. */
  settle(): (reading: number) => number {
    const { before } = this;
    const after = readOffset();
    const drift = (after.offset - before.offset) / (after.at - before.at);
    return (reading) => reading + before.offset + drift * (reading - before.at);
  }
}

/** How far off a reading of the offset may be, in milliseconds, and how long to try for it. */
const EXACT_MS = 0.05;
const TRY_FOR_MS = 100;

/**
 * What the system's clock is ahead of the monotonic one. Each look says between which bounds that is,
 * because whole milliseconds are told and the process may be interrupted; many together say it closely.
 */
function readOffset(): { at: number; offset: number } {
  const began = performance.now();
  let least = -Infinity;
  let most = Infinity;
  for (;;) {
    const before = performance.now();
    const told = Date.now();
    const after = performance.now();
    least = Math.max(least, told - after);
    most = Math.min(most, told + 1 - before);
    if (most - least < EXACT_MS || after - began > TRY_FOR_MS) {
      return { at: after, offset: (least + most) / 2 };
    }
  }
}
