import type { ConnectorContext } from '../kit/connector';
import { openGraph, type Graph } from '../meta/graph';
import { whatsappErrorOf } from './errors';

/** Calls with the channel’s token. */
export function openWhatsApp({ http, clock, channel }: ConnectorContext): Graph {
  const { apiUrl, accessToken, appSecret } = channel.settings;
  return openGraph({
    ...{ http, clock, ownErrors: whatsappErrorOf },
    apiUrl: String(apiUrl),
    token: String(accessToken),
    appSecret: typeof appSecret === 'string' ? appSecret : undefined,
  });
}
