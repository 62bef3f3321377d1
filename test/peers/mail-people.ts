import { setTimeout as delay } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { createTransport, type SendMailOptions } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import type { MailServer } from './mail-server';

/** Writes as anybody on the internet; gives the Message-ID, without brackets. */
export async function write({ ports }: MailServer, mail: SendMailOptions): Promise<string> {
  const mx = createTransport({ host: '127.0.0.1', port: ports.smtp, ignoreTLS: true });
  const { messageId } = (await mx.sendMail(mail)) as { messageId: string };
  return messageId.slice(1, -1);
}

/** A mail in somebody's mailbox. */
export type ReadMail = Email & { uid: number; raw: string };

/** Somebody's mailbox, as their mail program sees it. */
export class MailProgram {
  private constructor(private readonly client: ImapFlow) {}

  static async open({ ports }: MailServer, user: string, pass: string): Promise<MailProgram> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: ports.imap,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass },
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    await client.mailboxOpen('INBOX');
    return new MailProgram(client);
  }

  async all(): Promise<ReadMail[]> {
    await this.client.noop();
    const uids = (await this.client.search({ all: true }, { uid: true })) || [];
    if (uids.length === 0) return [];
    const mails = await this.client.fetchAll(
      uids.join(','),
      { uid: true, source: true },
      { uid: true },
    );
    return Promise.all(
      mails.map(async ({ uid, source }) => ({
        ...(await PostalMime.parse(source!)),
        uid,
        raw: source!.toString('latin1'),
      })),
    );
  }

  /** The first mail that is meant, once it is there. */
  find(isMeant: (mail: ReadMail) => boolean): Promise<ReadMail> {
    return eventually(async () => (await this.all()).find(isMeant));
  }

  close(): void {
    this.client.close();
  }
}

/** What it comes to give, asked again and again: servers beside us take their time. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  longest = 15_000,
): Promise<T> {
  const until = performance.now() + longest;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > until) throw new Error('It did not come in time.');
    await delay(50);
  }
}
