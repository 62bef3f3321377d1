import type { ConnectedChannel, ConnectorContext } from '../kit/connector';
import { openGraph, type Graph } from '../meta/graph';

/** The settings as they are stored. */
export interface PageSettings {
  pageId: string;
  appId: string | null;
  token: string;
  appSecret: string;
  apiUrl: string;
}

export function settingsOf({ settings }: Pick<ConnectedChannel, 'settings'>): PageSettings {
  const text = (name: string) => {
    const value = settings[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    pageId: text('pageId'),
    appId: text('appId') || null,
    token: text('pageAccessToken'),
    appSecret: text('appSecret'),
    apiUrl: text('apiUrl'),
  };
}

/** The Graph API in the Page's name. */
export function graphOf({ channel, http, clock }: ConnectorContext): Graph {
  const { apiUrl, token, appSecret } = settingsOf(channel);
  return openGraph({ http, clock, apiUrl, token, appSecret });
}
