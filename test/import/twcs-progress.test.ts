import { PassThrough } from 'node:stream';
import { createProgressReporter, formatDuration } from '../../src/cli/progress';

function screen(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 });
  const clock = { ms: 5000 };
  let shown = '';
  stream.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const reporter = createProgressReporter({ label: 'reading', stream, now: () => clock.ms });
  return { reporter, clock, shown: () => shown };
}

test('a file or pipe gets a plain line every 2 seconds at most, and one at the end', () => {
  const { reporter, clock, shown } = screen(false);
  for (let tick = 1; tick <= 50; tick += 1) {
    clock.ms += 100;
    reporter.update({ done: tick * 20, total: 1000, rows: tick * 400 });
  }
  reporter.finish();
  expect(shown().split('\n')).toEqual([
    'reading: 40%, 8,000 rows, 4,000 rows/s, 3s left',
    'reading: 80%, 16,000 rows, 4,000 rows/s, 1s left',
    'reading: 100%, 20,000 rows in 5s, 4,000 rows/s',
    '',
  ]);
});

test('a task that fails early ends with a line of how far it came', () => {
  const { reporter, clock, shown } = screen(false);
  clock.ms += 500;
  reporter.update({ done: 1, total: 4, rows: 10 });
  reporter.finish();
  reporter.finish();
  reporter.update({ done: 2, total: 4, rows: 20 });
  expect(shown()).toBe('reading: 25%, 10 rows in 1s, 20 rows/s\n');
});

test('a terminal gets a bar with the rate and the time left, and its cursor back', () => {
  const { reporter, clock, shown } = screen(true);
  clock.ms += 10_000;
  reporter.update({ done: 250, total: 1000, rows: 5000 });
  expect(shown()).toMatch(/reading \[=+-+\] 25% \| 5,000 rows \| 500 rows\/s \| 30s left/);
  clock.ms += 30_000;
  reporter.update({ done: 1000, total: 1000, rows: 20_000 });
  reporter.finish();
  expect(shown()).toMatch(/\[=+\] 100% \| 20,000 rows \| 500 rows\/s \| 0s left/);
  expect(shown()).toContain('\u001B[?25h');
  expect(shown().endsWith('\n')).toBe(true);
});

test('a terminal on which nothing was shown is left alone', () => {
  const { reporter, shown } = screen(true);
  reporter.finish();
  expect(shown()).toBe('');
});

test.each([
  [0, '0s'],
  [0.2, '1s'],
  [59.5, '1m 00s'],
  [185, '3m 05s'],
  [7620, '2h 07m'],
  [Infinity, '?'],
])('%p seconds read as %p', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
