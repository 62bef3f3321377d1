import type { ConnectorContext } from '../kit/connector';
import { openApi, type XApi } from './api';
import { fieldsOf, idOf, listOf, textOf, type Fields } from './fields';
import type { XRefusal } from './problems';
import { dropWebhook, ensureWebhook, findWebhook } from './webhooks';

/** What is asked for; what the account's permission does not reach is left out. */
const publicEvents = [
  'post.create',
  'post.delete',
  'post.mention.create',
  'post.reply.create',
  'post.quote.create',
  'post.repost.create',
  'like.create',
  'follow.follow',
  'follow.unfollow',
  'mute.mute',
  'mute.unmute',
  'block.block',
  'block.unblock',
] as const;

const privateEvents = [
  'dm.received',
  'dm.sent',
  'dm.read',
  'chat.received',
  'chat.sent',
  'chat.conversation_join',
] as const;

/** By which what Parley has asked for is known. */
const TAG = 'parley';
const PAGE = 1_000;
const MOST_PAGES = 100;
/** Most ids in one call. */
const DROPPED_AT_ONCE = 100;

interface Subscription {
  id: string;
  eventType: string;
  userId: string | null;
  webhookId: string | null;
  tag: string | null;
}

/** Has X tell everything of the account at its webhook; what is asked for already stays. */
export async function ensureSubscriptions(context: ConnectorContext): Promise<void> {
  const webhook = await ensureWebhook(context);
  if (context.channel.settings.delivery === 'ACCOUNT_ACTIVITY') {
    return subscribeOld(context, webhook.id);
  }
  const { externalId: userId, settings } = context.channel;
  const api = openApi(context);
  const known = (await readSubscriptions(api)).filter((one) => one.userId === userId);
  const wanted = [...publicEvents, ...(settings.directMessages === false ? [] : privateEvents)];
  for (const eventType of wanted) {
    const same = known.find((one) => one.eventType === eventType);
    if (same?.webhookId === webhook.id) continue;
    if (same?.tag === TAG) await move(api, same, webhook.id);
    else await subscribe(api, eventType, userId, webhook.id);
  }
}

/** What the account does not permit (no scope), or is asked for by another attempt just now. */
function isSettled({ status, words }: XRefusal): boolean {
  return status === 403 || status === 409 || /duplicate|already exists/i.test(words);
}

async function subscribe(api: XApi, eventType: string, userId: string, webhookId: string) {
  await api.callUnless(isSettled, {
    ...{ method: 'POST', path: '/2/activity/subscriptions', bucket: 'subscriptions' },
    json: {
      event_type: eventType,
      filter: { user_id: userId },
      tag: TAG,
      webhook_id: webhookId,
    },
    changes: false,
  });
}

async function move(api: XApi, { id }: Subscription, webhookId: string): Promise<void> {
  await api.call({
    ...{ method: 'PUT', path: `/2/activity/subscriptions/${id}`, as: 'app' },
    ...{ bucket: 'subscriptions', json: { webhook_id: webhookId, tag: TAG }, changes: false },
  });
}

async function readSubscriptions(api: XApi): Promise<Subscription[]> {
  const all: Subscription[] = [];
  let page: string | null = null;
  for (let count = 0; count < MOST_PAGES; count++) {
    const answer: Fields = await api.call({
      ...{ path: '/2/activity/subscriptions', as: 'app', bucket: 'subscriptions' },
      query: { max_results: PAGE, pagination_token: page ?? undefined },
    });
    all.push(...listOf(answer.data).flatMap((one) => subscriptionOf(one) ?? []));
    page = textOf(fieldsOf(answer.meta)?.next_token);
    if (page === null) break;
  }
  return all;
}

function subscriptionOf(fields: Fields): Subscription | null {
  const id = idOf(fields, 'subscription_id');
  const eventType = textOf(fields.event_type);
  if (id === null || eventType === null) return null;
  return {
    ...{ id, eventType, tag: textOf(fields.tag), webhookId: idOf(fields, 'webhook_id') },
    userId: idOf(fieldsOf(fields.filter), 'user_id'),
  };
}

/** Undoes what was asked for; the webhook goes with the last account that it was for. */
export async function dropSubscriptions(context: ConnectorContext): Promise<void> {
  const { externalId: userId, settings } = context.channel;
  const webhook = await findWebhook(context);
  if (settings.delivery === 'ACCOUNT_ACTIVITY') {
    if (webhook) await unsubscribeOld(context, webhook.id);
    return;
  }
  const api = openApi(context);
  const all = await readSubscriptions(api);
  const own = all.filter((one) => one.userId === userId && one.tag === TAG);
  const others = all.filter((one) => one.userId !== userId);
  const isLast = !others.some(({ webhookId }) => webhookId === webhook?.id);
  const ids = own.map(({ id }) => id);
  for (let at = 0; at < ids.length; at += DROPPED_AT_ONCE) {
    await api.call({
      ...{ method: 'DELETE', path: '/2/activity/subscriptions', as: 'app' },
      query: { ids: ids.slice(at, at + DROPPED_AT_ONCE) },
      ...{ bucket: 'subscriptions', changes: false },
    });
  }
  if (webhook && isLast && webhook.url === context.webhookUrl) await dropWebhook(context, webhook);
}

const oldPath = (webhookId: string, rest: string) =>
  `/2/account_activity/webhooks/${webhookId}/subscriptions/${rest}`;

async function subscribeOld(context: ConnectorContext, webhookId: string): Promise<void> {
  const api = openApi(context);
  const known = await api.callUnless(({ status }) => status === 404 || status === 400, {
    ...{ path: oldPath(webhookId, 'all'), bucket: 'subscriptions' },
  });
  if (fieldsOf(known?.data)?.subscribed === true) return;
  await api.callUnless(({ words }) => /duplicate|already/i.test(words), {
    ...{ method: 'POST', path: oldPath(webhookId, 'all'), bucket: 'subscriptions' },
    ...{ json: {}, changes: false },
  });
}

async function unsubscribeOld(context: ConnectorContext, webhookId: string): Promise<void> {
  const { externalId } = context.channel;
  await openApi(context).callUnless(({ status }) => status === 404, {
    ...{ method: 'DELETE', path: oldPath(webhookId, `${externalId}/all`), as: 'app' },
    ...{ bucket: 'subscriptions', changes: false },
  });
}
