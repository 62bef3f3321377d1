import type { ConnectorContext } from '../kit/connector';
import { ReconnectNeeded, RetryLater } from '../kit/errors';
import { fieldsOf, textOf } from './fields';
import { kitErrorOf, refusalOf } from './problems';

type Settings = Readonly<Record<string, unknown>>;

/** What an exchange gives: each refresh token counts once. */
export interface Tokens {
  accessToken: string;
  refreshToken: string | null;
}

/**
 * New tokens for all processes at once: whoever comes second gets what the first one got, because a
 * refresh token that is used again is refused, and takes what it was exchanged for with it.
 * @param refused the access token that is no good
 */
export function renewTokens(context: ConnectorContext, refused: string): Promise<Settings> {
  return context.renewSettings(async (settings) => {
    if (textOf(settings.accessToken) !== refused) return null;
    const refreshToken = textOf(settings.refreshToken);
    if (refreshToken === null) {
      throw new ReconnectNeeded(
        'X does not accept the access token any longer, and there is none to renew it with.',
      );
    }
    const tokens = await exchange(context, settings, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    });
    // some answers leave out what stays as it is
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  });
}

/** The tokens for a code that X gave to the redirect URL. */
export function exchangeCode(context: ConnectorContext, code: string): Promise<Tokens> {
  const { settings } = context.channel;
  return exchange(context, settings, {
    ...{ grant_type: 'authorization_code', code },
    redirect_uri: textOf(settings.redirectUri) ?? '',
    code_verifier: textOf(settings.codeVerifier) ?? '',
  });
}

async function exchange(
  { http, clock }: ConnectorContext,
  settings: Settings,
  form: Record<string, string>,
): Promise<Tokens> {
  const clientId = textOf(settings.clientId) ?? '';
  const clientSecret = textOf(settings.clientSecret);
  const response = await http.request({
    ...{ method: 'POST', url: new URL('/2/oauth2/token', String(settings.apiUrl)).href },
    ...(clientSecret !== null && {
      headers: { authorization: `Basic ${basic(clientId, clientSecret)}` },
    }),
    form: { ...form, client_id: clientId },
    // what is lost on the way back is lost, but there is nothing to look for
    changes: false,
  });
  if (response.status >= 400 && response.status < 429 && response.status !== 402) {
    throw new ReconnectNeeded(`X does not let the app in: ${refusalOf(response).words}`);
  }
  if (response.status !== 200) throw kitErrorOf(refusalOf(response), clock(), false);
  const answer = fieldsOf(response.json());
  const accessToken = textOf(answer?.access_token);
  if (accessToken === null) throw new RetryLater('X gave an answer that can’t be read.');
  return { accessToken, refreshToken: textOf(answer?.refresh_token) };
}

function basic(id: string, secret: string): string {
  return Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
}
