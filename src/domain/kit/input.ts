import { z } from 'zod';
import { uuidOf, type IdKind } from './ids';

/** Control characters other than tab and line ends; lone surrogates are refused beside them. */
const control = /(?![\u0080-\u009f])[^\P{Cc}\t\n\r]/u;
const lineEnd = /[\t\n\r]/;

/** PostgreSQL indexes 2,704 bytes at most, and the longest key of ours has two lines of text. */
const MOST_LINE_BYTES = 1_300;

/** Text of one line, trimmed: names, keys, handles. */
export function line(longest: number) {
  return z
    .string()
    .refine((value) => !control.test(value) && !lineEnd.test(value) && value.isWellFormed(), {
      message: 'Must be one line of text without control characters.',
    })
    .transform((value) => value.trim())
    .pipe(
      z
        .string()
        .min(1, 'Must not be empty.')
        .max(longest, { error: `Must be at most ${longest} characters.`, abort: true })
        .refine((value) => Buffer.byteLength(value) <= MOST_LINE_BYTES, {
          message: `Must be at most ${MOST_LINE_BYTES} bytes in UTF-8.`,
        }),
    );
}

/** An e-mail address, in lower case: only as much is asked of it as every address has. */
export const email = line(254)
  .transform((value) => value.toLowerCase())
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), 'Must be an e-mail address.');

/** Text as written, kept to the letter: bodies. */
export function prose(longest: number) {
  return z
    .string()
    .min(1, 'Must not be empty.')
    .max(longest, `Must be at most ${longest} characters.`)
    .refine((value) => !control.test(value) && value.isWellFormed(), {
      message: 'Must be text without control characters.',
    });
}

/** An optional field that may also be given as null. */
export function optional<T extends z.ZodType>(shape: T) {
  return shape.nullish().transform((value) => value ?? null);
}

/**
 * An id of one kind, as its UUID. One that is not such an id becomes the nil UUID, which no row has:
 * the command then finds nothing, and unknown, foreign and malformed ids get the same answer.
 */
export function id(kind: IdKind) {
  return z.string().transform((value) => uuidOf(kind, value) ?? NIL_UUID);
}

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/** A moment between 1900 and 2200. */
export const instant = z
  .date()
  .refine((date) => date.getTime() >= earliest && date.getTime() < latest, {
    message: 'Must be a date between 1900 and 2200.',
  });

const deepest = 10;
const mostBytes = 16_384;

/** A JSON object of at most 16 KiB and ten levels. */
export const jsonObject = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    {
      message: 'Must be a JSON object.',
    },
  )
  .superRefine((value, context) => {
    if (!isShallow(value, deepest)) {
      context.addIssue({
        code: 'custom',
        message: `Must be nested at most ${deepest} levels deep.`,
      });
      return;
    }
    if (Buffer.byteLength(JSON.stringify(value)) > mostBytes) {
      context.addIssue({ code: 'custom', message: `Must be at most ${mostBytes} bytes of JSON.` });
    }
    if (!isStorable(value)) {
      const message = 'Must not hold NUL, broken Unicode or numbers without an end.';
      context.addIssue({ code: 'custom', message });
    }
  });

/** Whether PostgreSQL keeps a JSON value as it is: its texts, keys too, and its numbers. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** Whether a JSON value is nested at most `levels` deep. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
