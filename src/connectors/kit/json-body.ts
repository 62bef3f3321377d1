import { isUtf8 } from 'node:buffer';
import { isShallow } from '../../domain/kit/input';
import { Unreadable } from './errors';

/** Deeper than what any platform sends, and safe for rules that look all the way down. */
const DEEPEST = 50;

/**
 * The body of a delivery as JSON.
 * @throws Unreadable with what is wrong.
 */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Unreadable('The body is not valid UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new Unreadable('The body is not valid JSON.');
  }
  if (isShallow(value, DEEPEST)) return value;
  throw new Unreadable(`The body is nested more than ${DEEPEST} levels deep.`);
}
