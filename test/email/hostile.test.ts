import { randomBytes } from 'node:crypto';
import { letter, read, readMessage } from './letters';

/** Runs it; gives what it gave, and fails where that took more CPU than one mail is worth. */
async function within<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  const begun = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1_000).toBeLessThan(milliseconds);
  return result;
}

const multipart = (boundary: string) => `multipart/mixed; boundary="${boundary}"`;

test('of 10,000 parts the first are kept, and the rest is noted', async () => {
  const parts = Array.from({ length: 10_000 }, (_, n) => `--b\r\n\r\npart ${n}\r\n`).join('');
  const raw = letter({ 'Content-Type': multipart('b') }, `${parts}--b--`);
  const item = await within(2_000, () => readMessage(raw));
  expect(item.body).toContain('part 0');
  expect(item.content!.notes).toEqual(['It has more than 200 parts; the rest was left out.']);
});

test('of 10,000 files the first are kept, and the rest is noted', async () => {
  const file = '--b\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nx\r\n';
  const raw = letter(
    { 'Content-Type': multipart('b') },
    `--b\r\n\r\nSee there\r\n${file.repeat(10_000)}--b--`,
  );
  const item = await within(2_000, () => readMessage(raw));
  expect(item.body).toBe('See there');
  expect(item.attachments).toHaveLength(50);
  expect(item.content!.notes).toHaveLength(2);
});

test('parts that are nested 500 deep are read as deep as is bounded', async () => {
  let body = 'innermost';
  for (let depth = 500; depth > 0; depth--) {
    body = `--b${depth}\r\nContent-Type: ${multipart(`b${depth + 1}`)}\r\n\r\n${body}\r\n--b${depth}--`;
  }
  const raw = letter({ 'Content-Type': multipart('b1') }, `--b1\r\n\r\nouter\r\n${body}`);
  const item = await within(2_000, () => readMessage(raw));
  expect(item.body).toContain('outer');
  expect(item.content!.notes).toHaveLength(1);
});

test('messages in messages in messages are read three deep', async () => {
  let body = 'From: x@x.test\r\n\r\ninnermost';
  for (let depth = 0; depth < 500; depth++) {
    body = `From: x@x.test\r\nContent-Type: message/rfc822\r\n\r\n${body}`;
  }
  const item = await within(2_000, () =>
    readMessage(letter({ 'Content-Type': 'message/rfc822' }, body)),
  );
  expect(item.attachments).toHaveLength(1);
});

test('a file of 50 MB is kept whole', async () => {
  const bytes = randomBytes(50 * 1024 * 1024);
  const base64 = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  const head = '--b\r\n\r\nBig\r\n--b\r\nContent-Type: application/zip\r\n';
  const raw = letter(
    { 'Content-Type': multipart('b') },
    `${head}Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=big.zip\r\n\r\n${base64}\r\n--b--`,
  );
  const item = await within(20_000, () => readMessage(raw));
  expect(item.attachments![0]!.byteSize).toBe(bytes.length);
  expect(item.attachments![0]!.bytes!.equals(bytes)).toBe(true);
});

test('of a header of many megabytes the beginning is read', async () => {
  const raw = letter(
    { Subject: 'Here', 'X-Long': `${'a'.repeat(70)}\r\n `.repeat(100_000) },
    'Body',
  );
  const item = await within(2_000, () => readMessage(raw));
  expect(item).toMatchObject({ subject: 'Here', body: 'Body' });
  expect(item.content!.notes).toEqual(['Its header is too large, and was read in part.']);
});

test('huge headers of parts leave the message with a note', async () => {
  const part = `--b\r\nX-Long: ${'a'.repeat(2_000_000)}\r\n\r\nx\r\n`;
  const item = await readMessage(letter({ Subject: 'Here', 'Content-Type': multipart('b') }, part));
  expect(item.subject).toBe('Here');
  expect(item.content!.notes).toEqual(['Its parts could not be read; see the original.']);
});

test('texts that cutters of quotes are slow on are read in time', async () => {
  for (const text of [
    '> quoted\n'.repeat(20_000),
    'On '.repeat(60_000),
    `${'<'.repeat(50_000)}https://x`,
    `On ${'\n'.repeat(5_000)} wrote:`,
    'From: a Date: b '.repeat(20_000),
    '- '.repeat(50_000),
  ]) {
    const raw = letter({ 'In-Reply-To': '<x@y>' }, text);
    await within(2_000, () => readMessage(raw));
  }
});

