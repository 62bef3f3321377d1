import { allowanceOf } from '../../src/connectors/kit/rate-limits';

const now = new Date('2026-03-01T12:00:00Z');
const epoch = now.getTime() / 1_000;
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const cases: [
  words: string,
  status: number,
  headers: Record<string, string>,
  expected: [remaining: number, seconds: number] | null,
][] = [
  ['nothing', 200, {}, null],
  [
    'X',
    200,
    {
      'x-rate-limit-limit': '15',
      'x-rate-limit-remaining': '3',
      'x-rate-limit-reset': `${epoch + 900}`,
    },
    [3, 900],
  ],
  [
    'Bluesky',
    200,
    { 'ratelimit-limit': '30', 'ratelimit-remaining': '29', 'ratelimit-reset': `${epoch + 300}` },
    [29, 300],
  ],
  ['the drafts', 200, { 'ratelimit-remaining': '0', 'ratelimit-reset': '20' }, [0, 20]],
  ['the newest draft', 200, { ratelimit: '"burst";r=50;t=30, "daily";r=2;t=3600' }, [2, 3600]],
  [
    'Mastodon',
    200,
    { 'x-ratelimit-remaining': '299', 'x-ratelimit-reset': '2026-03-01T12:05:00.000Z' },
    [299, 300],
  ],
  [
    'a time in milliseconds',
    200,
    { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': `${(epoch + 10) * 1_000}` },
    [1, 10],
  ],
  ['429 with seconds', 429, { 'retry-after': '30' }, [0, 30]],
  ['503 with a date', 503, { 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT' }, [0, 60]],
  ['429 without more', 429, {}, null],
  ['a Retry-After that belongs to something else', 202, { 'retry-after': '30' }, null],
  [
    '429 that says more than the counts',
    429,
    { 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': `${epoch + 900}`, 'retry-after': '5' },
    [0, 5],
  ],
  [
    'Meta’s app',
    200,
    { 'x-app-usage': '{"call_count":28,"total_time":25.5,"total_cputime":70}' },
    [30, 60],
  ],
  [
    'Meta’s business',
    200,
    {
      'x-business-use-case-usage':
        '{"17841":[{"type":"instagram","call_count":100,"total_cputime":1,"total_time":2,"estimated_time_to_regain_access":19}]}',
    },
    [0, 19 * 60],
  ],
  ['Meta without a time', 200, { 'x-app-usage': '{"call_count":120}' }, [0, 300]],
  ['no number', 200, { 'ratelimit-remaining': 'many', 'ratelimit-reset': '10' }, null],
  ['no time', 200, { 'ratelimit-remaining': '1' }, null],
  [
    'a time that can’t be',
    200,
    { 'ratelimit-remaining': '0', 'ratelimit-reset': '99999999' },
    null,
  ],
  ['what is no JSON', 200, { 'x-app-usage': '{"call_count":' }, null],
  ['other JSON', 200, { 'x-app-usage': '[1]', 'x-business-use-case-usage': 'null' }, null],
];

test.each(cases)('the allowance is read from the headers of %s', (_, status, headers, expected) => {
  const allowance = expected && { remaining: expected[0], resetsAt: inSeconds(expected[1]) };
  expect(allowanceOf(status, headers, now)).toEqual(allowance);
});
