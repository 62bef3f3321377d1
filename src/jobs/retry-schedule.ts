/** How deliveries that fail are tried again. */
export interface RetryPlan {
  /** About how many seconds after the first attempt the second one is made. */
  firstSeconds: number;
  /** The longest pause between two attempts, in seconds. */
  longestSeconds: number;
  /** For how many seconds after the first attempt others are made. */
  totalSeconds: number;
}

/** An attempt that failed. */
export interface FailedAttempt {
  /** Its number, from 1. */
  attempt: number;
  /** How many seconds after the beginning of the first one it ended. */
  elapsedSeconds: number;
  /** How long the receiver asked to be left alone, in seconds; null when it did not ask. */
  askedSeconds: number | null;
}

/** Each pause is so many times as long as the one before. */
const GROWTH = 3;
/** How far a pause is off, either way, so that what failed together is not tried together. */
const JITTER = 0.2;
/** The longest pause that a receiver can ask for, in seconds. */
export const LONGEST_REST = 3_600;

/**
 * How many seconds after a failed attempt the next one is made; null when the time is up.
 * @param random from 0 to 1.
 */
export function retryDelay(
  { firstSeconds, longestSeconds, totalSeconds }: RetryPlan,
  { attempt, elapsedSeconds, askedSeconds }: FailedAttempt,
  random: number,
): number | null {
  const plain = firstSeconds * GROWTH ** (attempt - 1);
  const jittered = Math.min(plain, longestSeconds) * (1 + JITTER * (2 * random - 1));
  const asked = Math.min(askedSeconds ?? 0, LONGEST_REST);
  const delay = Math.max(Math.min(jittered, longestSeconds), asked);
  return elapsedSeconds + delay <= totalSeconds ? delay : null;
}
