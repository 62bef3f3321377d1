import { isIP } from 'node:net';
import { rootCertificates, type ConnectionOptions } from 'node:tls';
import type { ConnectorContext } from '../kit/connector';
import { RetryLater } from '../kit/errors';
import type { MailServer, MailSettings } from './settings';

/** Where a mail server is, and how its certificate is checked. */
export interface MailHost {
  /** The address that was checked; the name is not looked up again. */
  address: string;
  /** The name that the certificate must bear; absent where the setting is an address. */
  servername?: string;
  tls: ConnectionOptions;
}

/**
 * Looks up a mail server.
 * @throws Rejected where the operator does not allow it, RetryLater where it is not found.
 */
export async function findHost(
  context: ConnectorContext,
  { host, security }: MailServer,
  { certificate }: MailSettings,
): Promise<MailHost> {
  const [found] = await context.resolve(host, security !== 'NONE');
  if (!found) throw new RetryLater(`The mail server ${host} is not found.`);
  return {
    address: found.address,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    tls: certificate === null ? {} : { ca: [...rootCertificates, certificate] },
  };
}
