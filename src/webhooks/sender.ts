import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { globalId } from '../domain/kit/ids';
import { readBodies } from './bodies';
import { claimDue, releaseClaim, type Claimed } from './claim';
import { deliver, type Delivering } from './deliver';
import { Rounds } from '../jobs/rounds';

/** How often the sender looks by itself, in milliseconds. */
const LOOK_EVERY = 1_000;

export interface SenderOptions extends Delivering {
  pool: Pool;
  log: Pick<Logger, 'debug' | 'warn' | 'error'>;
  /** How many requests are under way at the same time. */
  slots: number;
  /** How many of them to one endpoint. */
  slotsEach: number;
  /** After how many seconds without an outcome a delivery counts as not sent. */
  leaseSeconds: number;
  /** How many seconds a stop waits for requests that are under way. */
  stopSeconds: number;
}

/**
 * Sends what is due. A few requests for each endpoint are under way at the same time, one where the
 * last has failed, and half of all are kept for receivers that work: so a slow or dead one costs the
 * others nothing.
 */
export class Sender {
  private readonly rounds: Rounds;
  private readonly stopping = new AbortController();
  private readonly underWay = new Map<Claimed, Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(private readonly options: SenderOptions) {
    this.rounds = new Rounds({
      round: () => this.round(),
      every: LOOK_EVERY,
      onError: (err) => options.log.warn({ err }, 'webhooks could not be read'),
    });
    setMaxListeners(options.slots + 1, this.stopping.signal);
  }

  start(): void {
    this.rounds.start();
  }

  /** Has it look for deliveries now. */
  wake(): void {
    this.rounds.wake();
  }

  get isBusy(): boolean {
    return this.rounds.isBusy || this.underWay.size > 0;
  }

  /** Takes nothing more; what is under way may end, and is given back after a while. */
  async stop(): Promise<void> {
    this.isClosed = true;
    await this.rounds.stop();
    for (const timer of this.timers) clearTimeout(timer);
    const { stopSeconds } = this.options;
    const limit = setTimeout(() => this.stopping.abort(), stopSeconds * 1_000);
    await Promise.all(this.underWay.values());
    clearTimeout(limit);
  }

  private async round(): Promise<void> {
    const { pool, slots, slotsEach, leaseSeconds } = this.options;
    const free = slots - this.underWay.size;
    if (free <= 0 || this.isClosed) return;
    const failing = [...this.underWay.keys()].filter((claimed) => claimed.isFailing).length;
    const claims = await claimDue(pool, randomUUID(), {
      total: free,
      failing: Math.max(0, Math.floor(slots / 2) - failing),
      perEndpoint: slotsEach,
      underWay: this.countByEndpoint(),
      leaseSeconds,
    });
    const bodies = await readBodies(pool, claims);
    for (const [index, claimed] of claims.entries()) {
      this.underWay.set(claimed, this.carryOut(claimed, bodies[index] ?? null));
    }
  }

  private countByEndpoint(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { endpointId } of this.underWay.keys()) {
      counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
    }
    return counts;
  }

  /** Never rejects. What can't be written down is sent again when the lease is over. */
  private async carryOut(claimed: Claimed, body: string | null): Promise<void> {
    const { log, pool } = this.options;
    const about = {
      endpoint: globalId('WebhookEndpoint', claimed.endpointId),
      delivery: globalId('WebhookDelivery', claimed.id),
    };
    try {
      const { signal } = this.stopping;
      const retrySeconds = await deliver(claimed, body, this.options, signal);
      if (retrySeconds !== null) this.wakeIn(retrySeconds);
    } catch (err) {
      if (this.stopping.signal.aborted) await releaseClaim(pool, claimed, 0).catch(() => undefined);
      else log.error({ ...about, err }, 'a webhook delivery could not be carried out');
    } finally {
      this.underWay.delete(claimed);
      this.rounds.wake();
    }
  }

  /** For pauses that are shorter than those between its own looks. */
  private wakeIn(seconds: number): void {
    if (seconds * 1_000 >= LOOK_EVERY || this.isClosed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.wake();
    }, seconds * 1_000);
    this.timers.add(timer);
  }
}
