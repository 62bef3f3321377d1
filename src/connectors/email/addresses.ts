import { addressParser, type Address, type Mailbox } from 'postal-mime';
import type { Party } from '../kit/item';
import type { Mail } from './read-mail';

/** Addresses of one header that are kept. */
const MOST = 100;

/** The mailboxes in parsed addresses, groups opened, without what is no address. */
export function mailboxesOf(addresses: Address | readonly Address[] | undefined): Mailbox[] {
  const list = addresses === undefined ? [] : [addresses].flat();
  return list
    .flatMap((address) => address.group ?? [address])
    .filter(({ address }) => isAddress(address))
    .slice(0, MOST)
    .map(({ name, address }) => ({ name: plainName(name), address: address.trim() }));
}

/** Longest address by RFC 5321. */
const isAddress = (text: string) => text.length <= 254 && /^[^\s<>]+@[^\s<>]+$/.test(text.trim());

/** What steers terminals, lines and the direction of text. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** A text on one line, without what steers. */
export function onOneLine(text: string): string {
  return text.replace(STEERING, ' ').replace(/\s+/g, ' ').trim();
}

/** A name for people. */
export function plainName(name: string): string {
  return onOneLine(name).slice(0, 200).toWellFormed();
}

/** Who has an address: letters of both cases are one person, as every large provider sees it. */
export function partyOf({ name, address }: Mailbox): Party {
  return { externalId: address.toLowerCase(), handle: address, displayName: name || null };
}

/** Values of all headers of a name. */
export function headersOf(mail: Mail, name: string): string[] {
  return mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
}

/** The first header of a name; empty where there is none. */
export function headerOf(mail: Mail, name: string): string {
  return mail.headers.find(({ key }) => key === name)?.value ?? '';
}

/** Every address that the mail was delivered to or names as a recipient. */
export function recipientsOf(mail: Mail, envelope: string | undefined): string[] {
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to']
    .flatMap((name) => headersOf(mail, name))
    .concat(envelope ?? [])
    .flatMap((value) => mailboxesOf(addressParser(value.slice(0, 2_000))));
  const named = [mail.to, mail.cc].flatMap((addresses) => mailboxesOf(addresses));
  return [...new Set([...delivered, ...named].map(({ address }) => address.toLowerCase()))];
}
