import { headerOf } from './addresses';
import { failureOf, type MailFailure } from './status-words';
import type { Mail } from './read-mail';
import { idsOfHeader } from './thread';

/** What a server says of a mail that was sent from here. */
export interface Report {
  /** Ids in the mail that it is about: its own first, then its ancestors. */
  about: string[];
  /** Null where there is nothing to do, such as of a delay. */
  outcome: { status: 'FAILED'; failure: MailFailure } | { status: 'DELIVERED' | 'READ' } | null;
}

/** Bytes of a part of a report that are read. */
const LARGEST_PART = 64 * 1024;

/**
 * Reads a delivery status notification (RFC 3464) or a read receipt (RFC 8098).
 * @param isOwn of an address: whether it is the mailbox's own, whose copy does not count.
 * @returns null where the mail is no report.
 */
export function reportIn(mail: Mail, isOwn: (address: string) => boolean): Report | null {
  const kind = headerOf(mail, 'content-type').trim().toLowerCase();
  const status = partOf(mail, 'message/delivery-status');
  const receipt = partOf(mail, 'message/disposition-notification');
  if (!kind.startsWith('multipart/report') || (status ?? receipt) === null) return null;
  const original = partOf(mail, 'message/rfc822') ?? partOf(mail, 'text/rfc822-headers') ?? '';
  const about = idsOfHeader(original.split(/\r?\n\r?\n/, 1)[0]!);
  if (status !== null) return { about, outcome: deliveryOutcome(status, isOwn) };
  const named = idsOfHeader(receipt!.replace(/^original-message-id:/im, 'Message-ID:'));
  const isRead = /^disposition:.*\bdisplayed\b/im.test(receipt!);
  return { about: [...new Set([...named, ...about])], outcome: isRead ? { status: 'READ' } : null };
}

function partOf(mail: Mail, type: string): string | null {
  const part = mail.attachments.find(({ mimeType }) => mimeType === type);
  if (!part) return null;
  const bytes = typeof part.content === 'string' ? Buffer.from(part.content) : part.content;
  return Buffer.from(bytes as ArrayBuffer)
    .subarray(0, LARGEST_PART)
    .toString('utf8');
}

function deliveryOutcome(text: string, isOwn: (address: string) => boolean): Report['outcome'] {
  const recipients = text
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .filter((fields) => fields.has('action') || fields.has('status'))
    .filter((fields) => !isOwn(addressIn(fields.get('final-recipient'))));
  const failed = recipients.find((fields) => /^fail/i.test(fields.get('action') ?? ''));
  if (failed) {
    const status = /\d\.\d{1,3}\.\d{1,3}/.exec(failed.get('status') ?? '')?.[0] ?? null;
    const said = (failed.get('diagnostic-code') ?? '').replace(/^\s*[\w-]+\s*;\s*/, '');
    return { status: 'FAILED', failure: failureOf(status, said) };
  }
  const arrived = recipients.some((fields) => /^delivered/i.test(fields.get('action') ?? ''));
  return arrived ? { status: 'DELIVERED' } : null;
}

function fieldsOf(block: string): Map<string, string> {
  return new Map(
    block.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0
        ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
        : [];
    }),
  );
}

/** The address in `rfc822; ada@example.com`. */
const addressIn = (field = '') => field.slice(field.indexOf(';') + 1).replace(/[<>\s]/g, '');
