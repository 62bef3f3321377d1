import type { ConnectorContext } from '../kit/connector';
import { Rejected, RetryLater } from '../kit/errors';
import { openApi } from './api';
import { fieldsOf, flagOf, idOf, listOf, textOf, type Fields } from './fields';

/** The app's address at X. */
export interface Webhook {
  id: string;
  url: string;
  isValid: boolean;
}

/**
 * The channel's webhook, or that of another of the app's channels here: most apps may have but one, and
 * what comes there goes to the accounts that it names. Null where there is neither.
 */
export async function findWebhook(context: ConnectorContext): Promise<Webhook | null> {
  const { webhookUrl } = context;
  const { data } = await openApi(context).call({
    ...{ path: '/2/webhooks', as: 'app', bucket: 'webhooks' },
    query: { 'webhook_config.fields': ['id', 'url', 'valid'] },
  });
  const all = listOf(data).flatMap((one) => webhookOf(one) ?? []);
  const same = all.find(({ url }) => url === webhookUrl);
  return same ?? all.find(({ url, isValid }) => isValid && isNextDoor(url, webhookUrl)) ?? null;
}

/** How much of the secret part of addresses is the same for all channels of a workspace. */
const SHARED = 20;

/** Whether another address is that of a channel of the same workspace; those of others get nothing. */
function isNextDoor(url: string, own: string | null): boolean {
  if (own === null) return false;
  const secret = own.lastIndexOf('/') + 1;
  return url.length === own.length && url.startsWith(own.slice(0, secret + SHARED));
}

/** The webhook, made where there is none; X calls it at once to see whether it is ours. */
export async function ensureWebhook(context: ConnectorContext): Promise<Webhook> {
  const { webhookUrl } = context;
  if (webhookUrl === null) {
    throw new Rejected(
      'ADDRESS_UNKNOWN',
      'X can’t call this server, whose public address is not known: set PARLEY_PUBLIC_URL, or choose polling.',
    );
  }
  const known = await findWebhook(context);
  if (known?.isValid) return known;
  if (known) return validateWebhook(context, known);
  const { data } = await openApi(context).call({
    ...{ method: 'POST', path: '/2/webhooks', as: 'app', bucket: 'webhooks' },
    json: { url: webhookUrl },
    // made twice it is refused, and found
    changes: false,
  });
  const made = webhookOf(fieldsOf(data));
  if (made) return made;
  throw new RetryLater('X gave an answer that can’t be read.');
}

/** Has X check the address again, and switch it on if it is ours. */
export async function validateWebhook(
  context: ConnectorContext,
  webhook: Webhook,
): Promise<Webhook> {
  await openApi(context).call({
    ...{ method: 'PUT', path: `/2/webhooks/${webhook.id}`, as: 'app', bucket: 'webhooks' },
    changes: false,
  });
  return { ...webhook, isValid: true };
}

export async function dropWebhook(context: ConnectorContext, { id }: Webhook): Promise<void> {
  await openApi(context).callUnless(({ status }) => status === 404, {
    ...{ method: 'DELETE', path: `/2/webhooks/${id}`, as: 'app', bucket: 'webhooks' },
    changes: false,
  });
}

function webhookOf(fields: Fields | null): Webhook | null {
  const id = idOf(fields, 'id');
  const url = textOf(fields?.url);
  return id === null || url === null ? null : { id, url, isValid: flagOf(fields?.valid) ?? false };
}
