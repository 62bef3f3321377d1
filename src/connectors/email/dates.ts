import { headersOf } from './addresses';
import type { Mail } from './read-mail';

/** Earlier ones are no dates of mails. */
const EARLIEST = Date.UTC(1980, 0, 1);

/**
 * When a mail was sent: as it says, but never later than it came in; where it says nothing sensible, when
 * the first server took it.
 */
export function sentAt(mail: Mail, receivedAt: Date): Date {
  const stamps = headersOf(mail, 'received').map((received) =>
    received.slice(received.lastIndexOf(';') + 1),
  );
  for (const said of [mail.date, ...stamps.reverse()]) {
    const time = said === undefined ? NaN : Date.parse(said.trim());
    if (time >= EARLIEST) return new Date(Math.min(time, receivedAt.getTime()));
  }
  return receivedAt;
}
