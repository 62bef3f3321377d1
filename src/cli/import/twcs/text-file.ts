import { isUtf8 } from 'node:buffer';
import { open, type FileHandle } from 'node:fs/promises';
import { ImportFileError } from './import-file-error';
import { LineCounter } from './line-counter';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A file that is open for reading, and its size in bytes. */
export interface OpenTextFile {
  handle: FileHandle;
  size: number;
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'the file may not be read by this user',
  EPERM: 'the file may not be read by this user',
};

function unreadable(error: unknown): ImportFileError {
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
  return new ImportFileError(null, reasons[code] ?? `the file cannot be read (${code})`);
}

/**
 * Opens a regular file. An import reads it twice, which pipes and devices cannot offer.
 * @throws ImportFileError when it is missing, a directory, a device, not readable or empty.
 */
export async function openTextFile(path: string): Promise<OpenTextFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new ImportFileError(null, 'it is a directory, not a file');
    if (!stat.isFile()) throw new ImportFileError(null, 'it is not a regular file');
    if (stat.size === 0) throw new ImportFileError(null, 'the file is empty');
    return { handle, size: stat.size };
  } catch (error) {
    await handle?.close();
    throw error instanceof ImportFileError ? error : unreadable(error);
  }
}

/** Bytes of `chunk` before a character that is cut off at its end (0 to 3 bytes are left over). */
function wholeCharacters(chunk: Buffer): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? chunk.length - back : chunk.length;
    }
  }
  return chunk.length;
}

/** Where the first line that is not UTF-8 begins; "\n" is never a part of another character. */
function firstBadLine(chunk: Buffer): number {
  let start = 0;
  for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
    if (!isUtf8(chunk.subarray(start, end))) return start;
    start = end + 1;
  }
  return start;
}

function refuseBinary(chunk: Buffer, lines: LineCounter): void {
  const nul = chunk.indexOf(0);
  if (nul !== -1) {
    const line = lines.lineWithin(chunk, nul);
    throw new ImportFileError(line, 'this is not a text file: it holds a NUL byte');
  }
  if (!isUtf8(chunk)) {
    const line = lines.lineWithin(chunk, firstBadLine(chunk));
    throw new ImportFileError(
      line,
      'this is not a text file in UTF-8: it holds bytes that are none',
    );
  }
}

/**
 * The bytes of the file in chunks that end between characters, each handed to `lines` as it passes.
 * @throws ImportFileError at the first NUL or invalid UTF-8.
 */
export async function* textChunks(
  source: AsyncIterable<Buffer>,
  lines: LineCounter,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const read of source) {
    const chunk: Buffer = rest.length === 0 ? read : Buffer.concat([rest, read]);
    const whole = chunk.subarray(0, wholeCharacters(chunk));
    rest = chunk.subarray(whole.length);
    refuseBinary(whole, lines);
    lines.push(whole);
    yield whole;
  }
  refuseBinary(rest, lines);
}

/** A stream over the file's bytes, which closes the file at its end. */
export function byteStream(file: OpenTextFile): AsyncIterable<Buffer> {
  return file.handle.createReadStream({ highWaterMark: CHUNK_BYTES });
}
