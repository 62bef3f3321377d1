import type { Account, ConnectorContext } from '../kit/connector';
import { openMailbox } from './imap';
import { mailSettings } from './settings';
import { greetSmtp } from './smtp';

/** Signs in wherever the channel reads and sends. */
export async function probe(context: ConnectorContext): Promise<void> {
  const { imap, smtp } = mailSettings(context.channel);
  if (imap) {
    const client = await openMailbox(context);
    await client.logout().catch(() => undefined);
    client.close();
  }
  if (smtp) await greetSmtp(context);
}

export async function connect(context: ConnectorContext): Promise<Account> {
  await probe(context);
  const { address } = mailSettings(context.channel);
  return { externalId: address, name: address };
}
