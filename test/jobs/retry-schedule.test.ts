import fc from 'fast-check';
import { LONGEST_REST, retryDelay, type RetryPlan } from '../../src/jobs/retry-schedule';
import { parseRetryAfter } from '../../src/outgoing/retry-after';

const HOUR = 3_600;
const usual: RetryPlan = { firstSeconds: 5, longestSeconds: 12 * HOUR, totalSeconds: 72 * HOUR };

const plans = fc.record({
  firstSeconds: fc.double({ min: 0.01, max: 100, noNaN: true }),
  longestSeconds: fc.double({ min: 100, max: 100_000, noNaN: true }),
  totalSeconds: fc.double({ min: 0, max: 1_000_000, noNaN: true }),
});
const randoms = fc.double({ min: 0, max: 1, noNaN: true });

/** The times of the attempts of a delivery that never gets through, in seconds from the first. */
function attemptsOf(plan: RetryPlan, random: () => number, took = 0): number[] {
  const times = [0];
  for (;;) {
    const elapsedSeconds = times.at(-1)! + took;
    const delay = retryDelay(
      plan,
      { attempt: times.length, elapsedSeconds, askedSeconds: null },
      random(),
    );
    if (delay === null) return times;
    times.push(elapsedSeconds + delay);
  }
}

test('the first retry comes after about five seconds, and each pause is longer than the one before', () => {
  const times = attemptsOf(usual, () => 0.5);
  const pauses = times.slice(1).map((time, index) => time - times[index]!);
  expect(pauses.slice(0, 4)).toEqual([5, 15, 45, 135]);
  expect(Math.max(...pauses)).toBe(12 * HOUR);
  expect(times.length).toBeGreaterThan(10);
  expect(times.length).toBeLessThan(25);
});

test('every delivery is tried for days, whatever the jitter, and never beyond its time', () => {
  fc.assert(
    fc.property(fc.array(randoms, { minLength: 40, maxLength: 40 }), (values) => {
      const times = attemptsOf(usual, () => values.shift() ?? 0.5);
      expect(times.at(-1)!).toBeLessThanOrEqual(72 * HOUR);
      expect(times.at(-1)!).toBeGreaterThanOrEqual(60 * HOUR);
    }),
  );
});

test('a pause is near its plan, never above the longest, and off by as much as chance says', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 500 }), randoms, (plan, attempt, random) => {
      const endless = { ...plan, totalSeconds: Infinity };
      const delay = retryDelay(
        endless,
        { attempt, elapsedSeconds: 0, askedSeconds: null },
        random,
      )!;
      const plain = Math.min(plan.firstSeconds * 3 ** (attempt - 1), plan.longestSeconds);
      expect(delay).toBeGreaterThanOrEqual(plain * 0.8 - 1e-9);
      expect(delay).toBeLessThanOrEqual(Math.min(plain * 1.2, plan.longestSeconds) + 1e-9);
    }),
  );
});

test('no attempt is planned for a time that is beyond the last', () => {
  fc.assert(
    fc.property(
      plans,
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 2_000_000, noNaN: true }),
      fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      randoms,
      (plan, attempt, elapsedSeconds, askedSeconds, random) => {
        const delay = retryDelay(plan, { attempt, elapsedSeconds, askedSeconds }, random);
        if (delay !== null) {
          expect(elapsedSeconds + delay).toBeLessThanOrEqual(plan.totalSeconds);
        } else {
          expect(elapsedSeconds).toBeGreaterThan(
            plan.totalSeconds - plan.longestSeconds - LONGEST_REST,
          );
        }
      },
    ),
  );
});

test('a receiver that asks for a pause gets at least that, but an hour at the most', () => {
  const delayFor = (askedSeconds: number) =>
    retryDelay(usual, { attempt: 1, elapsedSeconds: 0, askedSeconds }, 0.5);
  expect([0, 3, 100, 3_600, 1e9].map(delayFor)).toEqual([5, 5, 100, 3_600, 3_600]);
});

test('without time for retries there is only the first attempt', () => {
  expect(attemptsOf({ ...usual, totalSeconds: 0 }, () => 0.5)).toEqual([0]);
});

test.each<[unknown, number | null]>([
  ['0', 0],
  ['120', 120],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['1e3', null],
  ['soon', null],
  ['2026-10-21T07:28:30Z', null],
  ['Wed, 99 Oct 2026 07:28:30 GMT', null],
  ['99999999999999999999', null],
  [undefined, null],
  [['1', '2'], null],
])('Retry-After: %p is understood as %p seconds', (header, seconds) => {
  expect(parseRetryAfter(header, new Date('2026-10-21T07:28:00Z'))).toBe(seconds);
});
