import fc from 'fast-check';
import { safeFileName } from '../../src/domain/file/file-name';
import { servedAs } from '../../src/domain/file/media-type';

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\a\\evil.exe', 'evil.exe'],
  ['a\u0000b.png', 'a_b.png'],
  ['\u202egnp.exe', '_gnp.exe'],
  ['line\r\nbreak.txt', 'line__break.txt'],
  ['...', 'file'],
  ['', 'file'],
  [null, 'file'],
  ['Rechnung März 2026.pdf', 'Rechnung März 2026.pdf'],
  ['写真.jpg', '写真.jpg'],
  [`${'a'.repeat(300)}.jpeg`, `${'a'.repeat(195)}.jpeg`],
])('%j is called %j', (given, name) => {
  expect(safeFileName(given)).toBe(name);
});

test('whatever a file is called, its name leads nowhere and hides nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = safeFileName(given);
      expect(name).not.toMatch(/[/\\\p{Cc}\p{Cf}]|^\.|\.$/u);
      expect([...name].length).toBeLessThanOrEqual(200);
      expect(name).not.toBe('');
      expect(safeFileName(name)).toBe(name);
    }),
  );
});

test.each([
  ['image/png', 'image/png', true],
  ['IMAGE/JPEG; name="x"', 'image/jpeg', true],
  ['image/svg+xml', 'application/octet-stream', false],
  ['text/html', 'application/octet-stream', false],
  ['application/xhtml+xml', 'application/octet-stream', false],
  ['text/javascript', 'application/octet-stream', false],
  ['application/pdf', 'application/pdf', false],
  ['nonsense', 'application/octet-stream', false],
  [null, 'application/octet-stream', false],
])('a file declared as %j is served as %s', (declared, contentType, isShown) => {
  expect(servedAs(declared)).toEqual({ contentType, isShown });
});
