import ipaddr from 'ipaddr.js';

/** Whether a text is an address or a network such as `10.1.0.0/16`. */
export function isNetwork(entry: string): boolean {
  // the shortened and numeric spellings of IPv4 are too easily not what was meant
  return (
    ipaddr.IPv4.isValidFourPartDecimal(entry) ||
    ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) ||
    ipaddr.IPv6.isValid(entry) ||
    ipaddr.IPv6.isValidCIDR(entry)
  );
}
