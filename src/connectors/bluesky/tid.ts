import { createHash } from 'node:crypto';

/**
 * Names of records: 13 characters that hold microseconds since 1970 and ten more bits, and sort by
 * time. See https://atproto.com/specs/tid.
 */

const alphabet = '234567abcdefghijklmnopqrstuvwxyz';

/** The same for the same key and time; different ones for messages of the same millisecond. */
export function tidOf(key: string, at: Date): string {
  const digest = createHash('sha256').update(key).digest();
  const microseconds = BigInt(at.getTime()) * 1_000n + BigInt(digest.readUInt16BE(0) % 1_000);
  return encode((microseconds << 10n) | BigInt(digest.readUInt16BE(2) & 0x3ff));
}

/** The moment that a name holds; null where it is no such name. */
export function timeOfTid(tid: string): Date | null {
  if (!/^[2-7a-j][2-7a-z]{12}$/.test(tid)) return null;
  const number = [...tid].reduce((sum, char) => sum * 32n + BigInt(alphabet.indexOf(char)), 0n);
  return new Date(Number((number >> 10n) / 1_000n));
}

function encode(number: bigint): string {
  return Array.from({ length: 13 }, (_, index) => {
    const digit = (number >> BigInt(5 * (12 - index))) & 31n;
    return alphabet[Number(digit)]!;
  }).join('');
}
