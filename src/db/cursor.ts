import { crc32 } from 'node:zlib';

/** Raised for a cursor that this list did not give out. */
export class CursorError extends Error {}

/** A place in an ordered list: the order's name and the values of its columns, as text. */
export interface Place {
  order: string;
  values: string[];
}

/** An opaque cursor. The checksum tells a damaged or invented one from a place that no longer exists. */
export function encodeCursor(place: Place): string {
  const body = JSON.stringify([place.order, ...place.values]);
  const checksum = crc32(body).toString(36).padStart(7, '0');
  return Buffer.from(checksum + body).toString('base64url');
}

/** Reads a cursor of the given order, or throws {@link CursorError}. */
export function decodeCursor(cursor: string, order: string, width: number): string[] {
  const text = cursor.length <= 1_000 ? Buffer.from(cursor, 'base64url').toString() : '';
  const body = text.slice(7);
  if (!body || crc32(body).toString(36).padStart(7, '0') !== text.slice(0, 7)) {
    throw new CursorError(
      'is not a cursor of this list: pass one from pageInfo or edges unchanged',
    );
  }
  const [name, ...values] = JSON.parse(body) as string[];
  if (name !== order || values.length !== width) {
    throw new CursorError(
      'is a cursor of another order or list: start again without it when the order changes',
    );
  }
  return values;
}
