import type { ConnectorContext } from '../kit/connector';
import { Rejected } from '../kit/errors';
import { openGraph, type Graph } from '../meta/graph';
import { refreshed } from './renewal';
import { apiOf, isInstagramLogin } from './sign-in';
import { tokenIn, type Settings } from './token';

/** Calls with the channel's token, which is renewed before where it is time. */
export async function openInstagram(context: ConnectorContext): Promise<Graph> {
  const { settings } = context.channel;
  return graphWith(context, isInstagramLogin(settings) ? await refreshed(context) : settings);
}

/** Calls with the token as it stands in settings. */
export function graphWith({ http, clock }: ConnectorContext, settings: Settings): Graph {
  const { appSecret } = settings;
  const hasProof = !isInstagramLogin(settings) && typeof appSecret === 'string';
  return openGraph({
    ...{ http, clock, apiUrl: apiOf(settings), token: tokenIn(settings) },
    ...(hasProof && { appSecret }),
    ownErrors: ({ code, subcode, words }) =>
      code === 100 && subcode === 2534014
        ? new Rejected('RECIPIENT_UNKNOWN', `Instagram knows nobody by that id: ${words}`)
        : null,
  });
}
