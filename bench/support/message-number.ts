const BODY = Buffer.from('"body":"Message ');
const ZERO = 0x30;

/** The number that the body of a message begins with, read from a frame without parsing the rest. */
export function messageNumber(bytes: Buffer, start: number): number {
  let at = bytes.indexOf(BODY, start) + BODY.length;
  let n = 0;
  for (; bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9; at++) n = n * 10 + bytes[at]! - ZERO;
  return n;
}
