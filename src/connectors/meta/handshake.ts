import type { WebhookAnswer, WebhookRequest } from '../kit/connector';
import { isSameText } from './signature';

/** Meta's challenges are short numbers; nothing longer is given back. */
const LONGEST_CHALLENGE = 200;

/**
 * Meta asks whether the address is ours before it sends anything: the challenge comes back where
 * the token is the one that was given to Meta.
 */
export function shakeHands({ query }: WebhookRequest, verifyToken: unknown): WebhookAnswer | null {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
  if (typeof verifyToken !== 'string' || verifyToken === '') return null;
  if (mode !== 'subscribe' || token === undefined || !isSameText(token, verifyToken)) return null;
  if (!challenge || challenge.length > LONGEST_CHALLENGE) return null;
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: challenge };
}
