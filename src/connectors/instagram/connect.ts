import type { Account, ConnectorContext } from '../kit/connector';
import { ReconnectNeeded, Rejected } from '../kit/errors';
import { idIn, textIn, valuesIn } from '../meta/values';
import { graphWith, openInstagram } from './client';
import { isInstagramLogin, talkerOf } from './sign-in';

/** What Meta is to tell of an account, as Instagram Login and Facebook Pages name it. */
const ofAccount =
  'messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,standby,comments,live_comments,mentions';
const ofPage =
  'messages,messaging_postbacks,message_reads,message_reactions,messaging_referrals,standby,message_echoes,feed,mention';

/** Finds out whose account it is. */
export async function connect(context: ConnectorContext): Promise<Account> {
  // as it was entered: what is not connected yet has nothing to renew
  const graph = graphWith(context, context.channel.settings);
  if (isInstagramLogin(context.channel.settings)) {
    const me = await graph.call({ path: 'me', params: { fields: 'id,user_id,username,name' } });
    const [scopedId, userId] = [idIn(me, 'id'), idIn(me, 'user_id')];
    const externalId = userId ?? scopedId;
    if (externalId === null) throw new ReconnectNeeded('Instagram did not say whose token it is.');
    return {
      externalId,
      ...named(textIn(me, 'username')),
      settings: { ...(scopedId && scopedId !== externalId && { scopedId }), pageId: null },
    };
  }
  const page = await graph.call({
    path: 'me',
    params: { fields: 'id,name,instagram_business_account{id,username,name}' },
  });
  const account = valuesIn(page, 'instagram_business_account');
  const externalId = idIn(account, 'id');
  if (externalId === null) {
    const words =
      'The token’s Page has no Instagram account: link a professional account to the Page, and use the Page’s own token.';
    throw new Rejected('NO_ACCOUNT', words);
  }
  const settings = { pageId: idIn(page, 'id'), scopedId: null };
  return { externalId, ...named(textIn(account, 'username')), settings };
}

function named(username: string | null): { name?: string } {
  return username ? { name: `@${username}` } : {};
}

/** Has Meta tell the app what happens in the account; the app's address is set in its dashboard. */
export async function register(context: ConnectorContext): Promise<void> {
  const { channel } = context;
  const graph = await openInstagram(context);
  await graph.call({
    ...{ method: 'POST', path: `${talkerOf(channel)}/subscribed_apps`, changes: false },
    params: { subscribed_fields: isInstagramLogin(channel.settings) ? ofAccount : ofPage },
  });
}

/** Whether the token is still good. */
export async function probe(context: ConnectorContext): Promise<void> {
  const graph = await openInstagram(context);
  await graph.call({ path: 'me', params: { fields: 'id' } });
}

/** Ends the subscription of the account; that of a Page is left, for it serves Messenger too. */
export async function disconnect(context: ConnectorContext): Promise<void> {
  const { channel } = context;
  if (!isInstagramLogin(channel.settings)) return;
  const graph = await openInstagram(context);
  const path = `${talkerOf(channel)}/subscribed_apps`;
  // that it has ended already is just as well
  await graph.callUnless(({ code }) => code === 100, { method: 'DELETE', path, changes: false });
}
