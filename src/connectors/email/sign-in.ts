import type { ConnectorContext } from '../kit/connector';
import { OutcomeUnknown, ReconnectNeeded, RetryLater } from '../kit/errors';
import { mailSettings, type MailSettings } from './settings';

/** What a server is told to be let in. */
export type Credentials =
  { user: string; password: string } | { user: string; accessToken: string };

/** What an attempt throws whom the server does not let in. */
export class SignInRefused extends Error {}

/** Tokens that end this soon are renewed at once, in milliseconds. */
const ALMOST_OVER = 60_000;

/**
 * Signs in somewhere. A server that refuses a token does not say whether it has ended or the account
 * is gone, so it is renewed once; after that a person has to see to it.
 * @param attempt throws {@link SignInRefused} where the server refuses.
 * @throws ReconnectNeeded where it refuses for good.
 */
export async function withSignIn<T>(
  context: ConnectorContext,
  attempt: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  const settings = mailSettings(context.channel);
  const { userName: user, password } = settings;
  if (settings.oauth === null && settings.accessToken === null) {
    if (password === null) {
      throw new ReconnectNeeded('The mailbox has neither password nor tokens.');
    }
    return refusedForGood(attempt({ user, password }));
  }
  const token = isOver(settings, context)
    ? await renewToken(context, settings.accessToken)
    : settings.accessToken;
  if (token === null) throw new ReconnectNeeded('The mailbox has no access token.');
  try {
    return await attempt({ user, accessToken: token });
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    if (settings.oauth === null || settings.refreshToken === null) throw asReconnect(error);
    const renewed = await renewToken(context, token);
    return refusedForGood(attempt({ user, accessToken: renewed }));
  }
}

function isOver(
  { accessToken, accessTokenUntil, oauth }: MailSettings,
  { clock }: ConnectorContext,
) {
  if (oauth === null) return false;
  if (accessToken === null) return true;
  return accessTokenUntil !== null && accessTokenUntil.getTime() - clock().getTime() < ALMOST_OVER;
}

async function refusedForGood<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    throw error instanceof SignInRefused ? asReconnect(error) : error;
  }
}

const asReconnect = ({ message }: SignInRefused) =>
  new ReconnectNeeded(`The mail server does not let the mailbox in: ${message}`);

/** A new token in place of a spent one; the one that another process got meanwhile, where it did. */
async function renewToken(context: ConnectorContext, spent: string | null): Promise<string> {
  const settings = await context.renewSettings(async (now) => {
    const current = mailSettings({ ...context.channel, settings: now });
    if (current.accessToken !== null && current.accessToken !== spent) return null;
    return askForToken(context, current);
  });
  const { accessToken } = mailSettings({ ...context.channel, settings });
  if (accessToken === null) throw new ReconnectNeeded('The mailbox has no access token.');
  return accessToken;
}

async function askForToken(
  { http, clock }: ConnectorContext,
  { oauth, refreshToken }: MailSettings,
): Promise<Record<string, unknown>> {
  if (oauth === null || refreshToken === null) {
    throw new ReconnectNeeded(
      'The mailbox’s access token has ended, and there is none to renew it with.',
    );
  }
  const { tokenUrl, clientId, clientSecret } = oauth;
  const answer = await http
    .request({
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: clientId,
        ...(clientSecret === null ? {} : { client_secret: clientSecret }),
      },
    })
    .catch((error: unknown) => {
      if (error instanceof OutcomeUnknown) {
        throw new RetryLater('The token address did not answer.');
      }
      throw error;
    });
  if (answer.status === 429 || answer.status >= 500) {
    throw new RetryLater(`The token address answered ${answer.status}.`);
  }
  const body = (answer.json() ?? {}) as Record<string, unknown>;
  if (answer.status >= 400 || typeof body['access_token'] !== 'string') {
    const why = typeof body['error'] === 'string' ? body['error'].slice(0, 100) : answer.status;
    throw new ReconnectNeeded(`The provider does not renew the mailbox’s access token: ${why}.`);
  }
  const seconds = Number(body['expires_in']);
  return {
    accessToken: body['access_token'],
    accessTokenUntil:
      seconds > 0 ? new Date(clock().getTime() + seconds * 1_000).toISOString() : null,
    // some providers give a new one each time, and the old one ends
    ...(typeof body['refresh_token'] === 'string' ? { refreshToken: body['refresh_token'] } : {}),
  };
}
