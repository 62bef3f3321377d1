import { isNetwork } from './network';

/**
 * Whose word counts for where a request comes from (`X-Forwarded-For`): nobody's, that of so many
 * proxies in front, or that of proxies at these addresses.
 */
export type TrustProxy = false | number | readonly string[];

/**
 * Reads `off`, `on` (one proxy in front), how many there are, or their addresses and networks.
 * @throws Error whose message says what is wrong with it.
 */
export function parseTrustProxy(text: string): TrustProxy {
  if (text === 'off') return false;
  if (text === 'on') return 1;
  if (/^[1-9]$/.test(text)) return Number(text);
  const networks = text.split(',').map((entry) => entry.trim().toLowerCase());
  const wrong = networks.find((entry) => !isNetwork(entry));
  if (wrong === undefined) return networks;
  throw new Error(
    `must be off, on, how many proxies are in front (1 to 9), or their addresses and networks separated by commas, and ${JSON.stringify(wrong)} is none of them`,
  );
}
