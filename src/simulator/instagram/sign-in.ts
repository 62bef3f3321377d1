import { refuse } from '../meta/graph-answers';
import type { Answer, Call } from '../platform';
import { accountOf, ownAccount, type InstagramWorld } from './account';

const LIFE_SECONDS = 60 * 86_400;

/** `GET /refresh_access_token`. */
export function refreshToken(call: Call, world: InstagramWorld): Answer {
  const account = accountOf(call, world);
  const isRight = call.query.get('grant_type') === 'ig_refresh_token';
  if (!isRight || call.token !== account.ownToken) {
    refuse(400, 100, 'Only long-lived tokens of Instagram Login can be refreshed.');
  }
  account.ownToken = `IGAA${world.random.letters(40)}`;
  const json = { access_token: account.ownToken, token_type: 'bearer', expires_in: LIFE_SECONDS };
  return { status: 200, json };
}

/** `POST /{account}/subscribed_apps`. */
export function subscribe(call: Call, world: InstagramWorld): Answer {
  const account = ownAccount(call, world);
  if (!call.query.get('subscribed_fields')) {
    refuse(400, 100, '(#100) The parameter subscribed_fields is required.');
  }
  account.isInstagramLogin = call.token === account.ownToken;
  return { status: 200, json: { success: true } };
}

/** `DELETE /{account}/subscribed_apps`. */
export function unsubscribe(call: Call, world: InstagramWorld): Answer {
  ownAccount(call, world);
  return { status: 200, json: { success: true } };
}
