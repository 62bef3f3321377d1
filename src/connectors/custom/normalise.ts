import { z } from 'zod';
import type { RawDelivery } from '../kit/connector';
import { Unreadable } from '../kit/errors';
import type { InboundItem } from '../kit/item';
import { wordsOf, writtenItems } from '../kit/item-shape';
import { readJson } from '../kit/json-body';

const envelope = z.strictObject(
  { items: writtenItems },
  { error: ({ code }) => (code === 'invalid_type' ? 'must be an object with items' : undefined) },
);

/** Reads `{ "items": […] }` in Parley's own form of items; see BEHAVIOR.md. */
export function normalise({ body }: RawDelivery): InboundItem[] {
  const parsed = envelope.safeParse(readJson(body));
  if (parsed.success) return parsed.data.items;
  throw new Unreadable(`The body can’t be read: ${wordsOf(parsed.error)}.`);
}
