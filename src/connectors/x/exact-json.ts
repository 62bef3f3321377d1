import { Unreadable } from '../kit/errors';
import { readJson } from '../kit/json-body';

/** Sixteen digits may be more than a double holds exactly: whether a body has such a number at all. */
const longNumber = /[:,[\s]-?\d{16}/;
const textOrLongNumber = /"(?:[^"\\]+|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * The body of a delivery, in which whole numbers that are too long for JavaScript stand as texts: ids
 * of the platform's first API come as numbers beside the texts that they ought to be.
 * @throws Unreadable
 */
export function readExactJson(body: Buffer): unknown {
  const value = readJson(body);
  const text = body.toString();
  if (!longNumber.test(text)) return value;
  const exact = text.replace(textOrLongNumber, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
  try {
    return JSON.parse(exact) as unknown;
  } catch (error) {
    throw new Unreadable('The body holds numbers that can’t be read.', { cause: error });
  }
}
