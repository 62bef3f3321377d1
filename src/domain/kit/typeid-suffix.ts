/**
 * The suffix of a TypeID: a UUID as 26 characters of Crockford's base 32, in lower case.
 *
 * typeid-js does the rest; this one direction is ours because a page of an inbox has sixty ids to
 * show, and there the library took a tenth of the whole request's CPU (1.8 µs an id against 0.2).
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Every two characters, by their ten bits. */
const pairs = Array.from(
  { length: 1024 },
  (_, bits) => alphabet.charAt(bits >> 5) + alphabet.charAt(bits & 31),
);

/** @param uuid in its canonical form, with dashes. */
export function encodeSuffix(uuid: string): string {
  return (
    pairs[parseInt(uuid.slice(0, 2), 16)]! +
    encodeFiveBytes(uuid.slice(2, 8) + uuid.slice(9, 13)) +
    encodeFiveBytes(uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24, 26)) +
    encodeFiveBytes(uuid.slice(26))
  );
}

function encodeFiveBytes(hex: string): string {
  const high = parseInt(hex.slice(0, 5), 16);
  const low = parseInt(hex.slice(5), 16);
  return pairs[high >> 10]! + pairs[high & 1023]! + pairs[low >> 10]! + pairs[low & 1023]!;
}
