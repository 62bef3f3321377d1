import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { isShallow } from '../../domain/kit/input';
import type { RawDelivery } from '../kit/connector';
import { Unreadable } from '../kit/errors';
import type { InboundItem } from '../kit/item';
import { wordsOf, writtenItems } from '../kit/item-shape';

/** Deeper than any item, and safe for rules that look all the way down. */
const DEEPEST = 20;

const envelope = z.strictObject(
  { items: writtenItems },
  { error: ({ code }) => (code === 'invalid_type' ? 'must be an object with items' : undefined) },
);

/** Reads `{ "items": […] }` in Parley's own form of items; see BEHAVIOR.md. */
export function normalise({ body }: RawDelivery): InboundItem[] {
  const parsed = envelope.safeParse(parse(body));
  if (!parsed.success) throw new Unreadable(`The body can’t be read: ${wordsOf(parsed.error)}.`);
  return parsed.data.items;
}

function parse(body: Buffer): unknown {
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
