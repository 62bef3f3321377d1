import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundWebhook } from '../kit/connector';

const PREFIX = 'sha256=';

/** X signs with the app's secret, and asks with a token whether we know it too. */
export const webhook: InboundWebhook = {
  verify({ body, headers }, { settings }) {
    const given = headers['x-twitter-webhooks-signature'];
    const expected = signatureOf(settings.consumerSecret, body);
    if (typeof given !== 'string' || expected === null) return false;
    const [a, b] = [Buffer.from(given), Buffer.from(expected)];
    return a.length === b.length && timingSafeEqual(a, b);
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
