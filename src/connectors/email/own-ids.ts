import { createHash } from 'node:crypto';
import { plainId } from './message-ids';

/** What our own ids and reply addresses are made with: of the channel's settings. */
export interface OwnNames {
  /** The mailbox's address, in lower case. */
  address: string;
  /** Such as `support+{token}@example.com`; null where answers come to the address itself. */
  replyPattern: string | null;
}

/**
 * What stands for a message in its own id and in the address for answers to it: survives programs that
 * write addresses in lower case. Whoever has it has had the message, and can answer it; no more.
 */
export function tokenOf(clientKey: string): string {
  if (/^[a-z0-9]{20,48}$/.test(clientKey)) return clientKey;
  return createHash('sha256').update(clientKey).digest('hex').slice(0, 40);
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

/** The Message-ID of a message of ours, without brackets. */
export function ownId(token: string, { address }: OwnNames): string {
  return `parley.${token}@${domainOf(address)}`;
}

/** Whether a Message-ID was made by {@link ownId}. */
export function isOwnId(id: string, names: OwnNames): boolean {
  const token = /^parley\.([a-z0-9]+)@/.exec(id)?.[1];
  return token !== undefined && id === plainId(ownId(token, names));
}

/** The address for answers to a message of ours; null where it is the mailbox's own. */
export function replyAddress(token: string, { replyPattern }: OwnNames): string | null {
  return replyPattern === null ? null : replyPattern.replace('{token}', token);
}

/** The token in an address that {@link replyAddress} gave. */
export function tokenIn(address: string, { replyPattern }: OwnNames): string | null {
  if (replyPattern === null) return null;
  const [before, after] = replyPattern.toLowerCase().split('{token}') as [string, string];
  const given = address.toLowerCase();
  if (!given.startsWith(before) || !given.endsWith(after)) return null;
  const token = given.slice(before.length, given.length - after.length);
  return /^[a-z0-9]{20,48}$/.test(token) ? token : null;
}
