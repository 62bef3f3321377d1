import type { Logger } from 'pino';
import type { Actor } from '../../auth/actor';
import type { Authenticator, Credentials } from '../../auth/authenticate';
import { Refusal, Unauthenticated } from '../../auth/refusals';

/** Why a guest has to go whose credential nobody could check for too long. */
export class Unconfirmed extends Error {
  constructor() {
    super('What you signed in with could not be checked for a while: connect again.');
  }
}

/** A connection that stays open under a credential. */
export interface Guest {
  /** Told when the rights behind the credential are others than before. */
  changed(actor: Actor): void;
  /** Told once, when the credential holds no longer: has to be gone when this returns. */
  expelled(reason: Refusal | Unconfirmed): void;
}

/** A guest's stay; to be left when its connection is over. */
export interface Stay {
  readonly actor: Actor;
  leave(): void;
}

export interface LiveAdmissionsOptions {
  authenticator: Pick<Authenticator, 'authenticate' | 'forget'>;
  log: Pick<Logger, 'warn'>;
  /** How often each credential is checked again, in milliseconds. */
  recheckMs: number;
  /** For how long a guest may stay while nothing can be checked, in milliseconds. */
  unconfirmedMs: number;
}

/** How many credentials are checked at a time: most connections are for requests. */
const AT_ONCE = 4;

interface Admission {
  credentials: Credentials;
  actor: Actor;
  /** When the credential was last known to hold, on a clock that nobody sets. */
  confirmedAt: number;
  guests: Set<Guest>;
}

/**
 * Connections that stay open, by credential. Each credential is checked again and again for as long
 * as somebody stays under it; what it no longer allows, or who it no longer admits, ends.
 */
export class LiveAdmissions {
  private readonly admissions = new Map<string, Admission>();
  private readonly timer: NodeJS.Timeout;
  private isChecking = false;
  /** Rises with every revocation: who was being admitted meanwhile is looked up again. */
  private epoch = 0;

  constructor(private readonly options: LiveAdmissionsOptions) {
    this.timer = setInterval(() => {
      this.expelUnconfirmed();
      void this.checkAll();
    }, options.recheckMs).unref();
  }

  /**
   * Admits a connection for as long as its credential holds.
   * @throws Refusal when it doesn't; any other error is a fault of ours.
   */
  async admit(credentials: Credentials, guest: Guest): Promise<Stay> {
    const actor = await this.authenticate(credentials);
    const key = keyOf(credentials);
    const known = this.admissions.get(key);
    const admission = known ?? { credentials, actor, confirmedAt: 0, guests: new Set<Guest>() };
    if (!known) this.admissions.set(key, admission);
    this.confirm(admission, actor);
    admission.guests.add(guest);
    return {
      get actor() {
        return admission.actor;
      },
      leave: () => {
        admission.guests.delete(guest);
        const isLast = admission.guests.size === 0 && this.admissions.get(key) === admission;
        if (isLast) this.admissions.delete(key);
      },
    };
  }

  /** Ends at once whatever is open under a user or API key; to be called after its end is committed. */
  revoked(actorId: string): void {
    this.epoch += 1;
    this.options.authenticator.forget(actorId);
    for (const admission of [...this.admissions.values()]) {
      if (admission.actor.id === actorId) this.expel(admission, new Unauthenticated('revoked'));
    }
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async authenticate(credentials: Credentials): Promise<Actor> {
    for (;;) {
      const { epoch } = this;
      const actor = await this.options.authenticator.authenticate(credentials);
      if (epoch === this.epoch) return actor;
    }
  }

  private async checkAll(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    // one iterator for all of them: each takes the next
    const waiting = this.admissions.values();
    let fault: unknown;
    const check = async () => {
      for (const admission of waiting) fault = (await this.check(admission)) ?? fault;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, check));
    this.isChecking = false;
    const { log } = this.options;
    if (fault) log.warn({ err: fault }, 'credentials of live connections could not be checked');
  }

  /** Checks a credential; gives a fault of ours, which sends nobody away. */
  private async check(admission: Admission): Promise<unknown> {
    try {
      const actor = await this.authenticate(admission.credentials);
      if (this.isKnown(admission)) this.confirm(admission, actor);
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) return error;
      if (this.isKnown(admission)) this.expel(admission, error);
      return undefined;
    }
  }

  private isKnown(admission: Admission): boolean {
    return this.admissions.get(keyOf(admission.credentials)) === admission;
  }

  private confirm(admission: Admission, actor: Actor): void {
    admission.confirmedAt = performance.now();
    if (admission.actor === actor) return;
    admission.actor = actor;
    for (const guest of [...admission.guests]) guest.changed(actor);
  }

  /** While the database is away, or silent, nobody stays for ever. */
  private expelUnconfirmed(): void {
    const limit = performance.now() - this.options.unconfirmedMs;
    for (const admission of [...this.admissions.values()]) {
      if (admission.confirmedAt < limit) this.expel(admission, new Unconfirmed());
    }
  }

  private expel(admission: Admission, reason: Refusal | Unconfirmed): void {
    this.admissions.delete(keyOf(admission.credentials));
    for (const guest of [...admission.guests]) guest.expelled(reason);
  }
}

function keyOf({ authorization, workspace, origin }: Credentials): string {
  return JSON.stringify([authorization, workspace, origin]);
}
