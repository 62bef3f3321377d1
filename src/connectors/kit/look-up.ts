import type { RawDelivery } from './connector';
import { Unreadable } from './errors';

/** What a connector is asked to find out. */
export interface LookUp {
  key: string;
  about: Readonly<Record<string, unknown>>;
}

/** What became of it: the answer as `lookUp` gave it, or why there is none. */
export type LookUpResult =
  { answer: unknown; refusal?: undefined } | { refusal: { code: string; message: string } };

/** By which a delivery is known to hold the answer of a look-up. */
export const LOOK_UP_HEADER = 'parley-look-up';

/** The answer of a look-up, as a delivery. */
export function lookUpDelivery(asked: LookUp, result: LookUpResult) {
  const { key, about } = asked;
  return {
    eventKey: `look-up:${key}`,
    headers: { [LOOK_UP_HEADER]: '1' },
    body: Buffer.from(JSON.stringify({ lookUp: { key, about }, ...result })),
  };
}

/**
 * Reads a delivery that is the answer of a look-up; null for all others.
 * @throws Unreadable where its body is none.
 */
export function readLookUp({
  source,
  headers,
  body,
}: Pick<RawDelivery, 'source' | 'headers' | 'body'>): (LookUp & LookUpResult) | null {
  // what comes from outside is no answer, whatever its headers say
  if (source !== 'POLL' || headers[LOOK_UP_HEADER] === undefined) return null;
  try {
    const { lookUp, ...result } = JSON.parse(body.toString()) as { lookUp: LookUp } & LookUpResult;
    return { ...lookUp, ...result };
  } catch (error) {
    throw new Unreadable('The answer of a look-up can’t be read.', { cause: error });
  }
}
