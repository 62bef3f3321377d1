import {
  OutcomeUnknown,
  ReconnectNeeded,
  Rejected,
  RetryLater,
  Unreadable,
} from '../connectors/kit/errors';
import { isConnectionLoss } from '../db/sessions';
import { DomainError } from '../domain/kit/errors';
import { storableText } from './storable';

/** How often a delivery is tried before it is left to people. */
export const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_SECONDS = 5;
/** Each pause is so many times as long as the one before. */
const GROWTH = 4;
/** How far a pause is off, either way. */
const JITTER = 0.2;
const LONGEST_REASON = 2_000;

/** How many seconds after a failed attempt the next one is made; null when it was the last. */
export function pauseAfter(attempt: number, random = Math.random()): number | null {
  if (attempt >= MOST_ATTEMPTS) return null;
  return FIRST_PAUSE_SECONDS * GROWTH ** (attempt - 1) * (1 + JITTER * (2 * random - 1));
}

/** Whether the error is the database's, and no delivery is to blame for it. */
export function isDatabaseAway(error: unknown): boolean {
  const { code } = error as { code?: string };
  return isConnectionLoss(error) || /^(53|58)...$/.test(code ?? '');
}

/** Whether the error was written for people. */
function isTold(error: unknown): error is Error {
  const classes = [Unreadable, RetryLater, ReconnectNeeded, Rejected, OutcomeUnknown, DomainError];
  return classes.some((told) => error instanceof told);
}

/** Whether it is a fault of ours, which belongs in the log. */
export function isFault(error: unknown): boolean {
  return !isTold(error);
}

/** Why a delivery failed, for people; what is a fault says nothing of how we are made. */
export function reasonOf(error: unknown, connectorLabel: string): string {
  if (isTold(error)) return reason(error.message);
  return reason(
    `Parley failed on it, which is a fault of Parley or of its connector for ${connectorLabel}: the log has the details. Retry it when that is mended.`,
  );
}

/** A reason as it is stored. */
export function reason(words: string): string {
  return storableText(words).slice(0, LONGEST_REASON);
}
