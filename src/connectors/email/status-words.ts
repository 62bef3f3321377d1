/** Why a mail did not get through, for programs and for people. */
export interface MailFailure {
  code: string;
  message: string;
}

/** Meaning of extended status codes (RFC 3463), by class-less number. */
const WORDS: Readonly<Record<string, [code: string, message: string]>> = {
  '1.0': ['RECIPIENT_UNKNOWN', 'The address is not known.'],
  '1.1': ['RECIPIENT_UNKNOWN', 'There is no such mailbox.'],
  '1.2': ['RECIPIENT_UNKNOWN', 'The domain of the address takes no mail or does not exist.'],
  '1.3': ['RECIPIENT_UNKNOWN', 'The address is malformed.'],
  '1.6': ['RECIPIENT_UNKNOWN', 'The mailbox has moved.'],
  '1.10': ['RECIPIENT_UNKNOWN', 'The domain of the address takes no mail.'],
  '2.0': ['MAILBOX_UNAVAILABLE', 'The mailbox takes no mail.'],
  '2.1': ['MAILBOX_UNAVAILABLE', 'The mailbox is closed.'],
  '2.2': ['MAILBOX_FULL', 'The mailbox is full.'],
  '2.3': ['TOO_LARGE', 'The message is larger than the mailbox takes.'],
  '3.1': ['MAILBOX_FULL', 'The receiving server has no room.'],
  '3.4': ['TOO_LARGE', 'The message is larger than the server takes.'],
  '4.1': ['UNREACHABLE', 'The receiving server did not answer.'],
  '4.4': ['UNREACHABLE', 'There is no way to the domain of the address.'],
  '4.6': ['UNREACHABLE', 'The message went in circles.'],
  '4.7': ['EXPIRED', 'It could not be delivered in time.'],
  '5.3': ['REFUSED', 'The server takes no more recipients.'],
  '6.0': ['REFUSED', 'The receiving server can’t read what is in it.'],
  '7.0': ['REFUSED', 'The receiving server refused it.'],
  '7.1': ['REFUSED', 'The server does not take messages from this sender to that address.'],
  '7.26': ['REFUSED', 'The receiving server could not prove who sent it (SPF, DKIM, DMARC).'],
};
const BY_SUBJECT: Readonly<Record<string, [code: string, message: string]>> = {
  '1': ['RECIPIENT_UNKNOWN', 'The address does not work.'],
  '2': ['MAILBOX_UNAVAILABLE', 'The mailbox takes no mail.'],
  '3': ['REFUSED', 'The receiving server could not take it.'],
  '4': ['UNREACHABLE', 'It could not be brought to the receiving server.'],
  '7': ['REFUSED', 'The receiving server refused it.'],
};
/** By the older three digits, where there is nothing finer. */
const BY_REPLY: Readonly<Record<number, [code: string, message: string]>> = {
  550: ['RECIPIENT_UNKNOWN', 'There is no such mailbox, or it takes no mail from us.'],
  551: ['RECIPIENT_UNKNOWN', 'There is no such mailbox here.'],
  552: ['TOO_LARGE', 'The message is larger than the server takes, or the mailbox is full.'],
  553: ['RECIPIENT_UNKNOWN', 'The server does not take the address.'],
  554: ['REFUSED', 'The server refused it.'],
};

/** Longest answer of a server that is passed on. */
const LONGEST_SAYING = 300;

/**
 * Puts a refusal into words.
 * @param said what the server says of it, which may hold a finer code.
 * @param reply the three digits of SMTP, where there are some.
 */
export function failureOf(status: string | null, said: string, reply?: number): MailFailure {
  const finer = status ?? /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(said)?.[0] ?? null;
  const number = finer?.split('.').slice(1).join('.');
  // 550 5.1.0 and the like say no more than that it was refused
  const words =
    (number && (WORDS[number] ?? BY_SUBJECT[number.split('.')[0]!])) ||
    (reply && BY_REPLY[reply]) ||
    (['UNDELIVERABLE', 'It could not be delivered.'] as const);
  const sizeIsMeant = reply === 552 && words[0] === 'MAILBOX_UNAVAILABLE';
  const [code, message] = sizeIsMeant ? BY_REPLY[552]! : words;
  const saying = said.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SAYING);
  return { code, message: saying === '' ? message : `${message} The server says: ${saying}` };
}
