import type { Answer, Call, Route } from '../platform';
import { gated } from './gate';
import type { X, XWorld } from './state';
import { userView } from './views';

export const signInRoutes: Route<X>[] = [
  { method: 'POST', path: '/2/oauth2/token', isOpen: true, handle: token },
  gated('GET', '/2/users/me', { as: 'account', limit: 75 }, (_call, world, id) => ({
    status: 200,
    json: { data: userView(world.state.users.get(id)!) },
  })),
];

function no(error: string, description: string, status = 400): Answer {
  return { status, json: { error, error_description: description } };
}

/** Gives tokens for a code, or for a refresh token, each of which counts once. */
function token({ form, headers }: Call, world: XWorld): Answer {
  const { state } = world;
  const basic = Buffer.from(`${state.clientId}:${state.clientSecret}`).toString('base64');
  if (headers.authorization !== `Basic ${basic}`) {
    return no('unauthorized_client', 'Missing valid authorization header', 401);
  }
  if (form.get('grant_type') === 'authorization_code') {
    const code = form.get('code') ?? '';
    const accountId = state.codes.get(code);
    state.codes.delete(code);
    const isWhole = form.get('redirect_uri') && form.get('code_verifier');
    if (accountId === undefined || !isWhole) {
      return no('invalid_request', 'Value passed for the authorization code was invalid.');
    }
    return give(world, accountId);
  }
  const given = form.get('refresh_token') ?? '';
  const reused = state.usedRefreshTokens.get(given);
  if (reused !== undefined) revokeAll(world, reused);
  const accountId = state.refreshTokens.get(given);
  if (accountId === undefined) {
    return no('invalid_request', 'Value passed for the token was invalid.');
  }
  state.refreshTokens.delete(given);
  state.usedRefreshTokens.set(given, accountId);
  for (const [access, of] of state.tokens) if (of === accountId) state.tokens.delete(access);
  return give(world, accountId);
}

function give({ state, random }: XWorld, accountId: string): Answer {
  const access_token = `access-${random.letters(24)}`;
  const refresh_token = `refresh-${random.letters(24)}`;
  state.tokens.set(access_token, accountId);
  state.refreshTokens.set(refresh_token, accountId);
  const json = { token_type: 'bearer', expires_in: 7_200, access_token, refresh_token };
  return { status: 200, json: { ...json, scope: 'tweet.read users.read offline.access' } };
}

/** A refresh token that comes twice may be stolen: nothing of the account's counts any longer. */
export function revokeAll({ state }: XWorld, accountId: string): void {
  for (const tokens of [state.tokens, state.refreshTokens]) {
    for (const [one, of] of tokens) if (of === accountId) tokens.delete(one);
  }
}

/** Has the access tokens of all accounts end, as they do after two hours. */
export function endAccess({ state }: XWorld): void {
  state.tokens.clear();
}
