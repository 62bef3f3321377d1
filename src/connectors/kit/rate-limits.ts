import { parseRetryAfter } from '../../outgoing/retry-after';

/** How much may still be done until when, as a platform says. */
export interface Allowance {
  /** Requests; where the platform tells of percent, one of them counts as one request. */
  remaining: number;
  resetsAt: Date;
}

type Headers = Readonly<Record<string, string>>;
type Reading = (headers: Headers, now: Date, status: number) => Allowance | null;

const readings: readonly Reading[] = [
  // X
  (headers, now) => counted(headers, 'x-rate-limit', now),
  // Mastodon, GitHub and many others
  (headers, now) => counted(headers, 'x-ratelimit', now),
  // Bluesky, and the drafts of the IETF
  (headers, now) => counted(headers, 'ratelimit', now),
  (headers, now) => structured(headers['ratelimit'], now),
  (headers, now) => usage(headers['x-app-usage'], now),
  (headers, now) => usage(headers['x-business-use-case-usage'], now),
  (headers, now, status) => askedToWait(headers['retry-after'], now, status),
];

/** What a platform's answer says of the allowance, by whatever headers: the narrowest; null for nothing. */
export function allowanceOf(status: number, headers: Headers, now: Date): Allowance | null {
  const all = readings.flatMap((read) => read(headers, now, status) ?? []);
  return all.reduce<Allowance | null>((a, b) => (a === null || isNarrower(b, a) ? b : a), null);
}

/** For how many seconds a platform asks to be left alone; null where it does not say so. */
export function secondsAsked(headers: Headers, now: Date): number | null {
  return parseRetryAfter(headers['retry-after'], now);
}

function isNarrower(a: Allowance, b: Allowance): boolean {
  if (a.remaining !== b.remaining) return a.remaining < b.remaining;
  return a.resetsAt > b.resetsAt;
}

function counted(headers: Headers, prefix: string, now: Date): Allowance | null {
  const remaining = headers[`${prefix}-remaining`];
  const resetsAt = momentOf(headers[`${prefix}-reset`], now);
  if (remaining === undefined || !/^\d{1,9}$/.test(remaining) || !resetsAt) return null;
  return { remaining: Number(remaining), resetsAt };
}

/** `"hour";r=50;t=1800`, several with commas: the newest form of the IETF. */
function structured(header: string | undefined, now: Date): Allowance | null {
  const items = (header ?? '').split(',').flatMap((item): Allowance[] => {
    const remaining = /;\s*r=(\d{1,9})(?=\s*(;|$))/.exec(item.trim());
    const seconds = /;\s*t=(\d{1,9})(?=\s*(;|$))/.exec(item.trim());
    if (!remaining || !seconds) return [];
    return [{ remaining: Number(remaining[1]), resetsAt: after(now, Number(seconds[1])) }];
  });
  return items.reduce<Allowance | null>((a, b) => (a && !isNarrower(b, a) ? a : b), null);
}

/** Larger numbers are seconds, or milliseconds, since 1970; smaller ones are seconds from now. */
const SMALLEST_EPOCH = 1_000_000_000;
const SMALLEST_EPOCH_MS = 1_000_000_000_000;
/** An answer that says more is not believed. */
const LONGEST_SECONDS = 7 * 86_400;

function momentOf(value: string | undefined, now: Date): Date | null {
  if (value === undefined) return null;
  const time = /^\d{1,15}(\.\d{1,9})?$/.test(value)
    ? timeOf(Number(value), now)
    : /^\d{4}-\d{2}-\d{2}T/.test(value)
      ? Date.parse(value)
      : NaN;
  if (Number.isNaN(time) || time - now.getTime() > LONGEST_SECONDS * 1_000) return null;
  return new Date(time);
}

function timeOf(number: number, now: Date): number {
  if (number >= SMALLEST_EPOCH_MS) return number;
  return number >= SMALLEST_EPOCH ? number * 1_000 : now.getTime() + number * 1_000;
}

/** For how long Meta's percentages are believed, in seconds, and how long a full one keeps us out. */
const USAGE_HOLDS = 60;
const USAGE_WAIT = 300;

/** `{ "call_count": 28, … }`, or lists of them by business, in percent of what is allowed in an hour. */
function usage(header: string | undefined, now: Date): Allowance | null {
  const entries = usageEntries(header);
  if (entries.length === 0) return null;
  const percent = Math.max(
    ...entries.flatMap((entry) =>
      ['call_count', 'total_time', 'total_cputime'].map((key) => numberIn(entry, key)),
    ),
  );
  if (percent < 100) {
    return { remaining: Math.floor(100 - percent), resetsAt: after(now, USAGE_HOLDS) };
  }
  const minutes = Math.max(
    ...entries.map((entry) => numberIn(entry, 'estimated_time_to_regain_access')),
  );
  const wait = Math.min(minutes > 0 ? minutes * 60 : USAGE_WAIT, LONGEST_SECONDS);
  return { remaining: 0, resetsAt: after(now, wait) };
}

function usageEntries(header: string | undefined): Record<string, unknown>[] {
  if (header === undefined) return [];
  try {
    const parsed = JSON.parse(header) as unknown;
    if (!isObject(parsed)) return [];
    if ('call_count' in parsed) return [parsed];
    return Object.values(parsed).flat().filter(isObject);
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberIn(entry: Record<string, unknown>, key: string): number {
  const value = entry[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function askedToWait(header: string | undefined, now: Date, status: number): Allowance | null {
  if (status !== 429 && status !== 503) return null;
  const seconds = parseRetryAfter(header, now);
  if (seconds === null) return null;
  return { remaining: 0, resetsAt: after(now, Math.min(seconds, LONGEST_SECONDS)) };
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000);
}
