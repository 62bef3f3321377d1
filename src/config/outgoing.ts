import { isNetwork } from './network';

/** Where Parley may connect to although it is not public, or by plain HTTP. */
export interface OutgoingConfig {
  /** Addresses and networks, such as `10.1.0.0/16` or `::1`. */
  networks: readonly string[];
  /** Host names in lower case, wherever they lead. */
  names: readonly string[];
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/** URL parsers take a host whose end is a number for an address. */
const NUMERIC = /(^|\.)(\d+|0x[\da-f]*)$/;

/**
 * Reads `10.1.0.0/16,receiver.internal`.
 * @throws Error whose message says what is wrong with it.
 */
export function parseOutgoingAllow(text: string): OutgoingConfig {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  const networks = entries.filter(isNetwork);
  const names = entries.filter((entry) => !isNetwork(entry));
  const wrong = names.find((name) => NUMERIC.test(name) || !HOST_NAME.test(name));
  if (wrong === undefined) return { networks, names };
  throw new Error(
    `must be addresses, networks such as 10.1.0.0/16 and host names, separated by commas, and ${JSON.stringify(wrong)} is none of them`,
  );
}
