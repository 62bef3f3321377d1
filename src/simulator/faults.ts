import type { Random } from './random';
import { SimulatorRefused } from './simulator-refused';

/** What goes wrong, and how often. Shares are of 1: 0.2 is every fifth time. */
export interface FaultSettings {
  /** Share of deliveries that come twice. */
  duplicates: number;
  /** Share of the times that deliveries which wait together leave in another order. */
  reordering: number;
  /** By how many seconds, at most, deliveries are late. */
  delaySeconds: number;
  /** How many events, of any accounts, one delivery may hold. */
  batching: number;
  /** What a call brings about is delivered, and taken in, before the call is answered. */
  echoFirst: boolean;
  /** Share of calls that are answered by "too many requests". */
  rateLimited: number;
  /** Share of calls that fail before anything is done. */
  failing: number;
  /** Share of the calls which create something that fail after having done so. */
  failingAfter: number;
  /** Share of the calls which create something whose connection is cut after having done so. */
  cutOff: number;
  /** Tokens count no longer. */
  tokenDead: boolean;
  /** Nothing may be sent freely to any customer: the time for it has passed. */
  windowClosed: boolean;
  /** For how many seconds the addresses of files lead somewhere; 0: as the platform has it. */
  mediaSeconds: number;
  /** After how many failures in a row deliveries stop; 0: as the platform has it. */
  disableAfter: number;
}

const none: FaultSettings = {
  duplicates: 0,
  reordering: 0,
  delaySeconds: 0,
  batching: 1,
  echoFirst: false,
  rateLimited: 0,
  failing: 0,
  failingAfter: 0,
  cutOff: 0,
  tokenDead: false,
  windowClosed: false,
  mediaSeconds: 0,
  disableAfter: 0,
};

/** Faults that strike now and then. */
export type Mishap =
  'duplicates' | 'reordering' | 'rateLimited' | 'failing' | 'failingAfter' | 'cutOff';

/** The switches for what goes wrong. */
export class Faults {
  private settings: FaultSettings = none;
  private readonly armed = new Map<Mishap, number>();

  constructor(private readonly random: Random) {}

  get now(): Readonly<FaultSettings> {
    return this.settings;
  }

  /** Changes some switches. */
  set(some: Partial<FaultSettings>): void {
    this.settings = { ...this.settings, ...some };
  }

  /** Everything works again. */
  clear(): void {
    this.settings = none;
    this.armed.clear();
  }

  /** Has a mishap strike the next times, however seldom it does else. */
  next(mishap: Mishap, times = 1): void {
    this.armed.set(mishap, times);
  }

  /** Whether it strikes this time. */
  strikes(mishap: Mishap): boolean {
    const left = this.armed.get(mishap) ?? 0;
    if (left === 0) return this.random.chance(this.settings[mishap]);
    this.armed.set(mishap, left - 1);
    return true;
  }
}

/**
 * Reads `duplicates=0.2,tokenDead`.
 * @throws SimulatorRefused for what is no fault, or no value of it.
 */
export function parseFaults(text: string): Partial<FaultSettings> {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(parts.map((part) => parseFault(part.trim())));
}

function parseFault(text: string): [string, number | boolean] {
  const [name = '', value = 'true'] = text.split('=');
  const usual = Object.hasOwn(none, name) ? none[name as keyof FaultSettings] : undefined;
  if (usual === undefined) {
    const names = Object.keys(none).join(', ');
    throw new SimulatorRefused(`There is no fault ${name}: there are ${names}.`);
  }
  if (typeof usual === 'boolean') {
    if (value === 'true' || value === 'false') return [name, value === 'true'];
    throw new SimulatorRefused(`The fault ${name} is true or false, and not ${value}.`);
  }
  const number = Number(value);
  if (value !== 'true' && Number.isFinite(number) && number >= 0) return [name, number];
  throw new SimulatorRefused(`The fault ${name} takes a number, such as ${name}=1.`);
}
