import { setTimeout as delay } from 'node:timers/promises';
import type { SourceContext } from '../kit/connector';
import { probe } from './connect';

const DAY = 86_400_000;
/** How often it is looked whether a day is over, in milliseconds. */
const LOOK_EVERY = 600_000;

/**
 * Once a day: looks whether the token is still good, which also renews it in time. Nothing is read:
 * what happens is told by webhooks.
 */
export async function upkeep(context: SourceContext): Promise<void> {
  let last = typeof context.cursor?.['probedAt'] === 'string' ? context.cursor['probedAt'] : null;
  while (!context.signal.aborted) {
    const now = context.clock();
    // the first one a day after connecting, which has just shown that all is well
    if (last !== null && now.getTime() - Date.parse(last) >= DAY) await probe(context);
    if (last === null || now.getTime() - Date.parse(last) >= DAY) {
      last = now.toISOString();
      await context.deliver([], { probedAt: last });
    }
    await delay(LOOK_EVERY, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
