import type { Answer, Call, Route } from '../platform';
import type { Hook } from '../hooks';
import { SimulatorRefused } from '../simulator-refused';
import { handshake } from './challenge';
import { gated } from './gate';
import { invalid, notFound, refuse } from './problems';
import { newId, type Subscription, type X, type XWorld } from './state';

const app = { as: 'app', limit: 450 } as const;
const MOST_WEBHOOKS = 1;
const MOST_SUBSCRIPTIONS = 1_500;

export const webhookRoutes: Route<X>[] = [
  gated('GET', '/2/webhooks', app, (_call, { hooks }) => ({
    status: 200,
    json: { data: hooks.map(hookView), meta: { result_count: hooks.length } },
  })),
  gated('POST', '/2/webhooks', app, addWebhook),
  gated('PUT', '/2/webhooks/:id', app, async ({ params }, world) => {
    const hook = hookOf(world, params.id!);
    const wrong = await handshake(hook, world.random);
    hook.isDisabled = wrong !== null;
    if (wrong !== null) refuse(400, '', 'CrcValidationFailed', wrong);
    hook.failures = 0;
    return { status: 200, json: { data: { valid: true } } };
  }),
  gated('DELETE', '/2/webhooks/:id', app, ({ params }, world) => {
    world.removeHook(hookOf(world, params.id!).id);
    return { status: 200, json: { data: { deleted: true } } };
  }),
  gated('GET', '/2/activity/subscriptions', { as: 'any', limit: 500 }, ({ query }, world) => {
    const from = Number(query.get('pagination_token')?.replace(/^s0*/, '') || 0);
    const to = from + Number(query.get('max_results') ?? 1_000);
    const { subscriptions } = world.state;
    return {
      status: 200,
      json: {
        data: subscriptions.slice(from, to).map(subscriptionView),
        meta: {
          total_subscriptions: subscriptions.length,
          ...(to < subscriptions.length && { next_token: `s${String(to).padStart(16, '0')}` }),
        },
      },
    };
  }),
  gated('POST', '/2/activity/subscriptions', { as: 'any', limit: 500 }, subscribe),
  gated(
    'PUT',
    '/2/activity/subscriptions/:id',
    { ...app, limit: 500 },
    ({ params, json }, world) => {
      const found = world.state.subscriptions.find(({ id }) => id === params.id);
      if (!found) notFound('subscription', params.id!);
      if (typeof json.webhook_id === 'string') found.webhookId = json.webhook_id;
      if (typeof json.tag === 'string') found.tag = json.tag;
      return { status: 200, json: { data: { subscription: subscriptionView(found) } } };
    },
  ),
  gated('DELETE', '/2/activity/subscriptions', { ...app, limit: 500 }, ({ query }, { state }) => {
    const ids = new Set((query.get('ids') ?? '').split(','));
    state.subscriptions = state.subscriptions.filter(({ id }) => !ids.has(id));
    const data = [...ids].map((id) => ({ subscription_id: id, deleted: true }));
    const meta = { total_subscriptions: state.subscriptions.length };
    return { status: 200, json: { data, meta } };
  }),
  ...oldRoutes(),
];

/** Those of the Account Activity API. */
function oldRoutes(): Route<X>[] {
  const path = '/2/account_activity/webhooks/:hook/subscriptions';
  const account = { as: 'account', limit: 500 } as const;
  return [
    gated('GET', `${path}/all`, account, ({ params }, { state }, id) => ({
      status: 200,
      json: { data: { subscribed: state.oldSubscriptions.get(id) === params.hook } },
    })),
    gated('POST', `${path}/all`, account, ({ params }, world, id) => {
      world.state.oldSubscriptions.set(id, hookOf(world, params.hook!).id);
      return { status: 200, json: { data: { subscribed: true } } };
    }),
    gated('DELETE', `${path}/:user/all`, app, ({ params }, { state }) => {
      state.oldSubscriptions.delete(params.user!);
      return { status: 200, json: { data: { subscribed: false } } };
    }),
  ];
}

async function addWebhook({ json }: Call, world: XWorld): Promise<Answer> {
  const { hooks } = world;
  const url = String(json.url);
  if (hooks.some((hook) => hook.url === url)) {
    refuse(400, '', 'DuplicateUrlFailed', 'A webhook with this URL exists already.');
  }
  if (hooks.length >= MOST_WEBHOOKS) {
    refuse(400, '', 'WebhookLimitExceeded', 'The app has as many webhooks as it may have.');
  }
  return { status: 200, json: { data: hookView(await register(world, url)) } };
}

async function register(world: XWorld, url: string): Promise<Hook> {
  try {
    return await world.addHook({ url });
  } catch (error) {
    if (!(error instanceof SimulatorRefused)) throw error;
    return refuse(400, '', 'CrcValidationFailed', error.message);
  }
}

function hookOf({ hooks }: XWorld, id: string): Hook {
  return hooks.find((hook) => hook.id === id) ?? notFound('webhook', id);
}

function hookView({ id, url, isDisabled }: Hook) {
  return { id, url, valid: !isDisabled, created_at: '2026-01-15T12:00:00.000Z' };
}

function subscribe({ json }: Call, world: XWorld, accountId: string): Answer {
  const { state } = world;
  const { event_type: eventType, filter, tag, webhook_id: webhookId } = json;
  const { user_id: userId, direction } = (filter ?? {}) as Record<string, string | undefined>;
  const isPrivate = /^(dm|chat|like|mute|block|post\.(mention|reply|quote|repost))\b/.test(
    String(eventType),
  );
  if (isPrivate && userId !== accountId) {
    refuse(403, 'not-authorized-for-resource', 'Forbidden', 'The account has not permitted this.');
  }
  const same = ({ eventType: type, userId: of }: Subscription) =>
    type === eventType && of === (userId ?? null);
  if (state.subscriptions.some(same)) invalid('Duplicate subscription: it already exists.');
  if (state.subscriptions.length >= MOST_SUBSCRIPTIONS) {
    invalid('There are too many subscriptions.');
  }
  const made: Subscription = {
    ...{ id: newId(world), eventType: String(eventType), userId: userId ?? null },
    ...{ direction: direction ?? null, tag: typeof tag === 'string' ? tag : null },
    ...{ webhookId: typeof webhookId === 'string' ? webhookId : null, at: world.now() },
  };
  state.subscriptions.push(made);
  return { status: 200, json: { data: { subscription: subscriptionView(made) } } };
}

function subscriptionView({ id, eventType, userId, direction, tag, webhookId, at }: Subscription) {
  return {
    ...{ subscription_id: id, event_type: eventType, created_at: at.toISOString() },
    filter: {
      ...(userId !== null && { user_id: userId }),
      ...(direction !== null && { direction }),
    },
    ...{ updated_at: at.toISOString() },
    ...(tag !== null && { tag }),
    ...(webhookId !== null && { webhook_id: webhookId }),
  };
}
