import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Actor } from './actor';
import { Refusal, Unauthenticated } from './refusals';

/** Somebody who was let in, and until when that can hold. */
export interface Admission {
  actor: Actor;
  /** Milliseconds since the epoch; from then on the credential has expired. Null: it never does. */
  validUntil: number | null;
}

/** How a cache keeps its answers; durations in milliseconds. */
export interface AdmissionCacheOptions {
  /** A use of an answer older than this has it checked again in the background. */
  refreshAfter: number;
  /** An answer older than this isn't used: whoever asks waits for a new one. */
  trustFor: number;
  clock: () => Date;
  log: Pick<Logger, 'debug'>;
}

/** Far more credentials than one process serves at a time; about 10 MB when full. */
const MOST_ADMISSIONS = 20_000;
const MOST_REFUSALS = 1_000;
/** Spares the database a client that repeats a wrong credential without end. */
const REFUSE_FOR = 1_000;

interface Kept<T> {
  value: T;
  /** When the look-up began: what it read may have changed from then on. */
  checkedAt: number;
}

/**
 * Remembers who was admitted, for a short time. A credential in steady use never waits for a look-up
 * and is still checked every `refreshAfter`; one that rested for `trustFor` is checked before it
 * counts. Refusals are kept apart, so that a flood of wrong credentials displaces no right one.
 */
export class AdmissionCache {
  private readonly admissions = new LRUCache<string, Kept<Admission>>({ max: MOST_ADMISSIONS });
  private readonly refusals = new LRUCache<string, Kept<Refusal>>({ max: MOST_REFUSALS });
  private readonly lookups = new Map<string, Promise<Admission>>();
  /** Rises when something is forgotten: what a look-up that began before has read may be out of date. */
  private epoch = 0;

  constructor(private readonly options: AdmissionCacheOptions) {}

  /**
   * The actor behind a credential.
   * @param key tells credentials apart.
   * @param lookUp asks anew; throws a {@link Refusal} for a credential that admits nobody.
   * @throws Refusal, or whatever else the look-up failed with: an unreachable database admits nobody.
   */
  async admit(key: string, lookUp: () => Promise<Admission>): Promise<Actor> {
    const admission = this.recall(key, lookUp) ?? (await this.ask(key, lookUp));
    const { actor, validUntil } = admission;
    if (validUntil !== null && this.now() >= validUntil) throw new Unauthenticated('expired');
    return actor;
  }

  /** Drops what is known of a user or API key; to be called after its change is committed. */
  forget(actorId: string): void {
    this.epoch++;
    for (const [key, { value }] of this.admissions.entries()) {
      if (value.actor.id === actorId) this.admissions.delete(key);
    }
  }

  /** Resolves when no look-up is under way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.lookups.values());
  }

  private recall(key: string, lookUp: () => Promise<Admission>): Admission | undefined {
    const known = this.admissions.get(key);
    if (known && this.isYounger(known, this.options.trustFor)) {
      if (!this.isYounger(known, this.options.refreshAfter)) this.refresh(key, lookUp);
      return known.value;
    }
    const refused = this.refusals.get(key);
    if (refused && this.isYounger(refused, REFUSE_FOR)) throw refused.value;
    return undefined;
  }

  private refresh(key: string, lookUp: () => Promise<Admission>): void {
    if (this.lookups.has(key)) return;
    this.ask(key, lookUp).catch((error: unknown) => {
      // a fault that lasts reaches the callers themselves as soon as the answer is too old
      if (!(error instanceof Refusal)) {
        this.options.log.debug({ err: error }, 'a credential could not be checked again');
      }
    });
  }

  private ask(key: string, lookUp: () => Promise<Admission>): Promise<Admission> {
    const underWay = this.lookups.get(key);
    if (underWay) return underWay;
    const lookup = this.askAnew(key, lookUp).finally(() => this.lookups.delete(key));
    this.lookups.set(key, lookup);
    return lookup;
  }

  private async askAnew(key: string, lookUp: () => Promise<Admission>): Promise<Admission> {
    for (;;) {
      const { epoch } = this;
      const checkedAt = this.now();
      try {
        const value = this.withKnownActor(key, await lookUp());
        if (epoch !== this.epoch) continue;
        this.refusals.delete(key);
        this.admissions.set(key, { value, checkedAt });
        return value;
      } catch (error) {
        if (error instanceof Refusal) {
          this.admissions.delete(key);
          this.refusals.set(key, { value: error, checkedAt });
        }
        throw error;
      }
    }
  }

  /** As long as nothing about an actor changes it stays the same object: callers group by identity. */
  private withKnownActor(key: string, admission: Admission): Admission {
    const known = this.admissions.peek(key)?.value.actor;
    return isDeepStrictEqual(known, admission.actor) && known
      ? { ...admission, actor: known }
      : admission;
  }

  /** A clock that was set back makes an answer old, not young. */
  private isYounger({ checkedAt }: Kept<unknown>, duration: number): boolean {
    const age = this.now() - checkedAt;
    return age >= 0 && age < duration;
  }

  private now(): number {
    return this.options.clock().getTime();
  }
}
