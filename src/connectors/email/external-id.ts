import { createHash } from 'node:crypto';
import { headerOf } from './addresses';
import { messageIdIn } from './message-ids';
import type { Mail } from './read-mail';

/**
 * The id of a mail: its Message-ID, or a digest of what does not change on the way where it has none, so
 * that the copies of one mail that came by two ways are one.
 */
export function externalIdOf(mail: Mail): string {
  const id = messageIdIn(headerOf(mail, 'message-id'));
  if (id !== null && id !== '') return id;
  const same = ['from', 'date', 'subject', 'to'].map((name) => headerOf(mail, name).trim());
  const digest = createHash('sha256')
    .update(JSON.stringify([...same, mail.text ?? '', mail.html ?? '']))
    .digest('hex');
  return `sha256:${digest}`;
}

/** Characters of an id that are left where a fingerprint follows. */
const LONGEST = 460;
/** Between an id and what tells a second mail of that id from the first: no id has a space. */
const MARK = ' ';

/**
 * What copies of one mail have in common that came by several ways, and two mails have not; programs
 * that give all their mails one id are not rare. Spaces count as one, since servers fold lines anew.
 */
export function namesakeOf(mail: Mail, externalId: string) {
  const said = ['from', 'date', 'subject'].map((name) => headerOf(mail, name));
  const parts = [...said, mail.text ?? mail.html ?? ''].map((text) =>
    text.replace(/\s+/g, ' ').trim(),
  );
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  const base =
    externalId.length <= LONGEST
      ? externalId
      : `sha256:${createHash('sha256').update(externalId).digest('hex')}`;
  return { fingerprint, externalId: `${base}${MARK}${fingerprint}` };
}

/** The Message-ID in an id, which may be that of a second mail; null where the mail had none. */
export function messageIdOf(externalId: string): string | null {
  return externalId.startsWith('sha256:') ? null : externalId.split(MARK)[0]!;
}
