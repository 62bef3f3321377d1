import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { OpenChannel } from '../connections/open-channel';
import { Unreadable } from '../connectors/kit/errors';
import { BadItems, checkItems } from '../connectors/kit/item-shape';
import type { InboundItem } from '../connectors/kit/item';
import { isShallow } from '../domain/kit/input';
import type { QueuedDelivery } from './queue';
import { storable } from './storable';

/** What a delivery came to. */
export type Reading =
  | { delivery: QueuedDelivery; items: InboundItem[] }
  /** It never will: it is left to people at once. */
  | { delivery: QueuedDelivery; dead: string }
  /** It may the next time. */
  | { delivery: QueuedDelivery; error: unknown };

/** How long others may have to wait while deliveries are read, in milliseconds. */
const LONGEST_TURN = 20;
/** How long reading one may take, in milliseconds. */
const LONGEST_READING = 60_000;
/** Far deeper than any item, and safe for rules that look all the way down. */
const DEEPEST = 100;

/** Has the connector say what deliveries hold, and checks what it says. */
export async function normaliseBatch(
  open: OpenChannel,
  deliveries: readonly QueuedDelivery[],
): Promise<Reading[]> {
  const readings: Reading[] = [];
  let begun = performance.now();
  for (const delivery of deliveries) {
    readings.push(await normaliseOne(open, delivery));
    if (performance.now() - begun < LONGEST_TURN) continue;
    await turn();
    begun = performance.now();
  }
  return readings;
}

async function normaliseOne(
  { connector, channel }: OpenChannel,
  delivery: QueuedDelivery,
): Promise<Reading> {
  try {
    const { source, headers, body, receivedAt } = delivery;
    const raw = { source, headers, body, receivedAt };
    const items = connector.normalise(raw, channel);
    const given = Array.isArray(items) ? items : await inTime(items);
    if (!isShallow(given, DEEPEST)) throw new BadItems('they are nested too deep');
    return { delivery, items: checkItems(storable(given)) };
  } catch (error) {
    if (error instanceof Unreadable) return { delivery, dead: error.message };
    if (!(error instanceof BadItems)) return { delivery, error };
    const { label } = connector.manifest;
    return {
      delivery,
      dead: `The connector for ${label} made items that can’t be: ${error.message}.`,
    };
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const ending = new AbortController();
  const late = delay(LONGEST_READING, null, { signal: ending.signal }).then(() => {
    throw new Error(`Reading a delivery took longer than ${LONGEST_READING} ms.`);
  });
  // ended by the work's own end
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    ending.abort();
  }
}
