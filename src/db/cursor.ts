import { crc32 } from 'node:zlib';

/** Raised for a cursor that this list did not give out. */
export class CursorError extends Error {}

/** A place in an ordered list: the order's name and the values of its columns, as text. */
export interface Place {
  order: string;
  values: string[];
}

const LONGEST = 1_000;

/** An opaque cursor. The checksum tells a damaged or invented one from a place that no longer exists. */
export function encodeCursor(place: Place): string {
  const body = JSON.stringify([place.order, ...place.values]);
  return Buffer.from(checksumOf(body) + body).toString('base64url');
}

function checksumOf(body: string): string {
  return crc32(body).toString(36).padStart(7, '0');
}

/** What the values of a cursor look like, by the type of the column. */
const forms: Record<string, (value: string) => boolean> = {
  timestamptz: (value) => /^\d{4}-.*Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  uuid: (value) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
  bigint: (value) => /^-?\d{1,18}$/.test(value),
};

/** Reads a cursor of the given order, whose columns have these types, or throws {@link CursorError}. */
export function decodeCursor(cursor: string, order: string, types: readonly string[]): string[] {
  const bytes = Buffer.from(cursor.length <= LONGEST ? cursor : '', 'base64url');
  const text = bytes.toString();
  const body = text.slice(7);
  // the decoder skips what it does not know, so only what encodes to the same text is untouched
  const isUntouched = bytes.toString('base64url') === cursor;
  if (!isUntouched || !body || checksumOf(body) !== text.slice(0, 7)) throw invented();
  const parsed: unknown = JSON.parse(body);
  if (!isTexts(parsed)) throw invented();
  const [name, ...values] = parsed;
  if (name !== order || values.length !== types.length) {
    throw new CursorError(
      'is a cursor of another order or list: start again without it when the order changes',
    );
  }
  if (!types.every((type, index) => forms[type]?.(values[index]!))) throw invented();
  return values;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function invented(): CursorError {
  return new CursorError('is not a cursor of this list: pass one from pageInfo or edges unchanged');
}
