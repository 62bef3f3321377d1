import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImportFileError } from '../../src/cli/import/twcs/import-file-error';
import { MAX_RECORD_BYTES, readTwcsRows } from '../../src/cli/import/twcs/reader';
import type { RejectedRow, TwcsRow } from '../../src/cli/import/twcs/row';
import { HEADER, line, NOON, writeFile } from './twcs-files';

async function read(path: string): Promise<(TwcsRow | RejectedRow)[]> {
  const rows: (TwcsRow | RejectedRow)[] = [];
  for await (const row of readTwcsRows(path)) rows.push(row);
  return rows;
}

const readContent = (content: string | Buffer) => read(writeFile(content));
const readLines = (...lines: string[]) => readContent([HEADER, ...lines, ''].join('\n'));

async function failure(path: string): Promise<{ line: number | null; message: string }> {
  try {
    await read(path);
  } catch (error) {
    if (error instanceof ImportFileError) return { line: error.line, message: error.message };
    throw error;
  }
  throw new Error('the file was read to its end');
}

const failureOf = (content: string | Buffer) => failure(writeFile(content));

describe('a sound file', () => {
  test('gives each row typed, with the line at which it begins', async () => {
    const rows = await readLines(
      `7,Acme,False,Tue Oct 31 22:10:47 +0000 2017,"Hello, ""you""",8,6.0`,
      `8,1001,true,Tue Oct 31 22:10:47 -0130 2017,Hi,,`,
    );
    expect(rows).toEqual([
      {
        line: 2,
        tweetId: 7n,
        authorId: 'Acme',
        inbound: false,
        sentAt: Date.UTC(2017, 9, 31, 22, 10, 47),
        text: 'Hello, "you"',
        inReplyTo: 6n,
      },
      {
        line: 3,
        tweetId: 8n,
        authorId: '1001',
        inbound: true,
        sentAt: Date.UTC(2017, 9, 31, 23, 40, 47),
        text: 'Hi',
        inReplyTo: null,
      },
    ]);
  });

  test('may have its columns in any order, an unnamed index first, a BOM and CRLF line ends', async () => {
    const rows = await readContent(
      '\uFEFF,text,in_response_to_tweet_id,tweet_id,inbound,response_tweet_id,created_at,author_id\r\n' +
        `0,hi,3.0,4,FALSE,,${NOON},Acme\r\n`,
    );
    expect(rows).toMatchObject([
      { line: 2, tweetId: 4n, authorId: 'Acme', inbound: false, text: 'hi', inReplyTo: 3n },
    ]);
  });

  test('keeps ids exact beyond what a double can hold', async () => {
    const rows = await readLines(
      line({ id: '1234567890123456789', to: '9223372036854775807' }),
      line({ id: '0000000000000000000042', to: '9007199254740993.0' }),
    );
    expect(rows).toMatchObject([
      { tweetId: 1234567890123456789n, inReplyTo: 9223372036854775807n },
      { tweetId: 42n, inReplyTo: 9007199254740993n },
    ]);
  });

  test('keeps bare carriage returns in a text, and counts lines by newlines alone', async () => {
    const rows = await readContent(
      [
        HEADER,
        `1,1001,True,${NOON},one \r\rtwo,,`,
        `2,1001,True,${NOON},"a\nb\r\nc\rd",,`,
        '',
        '\r',
        `3,1001,True,${NOON},last,,`,
      ].join('\n'),
    );
    expect(rows).toMatchObject([
      { line: 2, text: 'one \r\rtwo' },
      { line: 3, text: 'a\nb\r\nc\rd' },
      { line: 8, text: 'last' },
    ]);
  });

  test('is read alike wherever the chunks of the file end, with many-byte characters and all', async () => {
    const texts = Array.from({ length: 900 }, (_, at) => `${'😁é→'.repeat(at % 50)}\n"x" ${at}`);
    const rows = await readLines(...texts.map((text, at) => line({ id: at + 1, text })));
    expect(rows.map((row) => (row.rejected === true ? row.reason : row.text))).toEqual(texts);
    expect(rows.map((row) => row.line)).toEqual(texts.map((_, at) => 2 + at * 2));
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'keeps a character whole that a chunk cuts, %i bytes on',
    async (shift) => {
      const text = `${'x'.repeat(64 * 1024 - HEADER.length - 60 + shift)}${'😁'.repeat(20)}`;
      expect(await readLines(line({ id: 1, text }))).toMatchObject([{ text }]);
    },
  );

  test('gives back any text that was written, at the right line', async () => {
    const text = fc.string({ unit: 'grapheme' }).map((made) => made.replaceAll('\0', ''));
    const messy = fc.array(fc.oneof(text, fc.constantFrom('"', '\r', '\n', ',', '\r\n', '@Acme')));
    await fc.assert(
      fc.asyncProperty(fc.array(messy, { minLength: 1, maxLength: 12 }), async (parts) => {
        const texts = parts.map((part) => part.join(''));
        const rows = await readLines(...texts.map((one, at) => line({ id: at + 1, text: one })));
        let at = 2;
        const expected = texts.map((one) => {
          const begins = at;
          at += one.split('\n').length;
          return { text: one, line: begins };
        });
        expect(rows).toMatchObject(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('tells how many bytes and rows have been read, up to the whole file', async () => {
    const content = [HEADER, ...Array.from({ length: 5000 }, (_, at) => line({ id: at + 1 }))];
    const path = writeFile(content.join('\n'));
    const seen: { bytes: number; totalBytes: number; rows: number }[] = [];
    let rows = 0;
    for await (const row of readTwcsRows(path, (progress) => seen.push(progress))) {
      rows += row.line > 0 ? 1 : 0;
    }
    const totalBytes = Buffer.byteLength(content.join('\n'));
    expect(rows).toBe(5000);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.map(({ bytes }) => bytes)).toEqual(
      seen.map(({ bytes }) => bytes).sort((a, b) => a - b),
    );
    expect(seen.at(-1)).toMatchObject({ bytes: totalBytes, totalBytes });
  });
});

describe('a row that cannot be imported is rejected with its line and reason, and the rest goes on', () => {
  const at = (fields: Partial<Record<'id' | 'author' | 'inbound' | 'time' | 'to', string>>) =>
    [
      fields.id ?? '5',
      fields.author ?? '1001',
      fields.inbound ?? 'True',
      fields.time ?? NOON,
      'hello',
      '',
      fields.to ?? '',
    ].join(',');

  test.each([
    ['too few columns', '5,1001,True', /^it has 3 columns where the header has 7$/],
    ['too many columns', `${at({})},8`, /^it has 8 columns where the header has 7$/],
    ['an id that is no number', at({ id: 'abc' }), /^tweet_id is "abc", which is not a positive/],
    ['an empty id', at({ id: '' }), /^tweet_id is ""/],
    ['an id of zero', at({ id: '0' }), /^tweet_id is "0"/],
    ['a negative id', at({ id: '-5' }), /^tweet_id is "-5"/],
    ['an id with a fraction', at({ id: '5.5' }), /^tweet_id is "5.5"/],
    [
      'an id beyond 63 bits',
      at({ id: '9223372036854775808' }),
      /^tweet_id is "9223372036854775808"/,
    ],
    ['a long id', at({ id: '9'.repeat(5000) }), /^tweet_id is "9{40}…"/],
    [
      'inbound that is neither',
      at({ inbound: 'yes' }),
      /^inbound is "yes", which is neither True nor/,
    ],
    ['no author', at({ author: ' ' }), /^author_id is empty$/],
    ['a long author', at({ author: 'a'.repeat(65) }), /^author_id "a{40}…" is longer than 64/],
    ['an author with spaces', at({ author: 'a b' }), /^author_id is "a b", which holds spaces/],
    [
      'a time of another form',
      at({ time: '2017-10-31' }),
      /^created_at is "2017-10-31", which is not/,
    ],
    ['no time', at({ time: '' }), /^created_at is ""/],
    ['a month that is none', at({ time: 'Tue Okt 31 12:00:00 +0000 2017' }), /^created_at is/],
    [
      'a day that is none',
      at({ time: 'Wed Feb 30 12:00:00 +0000 2017' }),
      /a day that the calendar/,
    ],
    ['an hour that is none', at({ time: 'Tue Oct 31 24:00:00 +0000 2017' }), /^created_at is/],
    [
      'a time before the first tweet',
      at({ time: 'Mon Mar 20 23:59:59 +0000 2006' }),
      /not between/,
    ],
    [
      'a time in 2100',
      at({ time: 'Fri Jan 01 00:00:00 +0000 2100' }),
      /not between March 2006 and/,
    ],
    ['a reply to no number', at({ to: 'x' }), /^in_response_to_tweet_id is "x"/],
    [
      'a reply to a rounded number',
      at({ to: '1.2e+18' }),
      /^in_response_to_tweet_id is "1.2e\+18"/,
    ],
  ])('%s', async (_, bad, reason) => {
    const rows = await readLines(line({ id: 1, text: 'a\nb' }), bad, line({ id: 2 }));
    expect(rows).toMatchObject([
      { tweetId: 1n },
      { rejected: true, line: 4, reason: expect.stringMatching(reason) as string },
      { tweetId: 2n, line: 5 },
    ]);
  });

  test('a time is accepted at both ends of the range, by its offset', async () => {
    const rows = await readLines(
      at({ time: 'Mon Mar 20 23:00:00 -0100 2006' }),
      at({ time: 'Fri Jan 01 00:59:59 +0100 2100' }),
    );
    expect(rows).toMatchObject([
      { sentAt: Date.UTC(2006, 2, 21) },
      { sentAt: Date.UTC(2099, 11, 31, 23, 59, 59) },
    ]);
  });
});

describe('a malformed file is refused as a whole', () => {
  const good = line({ id: 1, text: 'a\nb' });
  const file = (...lines: string[]) => [HEADER, ...lines, ''].join('\n');

  test.each([
    ['an empty file', '', null, /^the file is empty$/],
    ['blank lines alone', '\n\r\n\n', null, /^the file is empty$/],
    ['a BOM alone', '\uFEFF', null, /^the file is empty$/],
    ['a header alone', file(), null, /^the file has a header but no rows$/],
    ['no header', `${good}\n${good}\n`, 1, /^line 1: the header is not that of the archive: /],
    [
      'a column missing',
      file(good).replace('inbound,', ''),
      1,
      /the header is not that of the archive: inbound is missing; expected tweet_id, author_id/,
    ],
    ['an unknown column', file(good).replace('text', 'text,mood'), 1, /"mood" is unknown;/],
    ['a column twice', file(good).replace('text', 'text,text'), 1, /"text" is there twice;/],
    ['an unnamed column inside', file(good).replace('text', 'text,'), 1, /"" is unknown;/],
    [
      'a quote never closed',
      file(good, line({ id: 2 }), '3,1001,True,"oops', line({ id: 4 }).replaceAll('"', ''), 'x'),
      5,
      /^line 5: the record that begins here has a quote that is never closed$/,
    ],
    [
      'a quote closed by the next quote in the file',
      file(good, '3,1001,True,"oops', line({ id: 4 })),
      4,
      /^line 4: the record that begins here has text between a closing quote and the next comma$/,
    ],
    [
      'a quote inside an unquoted field',
      file(good, `3,1001,True,${NOON},say "hi",,`),
      4,
      /^line 4: the record that begins here has a quote inside an unquoted field$/,
    ],
    [
      'a NUL',
      file(good, line({ id: 2, text: 'a\nb\0c' })),
      5,
      /^line 5: this is not a text file: /,
    ],
    [
      'UTF-16',
      Buffer.from(`\uFEFF${file(good)}`, 'utf16le'),
      1,
      /^line 1: this is not a text file/,
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from(file(good, line({ id: 2 }), line({ id: 3, text: 'caf\u00e9' })), 'latin1'),
      5,
      /^line 5: this is not a text file in UTF-8/,
    ],
    [
      'a character cut off at the end',
      Buffer.concat([Buffer.from(file(good)), Buffer.from([0x35, 0xe2, 0x82])]),
      4,
      /^line 4: this is not a text file in UTF-8/,
    ],
  ])('%s', async (_, content, atLine, message) => {
    const fault = await failureOf(content);
    expect(fault).toEqual({ line: atLine, message: expect.stringMatching(message) as string });
  });

  test.each([
    ['text that a quote has swallowed', `2,1001,True,${NOON},"${'x\n'.repeat(MAX_RECORD_BYTES)}`],
    ['commas', ','.repeat(3 * MAX_RECORD_BYTES)],
    ['a whole record', `2,1001,True,${NOON},"${'x'.repeat(MAX_RECORD_BYTES)}",,`],
  ])('a record longer than 1 MiB: %s', async (_, record) => {
    expect(await failureOf(file(good, record, good))).toEqual({
      line: 4,
      message: 'line 4: the record that begins here is longer than 1 MiB; is a quote left open?',
    });
  });

  test('a record just short of 1 MiB is read', async () => {
    const text = 'x'.repeat(MAX_RECORD_BYTES - 200);
    expect(await readLines(line({ id: 1, text }))).toMatchObject([{ text }]);
  });

  test('faults far into a file are told by their line', async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => line({ id: at + 1, text: 'é\nb' }));
    const nul = file(...many, line({ id: 30_000, text: '\0' }));
    const latin = Buffer.concat([Buffer.from(file(...many)), Buffer.from([0xe9, 0x0a])]);
    expect(await failureOf(nul)).toMatchObject({ line: 40_002 });
    expect(await failureOf(latin)).toMatchObject({ line: 40_002 });
    expect(await failureOf(file(...many, 'x"y"'))).toMatchObject({ line: 40_002 });
  });

  test('a path that is no file is refused in plain words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twcs-paths-'));
    mkdirSync(join(folder, 'dir'));
    expect(await failure(join(folder, 'nothing.csv'))).toEqual({
      line: null,
      message: 'there is no such file',
    });
    expect(await failure(join(folder, 'dir'))).toEqual({
      line: null,
      message: 'it is a directory, not a file',
    });
    expect(await failure('/dev/null')).toMatchObject({ message: 'it is not a regular file' });
    rmSync(folder, { recursive: true });
  });
});
