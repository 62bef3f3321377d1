import { setTimeout as delay } from 'node:timers/promises';

/** The first pause and the longest, in milliseconds. */
const PAUSES = { first: 100, longest: 2_000 };

/** Pauses between attempts: each twice as long as the one before, with jitter, up to two seconds. */
export class Backoff {
  private next = PAUSES.first;

  /** To be called when an attempt has succeeded. */
  reset(): void {
    this.next = PAUSES.first;
  }

  /** Waits for the next pause, or until the signal. */
  async pause(signal: AbortSignal): Promise<void> {
    const ms = this.next * (0.5 + Math.random() / 2);
    this.next = Math.min(this.next * 2, PAUSES.longest);
    await delay(ms, undefined, { signal }).catch(() => undefined);
  }
}
