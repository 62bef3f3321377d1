import { readJson } from '../kit/json-body';

/** A text, or a number as JSON writes it. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** So many digits are always exact. */
const EXACT = 15;

/**
 * The body of a delivery as JSON, in which whole numbers that JavaScript can't hold are texts: Meta
 * writes ids as numbers now and then, and some are beyond 2^53.
 * @throws Unreadable with what is wrong.
 */
export function readExactJson(body: Buffer): unknown {
  const value = readJson(body);
  if (!/\d{16}/.test(body.toString('latin1'))) return value;
  const text = body.toString().replace(TOKEN, (token) => (isLong(token) ? `"${token}"` : token));
  return JSON.parse(text);
}

function isLong(token: string): boolean {
  return token.length > EXACT && /^-?\d+$/.test(token);
}
