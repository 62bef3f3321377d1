import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from '../kit/connector';

/** `sha256=` and 64 hexadecimal digits. */
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/** What Meta signs a body with: the bytes as sent, in which it writes non-ASCII as `\uXXXX`. */
export function signatureOf(body: Buffer, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

/** Whether a request is signed with the app's secret; never where no secret is known. */
export function isSigned({ headers, body }: WebhookRequest, appSecret: unknown): boolean {
  const given = headers['x-hub-signature-256'];
  const secret = text(appSecret);
  // the same work for all that is missing, so that time does not tell what it was
  const expected = signatureOf(body, secret || 'none');
  if (secret === '' || typeof given !== 'string' || !SIGNATURE.test(given)) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

/** Proves to Meta that whoever bears a token knows the app's secret too. */
export function secretProof(token: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex');
}

/** Whether two texts are the same, in a time that tells neither length nor place of a difference. */
export function isSameText(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
