import type { Account, ConnectorContext } from '../kit/connector';
import { openWhatsApp } from './client';
import { text } from './read';

/** Finds out whose number it is. */
export async function connect(context: ConnectorContext): Promise<Account> {
  const number = await readNumber(context);
  const shown = text(number.display_phone_number);
  const name = text(number.verified_name) || shown;
  return {
    externalId: text(number.id) || String(context.channel.settings.phoneNumberId),
    ...(name && { name: shown && name !== shown ? `${name} (${shown})` : name }),
  };
}

/** Has Meta send what happens in the account to the app. */
export function register(context: ConnectorContext): Promise<void> {
  return subscribe(context, {});
}

/**
 * Has it sent to the channel’s own address, whatever the app’s is; Meta tries the address at once. The
 * field `messages` has to be switched on in Meta’s dashboard all the same.
 */
export async function announce(context: ConnectorContext): Promise<void> {
  const { webhookUrl, channel } = context;
  if (webhookUrl === null) return;
  const { verifyToken } = channel.settings;
  await subscribe(context, { override_callback_uri: webhookUrl, verify_token: verifyToken });
}

async function subscribe(context: ConnectorContext, json: object): Promise<void> {
  await openWhatsApp(context).call({
    method: 'POST',
    path: `${String(context.channel.settings.businessAccountId)}/subscribed_apps`,
    json,
    // doing it again changes nothing
    changes: false,
  });
}

export async function probe(context: ConnectorContext): Promise<void> {
  await readNumber(context);
}

/**
 * Leaves the subscription: it is the account’s, and other numbers of it may have channels here or
 * elsewhere. What comes for a channel that is gone is refused by its address.
 */
export function disconnect(): Promise<void> {
  return Promise.resolve();
}

function readNumber(context: ConnectorContext) {
  return openWhatsApp(context).call({
    path: String(context.channel.settings.phoneNumberId),
    params: { fields: 'id,display_phone_number,verified_name,quality_rating' },
  });
}
