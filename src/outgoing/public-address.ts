import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by their range, but answered by the cloud that a server stands in: Azure's platform. */
const platforms = new Set(['168.63.129.16']);

/** The part of IPv6 that is given out for the public internet. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, shared,
 * multicast or reserved, and not one that wraps an IPv4 address that may be.
 * @param text the address as the resolver or the URL parser writes it.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (!address || address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(globalUnicast);
  return !platforms.has(address.toString());
}

/** An address; one of IPv4 that IPv6 wraps as `::ffff:…` counts as that of IPv4. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // the library would also take shortened and numeric spellings
  return isIP(text) === 0 ? null : ipaddr.process(text);
}
