import { timingSafeEqual, createHash } from 'node:crypto';
import type { InboundWebhook, WebhookRequest } from '../kit/connector';
import { isSigned } from '../kit/standard-webhooks';

/** Most servers take no larger messages. */
const LARGEST_MAIL = 40 * 1024 * 1024;

/** Forwarders post messages as they came: signed, or with the secret as password, as most can. */
export const webhook: InboundWebhook = {
  verify: (request, { settings }) => {
    const secret = settings['webhookSecret'];
    if (typeof secret !== 'string' || secret === '') return false;
    return isSigned(request, secret) || hasPassword(request, secret);
  },
  largestBody: LARGEST_MAIL,
};

function hasPassword({ headers }: WebhookRequest, secret: string): boolean {
  const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ', 2) as [
    string,
    string?,
  ];
  if (scheme.toLowerCase() !== 'basic') return false;
  const [, ...password] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(password.join(':')), digest(secret));
}
