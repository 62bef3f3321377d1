import { normalise } from '../../src/connectors/email/normalise';
import type { ConnectedChannel, RawDelivery } from '../../src/connectors/kit/connector';
import type { InboundItem, MessageItem } from '../../src/connectors/kit/item';

/** The mailbox of the tests. */
export const mailbox: ConnectedChannel = {
  id: 'chn_01kc0000000000000000000000',
  name: 'Support',
  externalId: 'support@brand.test',
  identityScope: '',
  settings: { address: 'support@brand.test', replyAddress: '{token}@reply.brand.test' },
};

export const NOW = new Date('2026-03-01T12:00:00.000Z');

/** A message from headers and a body; what is not given is made up. */
export function letter(headers: Record<string, string | string[]>, body = 'Hello'): Buffer {
  const all: Record<string, string | string[]> = {
    From: 'Ana Kupec <ana@customer.test>',
    To: 'support@brand.test',
    Date: 'Sun, 1 Mar 2026 10:00:00 +0000',
    'Message-ID': '<m1@customer.test>',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** What a message comes to. */
export function read(raw: Buffer, delivery: Partial<RawDelivery> = {}): Promise<InboundItem[]> {
  return normalise(
    { source: 'POLL', headers: {}, body: raw, receivedAt: NOW, ...delivery },
    mailbox,
  );
}

/** The one message item that a message comes to. */
export async function readMessage(
  raw: Buffer,
  delivery: Partial<RawDelivery> = {},
): Promise<MessageItem> {
  const [item, ...others] = await read(raw, delivery);
  if (item?.type !== 'message' || others.length > 0) throw new Error('This is not one message.');
  return item;
}

/** What a server says of a message of ours that it could not deliver, or that it did. */
export function reportOf(status: string, header: string): Buffer {
  return letter(
    {
      From: 'MAILER-DAEMON@mx.test',
      'Return-Path': '<>',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
    },
    [
      '--b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n',
      `Reporting-MTA: dns; mx.test\r\n\r\n${status}\r\n`,
      `--b\r\nContent-Type: message/rfc822\r\n\r\n${header}\r\nSubject: x\r\n\r\nbody\r\n--b--`,
    ].join('\r\n'),
  );
}

/** The part of a report about a recipient who was not reached. */
export function failedFor(status: string, said: string, to = 'ghost@customer.test'): string {
  return `Final-Recipient: rfc822; ${to}\r\nAction: failed\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; ${said}`;
}
