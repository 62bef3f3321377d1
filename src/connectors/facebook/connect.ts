import type { Account, ConnectorContext } from '../kit/connector';
import { ReconnectNeeded, Rejected } from '../kit/errors';
import { openGraph } from '../meta/graph';
import { idIn, textIn, valuesIn } from '../meta/values';
import { graphOf, settingsOf } from './account';

/** What Meta is to tell of a Page. */
export const subscribedFields = [
  ...['messages', 'messaging_postbacks', 'messaging_optins', 'messaging_referrals'],
  ...['message_deliveries', 'message_reads', 'message_reactions', 'message_edits'],
  ...['message_echoes', 'messaging_handovers', 'messaging_policy_enforcement', 'standby'],
  ...['feed', 'mention', 'ratings'],
];

/** Finds out which Page it is; its ids of people hold in it alone. */
export async function connect(context: ConnectorContext): Promise<Account> {
  const { pageId } = settingsOf(context.channel);
  const page = await graphOf(context).call({ path: pageId, params: { fields: 'id,name' } });
  const externalId = idIn(page, 'id') ?? pageId;
  if (externalId !== pageId) {
    throw new Rejected('OTHER_ACCOUNT', `The token belongs to another account, ${externalId}.`);
  }
  const name = textIn(page, 'name');
  return { externalId, identityScope: externalId, ...(name && { name }) };
}

/** Without it Meta tells the app nothing of this Page, whatever the app has subscribed to. */
export async function register(context: ConnectorContext): Promise<void> {
  await graphOf(context).call({
    ...{ method: 'POST', path: `${settingsOf(context.channel).pageId}/subscribed_apps` },
    ...{ json: { subscribed_fields: subscribedFields.join(',') }, changes: false },
  });
}

/** Page tokens don't expire: they die with a password or a role, without a word. */
export async function probe(context: ConnectorContext): Promise<void> {
  const { pageId, token, appId, appSecret, apiUrl } = settingsOf(context.channel);
  await graphOf(context).call({ path: pageId, params: { fields: 'id' } });
  if (appId === null) return;
  const { http, clock } = context;
  const app = openGraph({ http, clock, apiUrl, token: `${appId}|${appSecret}`, appSecret });
  const answer = await app.call({ path: 'debug_token', params: { input_token: token } });
  const told = valuesIn(answer, 'data');
  if (told.is_valid !== false) return;
  const words = textIn(valuesIn(told, 'error'), 'message');
  throw new ReconnectNeeded(words ?? 'The access token is not valid any longer.');
}

export async function disconnect(context: ConnectorContext): Promise<void> {
  const path = `${settingsOf(context.channel).pageId}/subscribed_apps`;
  // the app of a token that is dead gets nothing any longer anyway
  await graphOf(context).callUnless(({ code }) => code === 190, {
    ...{ method: 'DELETE', path, changes: false },
  });
}
