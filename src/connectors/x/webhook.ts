import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundWebhook } from '../kit/connector';
import { readExactJson } from './exact-json';
import { fieldsOf, idOf } from './fields';

const PREFIX = 'sha256=';

/**
 * Whom an event is told of, without reading all of it. Within texts quotes are escaped, so that nobody
 * can write this into a post.
 */
const named = /"for_user_id"\s*:\s*"(\d+)"|"filter"\s*:\s*\{[^{}]*?"user_id"\s*:\s*"(\d+)"/;

/** X signs with the app's secret, and asks with a token whether we know it too. */
export const webhook: InboundWebhook = {
  verify({ body, headers }, { settings }) {
    const given = headers['x-twitter-webhooks-signature'];
    const expected = signatureOf(settings.consumerSecret, body);
    if (typeof given !== 'string' || expected === null) return false;
    const [a, b] = [Buffer.from(given), Buffer.from(expected)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
  /** Most apps may have one address, for all accounts that have let them in. */
  accounts(body) {
    const id = named
      .exec(body.toString())
      ?.slice(1)
      .find((one) => one !== undefined);
    if (id !== undefined) return [id];
    const root = fieldsOf(readExactJson(body));
    const event = fieldsOf(root?.data);
    const source = fieldsOf(fieldsOf(root?.user_event)?.revoke)?.source;
    const userId =
      idOf(fieldsOf(source), 'user_id') ??
      (event?.event_type === 'oauth.revoke' ? idOf(fieldsOf(event.payload), 'user_id') : null);
    return userId === null ? [] : [userId];
  },
  handshake({ query }, { settings }) {
    const token = query.crc_token;
    const answer = token ? signatureOf(settings.consumerSecret, token) : null;
    if (answer === null) return null;
    return {
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({ response_token: answer }),
    };
  },
};

/** As X writes it; null while the secret is not set. */
export function signatureOf(secret: unknown, signed: Buffer | string): string | null {
  if (typeof secret !== 'string' || secret === '') return null;
  return PREFIX + createHmac('sha256', secret).update(signed).digest('base64');
}
