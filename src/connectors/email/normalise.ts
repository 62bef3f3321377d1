import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import { Unreadable } from '../kit/errors';
import type { InboundItem, MessageItem } from '../kit/item';
import { mailboxesOf, partyOf, recipientsOf } from './addresses';
import { isAutomatic } from './automatic';
import { bodyOf } from './body';
import { sentAt } from './dates';
import { externalIdOf, namesakeOf } from './external-id';
import { filesOf } from './files';
import { isOwnId } from './own-ids';
import { readMail, type Mail } from './read-mail';
import { reportIn } from './report';
import { isOwnAddress, mailSettings, type MailSettings } from './settings';
import { isAnswer, subjectOf } from './subject';
import { threadingOf } from './thread';

/** Headers of a delivery by which the source tells what is not in the message. */
export const sourceHeaders = {
  /** When the mailbox got it, as an ISO moment. */
  arrived: 'x-parley-arrived',
  /** `sent` for what people sent beside Parley. */
  folder: 'x-parley-folder',
  /** Bytes of the whole, where only the beginning was fetched. */
  cutFrom: 'x-parley-cut-from',
} as const;

/** Says what a message as it came means. */
export async function normalise(
  delivery: RawDelivery,
  channel: ConnectedChannel,
): Promise<InboundItem[]> {
  if (delivery.body.length === 0) throw new Unreadable('This is no mail: it is empty.');
  const settings = mailSettings(channel);
  const mail = await readMail(delivery.body);
  // a forwarder's request may say what it likes in headers
  const headers: Readonly<Record<string, string>> =
    delivery.source === 'WEBHOOK' ? {} : delivery.headers;
  const cutFrom = headers[sourceHeaders.cutFrom];
  if (cutFrom) mail.notes.push(`It has ${cutFrom} bytes; only the beginning was fetched.`);
  const receivedAt = receiptOf(delivery.receivedAt, headers[sourceHeaders.arrived]);
  const report = reportIn(mail, (address) => isOwnAddress(address, settings));
  if (report?.outcome) {
    const [externalId] = report.about;
    if (externalId !== undefined && isOwnId(externalId, settings)) {
      return [
        { type: 'receipt', about: { externalId }, at: sentAt(mail, receivedAt), ...report.outcome },
      ];
    }
  }
  const isSent = headers[sourceHeaders.folder] === 'sent';
  return itemsOf(
    mail,
    { settings, receivedAt, isSent, envelope: delivery.headers['x-envelope-to'] },
    report?.about,
  );
}

interface Surroundings {
  settings: MailSettings;
  receivedAt: Date;
  isSent: boolean;
  envelope: string | undefined;
}

function itemsOf(mail: Mail, around: Surroundings, reported: string[] | undefined): InboundItem[] {
  const { settings, receivedAt, isSent } = around;
  const externalId = externalIdOf(mail);
  const [from = null] = [mail.from, mail.sender].flatMap((addresses) => mailboxesOf(addresses));
  const answersTo = mailboxesOf(mail.replyTo).filter(
    ({ address }) => !isOwnAddress(address, settings),
  );
  const isOwn = from !== null && isOwnAddress(from.address, settings);
  if (isOwn && isOwnId(externalId, settings)) {
    return [
      { type: 'receipt', status: 'SENT', about: { externalId }, at: sentAt(mail, receivedAt) },
    ];
  }
  // a form on a page writes as the company itself, and names the customer as whom to answer
  const author = isOwn && !isSent ? (answersTo[0] ?? null) : from;
  if (isOwn && !isSent && author === null) return [];

  const subject = subjectOf(mail.subject);
  const recipients = recipientsOf(mail, around.envelope);
  const threading = threadingOf(mail, externalId, recipients, settings);
  if (reported) threading.relatedTo.push(...reported.filter((id) => id !== externalId));
  const isReply = threading.replyTo !== null || isAnswer(subject);
  const { body, text, html } = bodyOf(mail, isReply);
  const attachments = filesOf(mail);
  const to = mailboxesOf(mail.to);
  const cc = mailboxesOf(mail.cc);
  const customer = isSent
    ? [...to, ...cc].find(({ address }) => !isOwnAddress(address, settings))
    : null;
  const item: MessageItem = {
    type: 'message',
    threadKey: threading.threadKey,
    relatedTo: threading.relatedTo,
    externalId,
    namesake: namesakeOf(mail, externalId),
    direction: isSent ? 'OUTBOUND' : 'INBOUND',
    // what a server reports is nobody's word: it makes no customer
    author:
      isSent || reported || author === null ? { name: nameOf(author, isSent) } : partyOf(author),
    customer: customer ? partyOf(customer) : null,
    sentAt: sentAt(mail, receivedAt),
    body,
    replyTo: threading.replyTo,
    subject,
    attachments,
    content: {
      ...(html ? { html: html.html, remoteImages: html.remoteImages } : {}),
      ...(text === null ? {} : { text }),
      subject,
      to: to.map(written),
      cc: cc.map(written),
      ...(mail.notes.length > 0 ? { notes: mail.notes } : {}),
    },
    platform: {
      references: threading.references,
      answerTo: (answersTo[0] ?? author)?.address ?? null,
      subject,
      from: from && written(from),
    },
    isAutomatic: isAutomatic(mail),
  };
  return [item];
}

const written = ({ name, address }: { name: string; address: string }) =>
  name === '' ? address : `${name} <${address}>`;

function nameOf(author: { name: string; address: string } | null, isSent: boolean): string {
  return author?.name || author?.address || (isSent ? 'Sent beside Parley' : 'Unknown sender');
}

/** When the mailbox got it; a clock that runs ahead does not count. */
function receiptOf(receivedAt: Date, said: string | undefined): Date {
  const arrived = Date.parse(said ?? '');
  return Number.isNaN(arrived) ? receivedAt : new Date(Math.min(arrived, receivedAt.getTime()));
}
