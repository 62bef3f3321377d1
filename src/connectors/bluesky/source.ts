import { setTimeout as pause } from 'node:timers/promises';
import type { SourceContext } from '../kit/connector';
import { Reader } from './reader';

/** Shortest and longest pause between two looks, in milliseconds. */
const SHORTEST = 1_000;
const LONGEST = 15_000;
/** What each look without news makes of the pause. */
const GROWTH = 1.3;

/**
 * Looks for news again and again: soon after there was some, more seldom while there is none. It
 * takes two requests a look, of the 3,000 in five minutes that Bluesky allows an address.
 */
export async function source(context: SourceContext): Promise<void> {
  const { signal } = context;
  const reader = new Reader(context);
  let wait = SHORTEST;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const hasNews = await reader.look();
    if (isFirst) await context.report('OK');
    wait = hasNews ? SHORTEST : Math.min(wait * GROWTH, LONGEST);
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}
