import type { ConnectedChannel } from '../kit/connector';
import { officialApi } from '../meta/settings';
import type { Settings } from './token';

const instagramApi = 'https://graph.instagram.com';

/** Whether the token is the account's own, and not that of its Page. */
export function isInstagramLogin({ signIn }: Settings): boolean {
  return signIn === 'INSTAGRAM_LOGIN';
}

export function apiOf(settings: Settings): string {
  const { apiUrl } = settings;
  if (typeof apiUrl === 'string' && apiUrl !== '') return apiUrl;
  return isInstagramLogin(settings) ? instagramApi : officialApi;
}

/** Whose talk it is for the API: the account's own, or with the Page's token the Page's. */
export function talkerOf({ externalId, settings }: ConnectedChannel): string {
  const { pageId } = settings;
  return isInstagramLogin(settings) || typeof pageId !== 'string' ? externalId : pageId;
}
