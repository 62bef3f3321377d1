import { Webhook } from 'standardwebhooks';
import { definePlatform, Refusal, type Call, type World } from '../platform';
import { happenings, sendReceipts } from './happenings';
import type { Transport } from './transport';

/** Somebody's own transport, as the connector `custom` expects it. */
export const custom = definePlatform<Transport>({
  id: 'custom',
  label: 'your own transport',
  begin: ({ random, accounts = ['transport'], secret }) => ({
    accounts,
    secret: secret ?? `whsec_${Buffer.from(random.letters(32)).toString('base64')}`,
    messages: new Map(),
  }),
  routes: [
    { method: 'POST', path: '/send', creates: true, handle: take },
    { method: 'GET', path: '/send', handle: look },
  ],
  settings: ({ state, url }) => ({ signingSecret: state.secret, sendUrl: `${url}/send` }),
  secret: ({ secret }) => secret,
  accounts: ({ accounts }) => accounts,
  authorise,
  envelope: (told) => JSON.stringify({ items: told.map(({ event }) => event) }),
  sign: ({ id, body, at }, { secret }) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signature(secret, id, at, body),
  }),
  retrySeconds: [5, 300, 1_800, 7_200, 18_000, 36_000],
  disableAfter: null,
  mediaSeconds: 3_600,
  answers: {
    rateLimited: () => ({ status: 429, headers: { 'retry-after': '1' }, json: {} }),
    failed: () => ({ status: 500, json: { message: 'The simulator was told to fail.' } }),
    tokenDead: () => ({ status: 401, json: { message: 'The secret is no good any longer.' } }),
    notFound: () => ({ status: 404, json: {} }),
  },
  happenings,
});

function authorise({ headers, body }: Call, { state }: World<Transport>): void {
  const given = (name: string) => String(headers[`webhook-${name}`]);
  const at = new Date(Number(given('timestamp')) * 1_000);
  const isRight = !Number.isNaN(at.getTime());
  if (isRight && given('signature') === signature(state.secret, given('id'), at, body)) return;
  throw new Refusal({ status: 401, json: { message: 'The signature is wrong.' } });
}

function signature(secret: string, id: string, at: Date, body: Buffer): string {
  return new Webhook(secret).sign(id, at, body.toString());
}

function take({ json }: Call, world: World<Transport>) {
  const { messages } = world.state;
  const { clientKey, body } = json;
  if (world.faults.now.windowClosed) {
    const message = 'The customer has to write first: the time for answers has passed.';
    return { status: 422, json: { code: 'WINDOW_CLOSED', message } };
  }
  const externalId = `out-${world.serial()}`;
  const sent = { externalId, sentAt: world.now().toISOString(), body: String(body) };
  messages.set(String(clientKey), [...(messages.get(String(clientKey)) ?? []), sent]);
  sendReceipts(world, sent, json['conversation'] as { threadKey: string });
  return { status: 200, json: { externalId, sentAt: sent.sentAt } };
}

function look({ query }: Call, { state: { messages } }: World<Transport>) {
  const [sent] = messages.get(query.get('clientKey') ?? '') ?? [];
  if (!sent) return { status: 404, json: {} };
  return { status: 200, json: { externalId: sent.externalId, sentAt: sent.sentAt } };
}
