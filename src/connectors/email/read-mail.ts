import PostalMime, { type Email } from 'postal-mime';
import { Unreadable } from '../kit/errors';

/** A message taken apart. */
export interface Mail extends Email {
  /** What was left out of it, for people. */
  notes: string[];
}

/** Lines that begin a part; more are cut off, with what follows. */
const MOST_PARTS = 200;
/** Bytes of the header that are read. */
const LARGEST_HEADER = 256 * 1024;
const options = {
  maxNestingDepth: MOST_PARTS + 1,
  maxRfc822NestingDepth: 3,
  maxHeadersSize: 1024 * 1024,
};

/**
 * Takes a message apart, as much of it as is bounded: whoever writes to the company decides what is in
 * it. Nothing is unpacked.
 * @throws Unreadable where it is no message at all.
 */
export async function readMail(raw: Buffer): Promise<Mail> {
  const notes: string[] = [];
  const bounded = cutParts(cutHeader(withoutEnvelopeLine(raw), notes), notes);
  if (!hasHeader(bounded)) throw new Unreadable('This is no mail: it has no header.');
  try {
    return { ...(await PostalMime.parse(bounded, options)), notes };
  } catch {
    notes.push('Its parts could not be read; see the original.');
    const end = headerEnd(bounded);
    const header = bounded.subarray(0, end).toString('latin1');
    const bare = header.replace(/^content-[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim, '');
    return { ...(await PostalMime.parse(Buffer.from(bare, 'latin1'), options)), notes };
  }
}

/** Without the line that mailboxes in one file (mbox) put before each message. */
function withoutEnvelopeLine(raw: Buffer): Buffer {
  if (!/^>?From /.test(raw.subarray(0, 6).toString('latin1'))) return raw;
  const end = raw.indexOf(0x0a);
  return end < 0 ? raw : raw.subarray(end + 1);
}

function hasHeader(raw: Buffer): boolean {
  const beginning = raw.subarray(0, 64 * 1024).toString('latin1');
  return /^[!-9;-~]+[ \t]*:/m.test(beginning);
}

/** Where the body begins. */
function headerEnd(raw: Buffer): number {
  const ends = [raw.indexOf('\r\n\r\n'), raw.indexOf('\n\n')].filter((end) => end >= 0);
  return ends.length > 0 ? Math.min(...ends) : raw.length;
}

function cutHeader(raw: Buffer, notes: string[]): Buffer {
  const end = headerEnd(raw);
  if (end <= LARGEST_HEADER) return raw;
  notes.push('Its header is too large, and was read in part.');
  const lineEnd = raw.lastIndexOf(0x0a, LARGEST_HEADER);
  return Buffer.concat([
    raw.subarray(0, lineEnd < 0 ? LARGEST_HEADER : lineEnd),
    raw.subarray(end),
  ]);
}

/** Cuts where too many parts begin: what is before them is kept. */
function cutParts(raw: Buffer, notes: string[]): Buffer {
  const boundaries = boundariesIn(raw);
  if (boundaries.size === 0) return raw;
  let parts = 0;
  for (let at = raw.indexOf('\n--'); at >= 0; at = raw.indexOf('\n--', at + 3)) {
    const lineEnd = raw.indexOf(0x0a, at + 1);
    const line = raw.subarray(at + 3, Math.min(lineEnd < 0 ? raw.length : lineEnd, at + 303));
    if (!isBoundary(line.toString('latin1').trimEnd(), boundaries)) continue;
    parts++;
    if (parts <= MOST_PARTS) continue;
    notes.push(`It has more than ${MOST_PARTS} parts; the rest was left out.`);
    return raw.subarray(0, at + 1);
  }
  return raw;
}

function isBoundary(line: string, boundaries: ReadonlySet<string>): boolean {
  return boundaries.has(line) || (line.endsWith('--') && boundaries.has(line.slice(0, -2)));
}

/** The boundaries that the message declares; of very many, the first. */
function boundariesIn(raw: Buffer): Set<string> {
  const found = new Set<string>();
  for (const word of ['boundary', 'Boundary', 'BOUNDARY']) {
    let at = raw.indexOf(word);
    for (; at >= 0 && found.size < 2_000; at = raw.indexOf(word, at + word.length)) {
      const declared = raw.subarray(at + word.length, at + 320).toString('latin1');
      const value = /^\*?0?\*?\s*=\s*(?:"((?:[^"\\\r\n]|\\.)+)"|([^\s;"]+))/.exec(declared);
      if (value) found.add((value[1] ?? value[2]!).replace(/\\(.)/g, '$1').trimEnd());
    }
  }
  return found;
}
