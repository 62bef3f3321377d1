import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { OutgoingConfig } from '../config/outgoing';
import { SystemHostLookup, type HostAddress, type HostLookup } from './host-lookup';
import { isPublicAddress, parseAddress } from './public-address';

/** Raised for a URL or host that Parley must not connect to; the message is for whoever entered it. */
export class OutgoingRefused extends Error {}

/** How long a name may take to be looked up, in milliseconds. */
const LONGEST_LOOK_UP = 6_000;

/** The schemes that Parley speaks, as URLs have them. */
export type Protocol = 'https:' | 'http:';

const NOT_PUBLIC =
  'The host is not on the public internet. Only the operator of Parley can allow it, by PARLEY_OUTGOING_ALLOW.';
const NOT_ENCRYPTED =
  'Must begin with https://. Only the operator of Parley can allow http:// for a host, by PARLEY_OUTGOING_ALLOW.';

/**
 * Decides where Parley connects to on behalf of others: to the public internet by https, and beyond
 * that to what PARLEY_OUTGOING_ALLOW names, also by plain http. What counts is the address that is
 * connected to, so the answer of a look-up and the check of it go together.
 */
export class OutgoingGuard {
  private readonly names: ReadonlySet<string>;
  private readonly networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  /** Addresses with ports, such as `127.0.0.1:4801`. */
  private readonly doors = new Set<string>();

  /** @param find the look-up; absent: that of the system. */
  constructor(
    { names, networks }: OutgoingConfig,
    private readonly find: HostLookup = new SystemHostLookup().find,
  ) {
    this.names = new Set(names);
    this.networks = networks.map(parseNetwork);
  }

  /** Lets connections through to one port of one address, which is the process's own. */
  openDoor(address: string, port: number): void {
    this.doors.add(`${address}:${port}`);
  }

  /**
   * Looks a URL's host up and checks where it leads; for when it is entered.
   * @throws OutgoingRefused with what to change.
   */
  async check(url: URL): Promise<void> {
    const host = hostOf(url.hostname);
    if (isIP(host)) this.checkLiteral(host, url.protocol as Protocol, url.port);
    else await this.lookUp(host, url.protocol as Protocol);
  }

  /** Checks a host that is an address already. */
  checkLiteral(address: string, protocol: Protocol, port?: string | number | null): void {
    if (port && this.doors.has(`${hostOf(address)}:${port}`)) return;
    this.checkAddress(hostOf(address), hostOf(address), protocol);
  }

  /**
   * The addresses of a host, all of which may be connected to.
   * @throws OutgoingRefused where there is none, or one that may not.
   */
  async lookUp(hostname: string, protocol: Protocol): Promise<HostAddress[]> {
    const host = hostOf(hostname);
    const found = await this.findInTime(host);
    if (found.length === 0) throw new OutgoingRefused(`There is no host of the name ${host}.`);
    // one bad address is enough: which of them is connected to is not ours to choose
    for (const { address } of found) this.checkAddress(host, address, protocol);
    return found;
  }

  private async findInTime(host: string): Promise<HostAddress[]> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      const late = new OutgoingRefused(`The name ${host} could not be looked up in time.`);
      timer = setTimeout(() => reject(late), LONGEST_LOOK_UP);
    });
    try {
      return await Promise.race([this.find(host).catch(() => []), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  private checkAddress(host: string, address: string, protocol: Protocol): void {
    if (this.isAllowed(host, address)) return;
    if (!isPublicAddress(address)) throw new OutgoingRefused(NOT_PUBLIC);
    if (protocol !== 'https:') throw new OutgoingRefused(NOT_ENCRYPTED);
  }

  private isAllowed(host: string, text: string): boolean {
    if (this.names.has(host)) return true;
    const address = parseAddress(text);
    return (
      address !== null &&
      this.networks.some(([network, bits]) => {
        return network.kind() === address.kind() && address.match(network, bits);
      })
    );
  }
}

/** A host as names and addresses are compared: without brackets, the root's dot, and capitals. */
function hostOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

/** A network; one of IPv4 that IPv6 wraps counts as that of IPv4, as addresses do. */
function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!text.includes('/')) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [network, bits] = ipaddr.parseCIDR(text);
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96) {
    return [network.toIPv4Address(), bits - 96];
  }
  return [network, bits];
}
