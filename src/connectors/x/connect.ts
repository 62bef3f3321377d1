import type { Account, ConnectorContext } from '../kit/connector';
import { Rejected, RetryLater } from '../kit/errors';
import { openApi } from './api';
import { fieldsOf, idOf, textOf } from './fields';
import { exchangeCode, type Tokens } from './tokens';
import { dropSubscriptions, ensureSubscriptions } from './subscriptions';
import { findWebhook, validateWebhook } from './webhooks';

/** Signs in, by a code or with tokens, and finds out whose account it is. */
export async function connect(context: ConnectorContext): Promise<Account> {
  const { settings } = context.channel;
  requireKeys(settings);
  const code = textOf(settings.authorizationCode);
  let kept: Record<string, unknown> = {};
  if (code !== null) {
    const tokens: Tokens = await exchangeCode(context, code);
    // neither counts again
    kept = { ...tokens, authorizationCode: null, codeVerifier: null };
    const channel = { ...context.channel, settings: { ...settings, ...kept } };
    Object.assign(context, { channel });
  } else if (textOf(settings.accessToken) === null) {
    throw new Rejected(
      'SETTINGS_INCOMPLETE',
      'Give an authorization code, or else the account’s access token and refresh token.',
    );
  }
  const { id, name, username } = await whoAmI(context);
  return { externalId: id, name: name ?? username ?? id, settings: kept };
}

interface Keys {
  delivery?: unknown;
  consumerSecret?: unknown;
  appBearerToken?: unknown;
}

function requireKeys({ delivery, consumerSecret, appBearerToken }: Keys): void {
  if (delivery === 'POLLING') return;
  if (textOf(consumerSecret) !== null && textOf(appBearerToken) !== null) return;
  throw new Rejected(
    'SETTINGS_INCOMPLETE',
    'Webhooks need the API secret key and the bearer token of the app: give both, or choose polling.',
  );
}

async function whoAmI(context: ConnectorContext) {
  const { data } = await openApi(context).call({
    path: '/2/users/me',
    query: { 'user.fields': ['id', 'name', 'username'] },
    bucket: 'me',
  });
  const user = fieldsOf(data);
  const id = idOf(user, 'id');
  if (id === null) throw new RetryLater('X gave an answer that can’t be read.');
  return { id, name: textOf(user?.name), username: textOf(user?.username) };
}

/** Whether the account can be used, and its webhook counts; one that X has switched off it checks anew. */
export async function probe(context: ConnectorContext): Promise<void> {
  await whoAmI(context);
  if (context.channel.settings.delivery === 'POLLING' || context.webhookUrl === null) return;
  const webhook = await findWebhook(context);
  if (!webhook) {
    throw new RetryLater('X has no webhook for this channel: it is set up within minutes.');
  }
  if (!webhook.isValid) await validateWebhook(context, webhook);
}

/** Has X tell everything of the account at the channel's address. */
export async function announce(context: ConnectorContext): Promise<void> {
  if (context.channel.settings.delivery !== 'POLLING') await ensureSubscriptions(context);
}

/** Has X tell nothing of the account any longer. */
export async function disconnect(context: ConnectorContext): Promise<void> {
  if (context.channel.settings.delivery === 'POLLING') return;
  await dropSubscriptions(context);
}
