import fc from 'fast-check';
import { tidOf, timeOfTid } from '../../../src/connectors/bluesky/tid';

const moment = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});

test('a name holds the time, is well-formed, and is the same in every attempt', () => {
  fc.assert(
    fc.property(fc.string(), moment, (key, at) => {
      const tid = tidOf(key, at);
      expect(tid).toMatch(/^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/);
      expect(tidOf(key, new Date(at))).toBe(tid);
      expect(timeOfTid(tid)).toEqual(at);
    }),
  );
});

test('names sort by time', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), moment, moment, (a, b, early, late) => {
      fc.pre(early < late);
      expect(tidOf(a, early) < tidOf(b, late)).toBe(true);
    }),
  );
});

test('messages of the same millisecond get names of their own', () => {
  const at = new Date('2026-03-01T10:00:00.123Z');
  const names = new Set(Array.from({ length: 500 }, (_, index) => tidOf(`key ${index}`, at)));
  expect(names.size).toBe(500);
});

test('what is no such name holds no time', () => {
  expect(timeOfTid('self')).toBeNull();
  expect(timeOfTid('zzzzzzzzzzzzz')).toBeNull();
});
