import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { WebhookRequest } from './connector';

/** How far a request's time may be from ours, either way, in seconds. */
const TOLERANCE = 300;
/** Most signatures that one request may bear: one for each secret while secrets change. */
const MOST_SIGNATURES = 10;

/** A secret as the specification writes it. */
export const SECRET_PATTERN = 'whsec_[A-Za-z0-9+/]{32,88}={0,2}';

/**
 * Whether a request is signed after the Standard Webhooks specification.
 *
 * Not left to the library `standardwebhooks`, whose signatures these are in the tests: it reads the
 * body as text first, to which broken UTF-8 looks all the same, and goes by the clock of the process.
 */
export function isSigned({ headers, body, receivedAt }: WebhookRequest, secret: unknown): boolean {
  const id = single(headers, 'webhook-id');
  const timestamp = single(headers, 'webhook-timestamp');
  const signatures = single(headers, 'webhook-signature')?.split(' ') ?? [];
  const key = keyOf(secret);
  // the same work for all that is missing, so that time does not tell what it was
  const signed = createHmac('sha256', key ?? 'none').update(`${id ?? ''}.${timestamp ?? ''}.`);
  const expected = signed.update(body).digest();
  if (key === null || !id || !isNow(timestamp, receivedAt)) return false;
  return signatures.slice(0, MOST_SIGNATURES).some((signature) => isSame(signature, expected));
}

/** The sender's id of the request, which is the same in each attempt. */
export function webhookId(headers: IncomingHttpHeaders): string | null {
  return single(headers, 'webhook-id');
}

function single(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

function keyOf(secret: unknown): Buffer | null {
  if (typeof secret !== 'string') return null;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return key.length > 0 ? key : null;
}

function isNow(timestamp: string | null, now: Date): boolean {
  if (timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= TOLERANCE;
}

function isSame(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false;
  const given = Buffer.from(signature.slice(3), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
