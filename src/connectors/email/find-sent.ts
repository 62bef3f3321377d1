import { setTimeout as delay } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { OutcomeUnknown, RetryLater } from '../kit/errors';
import { openMailbox } from './imap';
import { plannedId } from './send';
import { mailSettings } from './settings';

/** How long the copy may be on its way before it counts as not sent, in milliseconds. */
const GRACE = 15_000;
const PAUSE = 1_000;

/** Looks in the mailbox for the copy of a message whose outcome is unknown. */
export async function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const { imap, folders } = mailSettings(context.channel);
  if (!imap) {
    throw new OutcomeUnknown('Without an IMAP server nobody can look whether it was sent.');
  }
  const externalId = message.plannedId ?? plannedId(message, context.channel)!;
  const client = await openMailbox(context);
  try {
    const kept = (await client.list()).filter(({ specialUse }) =>
      ['\\Sent', '\\All'].includes(specialUse ?? ''),
    );
    const places = new Set(['INBOX', ...folders, ...kept.map(({ path }) => path)]);
    const until = performance.now() + GRACE;
    for (;;) {
      for (const place of places) {
        const sentAt = await lookIn(client, place, externalId);
        if (sentAt) return { externalId, sentAt };
      }
      if (performance.now() > until) return null;
      await delay(PAUSE, undefined, { signal: context.signal });
    }
  } catch (error) {
    throw new RetryLater(`The mailbox can’t be looked into: ${(error as Error).message}`);
  } finally {
    client.close();
  }
}

/** When the copy came in; null where it is not there, nor the folder. */
async function lookIn(client: ImapFlow, path: string, id: string): Promise<Date | null> {
  const lock = await client.getMailboxLock(path).catch(() => null);
  if (!lock) {
    if (!client.usable) throw new Error('the connection was closed.');
    return null;
  }
  try {
    // a folder that is open already tells of news only when asked
    await client.noop();
    const found = await client.search({ header: { 'message-id': `<${id}>` } }, { uid: true });
    if (!found || found.length === 0) return null;
    const mail = await client.fetchOne(String(found[0]), { internalDate: true }, { uid: true });
    const at = mail ? mail.internalDate : null;
    return at ? new Date(at) : null;
  } finally {
    lock.release();
  }
}
