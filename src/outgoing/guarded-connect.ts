import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { OutgoingGuard, Protocol } from './guard';

/**
 * Opens connections for HTTP only to where the guard allows: a name is looked up and checked for each
 * one, and the addresses that were checked are the ones that are connected to.
 */
export function guardedConnect(guard: OutgoingGuard, timeout: number): buildConnector.connector {
  const connectors: Record<Protocol, buildConnector.connector> = {
    'https:': buildConnector({ timeout, lookup: guardedLookup(guard, 'https:') }),
    'http:': buildConnector({ timeout, lookup: guardedLookup(guard, 'http:') }),
  };
  return (options, callback) => {
    const protocol = options.protocol as Protocol;
    const host = options.hostname.replace(/^\[|\]$/g, '');
    try {
      // an address is connected to without a look-up
      if (isIP(host)) guard.checkLiteral(host, protocol, options.port);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connectors[protocol](options, callback);
  };
}

function guardedLookup(guard: OutgoingGuard, protocol: Protocol): LookupFunction {
  return (hostname, { all }, callback) => {
    guard.lookUp(hostname, protocol).then(
      (found) => {
        const [{ address, family }] = found as [(typeof found)[0]];
        if (all) callback(null, found);
        else callback(null, address, family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}