test('HTML of all kinds of malice is made harmless in time', async () => {
  const pages = [
    '<script>alert(1)</script><p onclick="x()">Hi</p><iframe src="//x"></iframe><style>*{}</style>',
    '<a href="javascript:alert(1)">a</a><a href=" java\nscript:x">b</a><svg onload=x><p>Hi</p></svg>',
    '<img src="x" onerror="alert(1)"><img src="https://track.test/p.gif"><img src="cid:pic1"><p>Hi</p>',
    '<p style="position:fixed;background:url(https://x);color:red">Hi</p><form action=x><input></form>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"><p>Hi</p>',
    '<div>'.repeat(100_000) + '<p>Hi',
    '<p '.repeat(50_000) + '>Hi',
    '<p style="' + 'a:b;'.repeat(100_000) + '">Hi</p>',
  ];
  for (const page of pages) {
    const raw = letter({ 'Content-Type': 'text/html; charset=utf-8' }, page);
    const { content } = await within(4_000, () => readMessage(raw));
    const html = content!.html ?? '';
    expect(html).not.toMatch(
      /<(?:script|iframe|style|svg|math|form|input)|javascript:|url\(|position/i,
    );
    expect(html.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]+\son\w+=/i);
    expect(html).not.toMatch(/<img[^>]+\ssrc="(?!cid:)/);
  }
});

test('pictures from elsewhere keep their place without being fetched, those in the mail are shown', async () => {
  const page = '<img src="https://track.test/p.gif" alt="Logo"><img src="cid:pic1">';
  const { content } = await readMessage(letter({ 'Content-Type': 'text/html' }, page));
  expect(content).toMatchObject({
    html: '<img alt="Logo" data-remote-src="https://track.test/p.gif" /><img src="cid:pic1" />',
    remoteImages: 1,
  });
});

test('a file is named by the last part of its name, on one line', async () => {
  const names = [
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\win.ini', 'win.ini'],
    ['/etc/../..', 'attachment-1.plain'],
    ['.htaccess', 'htaccess'],
    ['a\u0000b\u202egnp.exe', 'a b gnp.exe'],
    ['   ', 'attachment-1.plain'],
    [`${'x'.repeat(400)}.pdf`, `${'x'.repeat(146)}.pdf`],
  ] as const;
  for (const [given, kept] of names) {
    const encoded = `=?utf-8?B?${Buffer.from(given).toString('base64')}?=`;
    const part = `--b\r\nContent-Type: text/plain; name="${encoded}"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--`;
    const item = await readMessage(letter({ 'Content-Type': multipart('b') }, part));
    expect(item.attachments![0]!.fileName).toBe(kept);
  }
});

test('SVG and HTML files are data, and are not looked into', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const part = (type: string) =>
    `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename=x\r\n\r\n${svg}\r\n`;
  const raw = letter(
    { 'Content-Type': multipart('b') },
    `${part('image/svg+xml')}${part('text/html')}--b--`,
  );
  const { attachments, content } = await readMessage(raw);
  expect(attachments!.map(({ contentType }) => contentType)).toEqual([
    'image/svg+xml',
    'text/html',
  ]);
  expect(attachments!.every(({ bytes }) => bytes!.toString().trim() === svg)).toBe(true);
  expect(content!.html).toBeUndefined();
});

test('names and subjects bring no second line and no control characters', async () => {
  const sneaky = `=?utf-8?B?${Buffer.from('Hi\r\nBcc: x@evil.test\u0000\u202e').toString('base64')}?=`;
  const item = await readMessage(
    letter({ Subject: sneaky, From: `${sneaky} <ana@customer.test>` }),
  );
  expect(item.subject).toBe('Hi Bcc: x@evil.test');
  expect(item.author).toMatchObject({ displayName: 'Hi Bcc: x@evil.test' });
});

test('broken charsets, encodings and dates leave a message', async () => {
  const bodies: [Record<string, string>, string][] = [
    [{ 'Content-Type': 'text/plain; charset=no-such-thing' }, 'Hello'],
    [{ 'Content-Type': 'text/plain; charset="utf-8' }, 'Hello'],
    [{ 'Content-Transfer-Encoding': 'base64' }, 'SGVsbG8=!!!%%'],
    [{ 'Content-Transfer-Encoding': 'quoted-printable' }, 'Hello=ZZ=\r\n'],
    [{ 'Content-Type': '///', Date: 'yesterday' }, 'Hello'],
  ];
  for (const [headers, body] of bodies) {
    const item = await readMessage(letter(headers, body));
    expect(item.body || item.attachments!.length).toBeTruthy();
    expect(item.sentAt.getTime()).toBeLessThanOrEqual(Date.UTC(2026, 2, 1, 12));
  }
});

test('what is no mail at all is unreadable', async () => {
  for (const raw of [Buffer.alloc(0), Buffer.from('just words'), randomBytes(100).fill(0xff)]) {
    await expect(read(raw)).rejects.toThrow('This is no mail');
  }
});

test('bytes at random never do more than that', async () => {
  for (let round = 0; round < 200; round++) {
    const noise = randomBytes(2_000);
    const raw = Buffer.concat([letter({ 'Content-Type': multipart('b') }, '--b\r\n'), noise]);
    const at = Math.floor(Math.random() * raw.length);
    raw.fill(noise.subarray(0, 20), at, Math.min(at + 20, raw.length));
    await read(raw);
  }
});
