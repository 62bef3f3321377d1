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

/**
 * Has Meta send what happens in the account to the channel’s address, whatever the app’s own address
 * is. The app itself has to be subscribed to the field `messages` in Meta’s dashboard.
 */
export async function register(context: ConnectorContext): Promise<void> {
  const { settings } = context.channel;
  const override = context.webhookUrl && {
    override_callback_uri: context.webhookUrl,
    verify_token: settings.verifyToken,
  };
  await openWhatsApp(context).call({
    method: 'POST',
    path: `${String(settings.businessAccountId)}/subscribed_apps`,
    json: override ?? {},
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
