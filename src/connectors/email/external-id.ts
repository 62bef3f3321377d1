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
