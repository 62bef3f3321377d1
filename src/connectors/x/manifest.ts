import { inPrivate, inPublic } from './capabilities';
import type { Manifest } from '../kit/connector';
import type { SettingField } from '../kit/settings';

const token = { kind: 'text', secret: true, optional: true, longest: 2_000 } as const;

const credentials: readonly SettingField[] = [
  {
    ...{ kind: 'text', key: 'clientId', longest: 200 },
    label: 'Client ID',
    description: 'Of the app, in X’s developer console under Keys and tokens, OAuth 2.0.',
  },
  {
    ...token,
    key: 'clientSecret',
    label: 'Client secret',
    description: 'Of the same place, where the app is a confidential client (web app or bot).',
  },
  {
    ...token,
    key: 'consumerSecret',
    label: 'API secret key',
    description:
      'The app’s consumer secret, with which X signs what it sends. Not needed for polling alone.',
  },
  {
    ...token,
    key: 'appBearerToken',
    label: 'Bearer token of the app',
    description:
      'With which webhooks and listening rules are set up. Not needed for polling alone.',
  },
  {
    ...token,
    key: 'authorizationCode',
    label: 'Authorization code',
    description:
      'What X gives to the redirect URL when the account lets the app in; lasts 30 seconds. Instead of it both tokens can be given.',
  },
  {
    ...token,
    key: 'codeVerifier',
    label: 'Code verifier',
    description: 'The secret that the code challenge of the authorization was made from (PKCE).',
  },
  {
    ...{ kind: 'text', key: 'redirectUri', optional: true, longest: 500 },
    label: 'Redirect URL',
    description: 'The one that the authorization was asked for with.',
  },
  {
    ...token,
    key: 'accessToken',
    label: 'Access token',
    description: 'Of the account, by OAuth 2.0. Lasts two hours, then it is renewed.',
  },
  {
    ...token,
    key: 'refreshToken',
    label: 'Refresh token',
    description: 'With which the access token is renewed: needs the scope offline.access.',
  },
];

const choices: readonly SettingField[] = [
  {
    ...{ kind: 'choice', key: 'delivery', default: 'ACTIVITY_WEBHOOK' },
    label: 'How news come',
    description:
      'By webhooks of the X Activity API, by those of the older Account Activity API, or by polling alone.',
    choices: [
      { value: 'ACTIVITY_WEBHOOK', label: 'X Activity API' },
      { value: 'ACCOUNT_ACTIVITY', label: 'Account Activity API' },
      { value: 'POLLING', label: 'Polling' },
    ],
  },
  {
    ...{ kind: 'number', key: 'pollMinutes', least: 1, most: 1_440, default: 5 },
    label: 'Minutes between polls',
    description:
      'Beside webhooks polling finds what they missed: then every hour is enough. X bills each post that is read.',
  },
  {
    ...{ kind: 'number', key: 'historyDays', least: 0, most: 7, default: 1 },
    label: 'Days of history',
    description: 'How far back is read when the account is connected.',
  },
  {
    ...{ kind: 'toggle', key: 'directMessages', default: true },
    label: 'Direct messages',
    description: 'Whether they are read and sent: needs the scopes dm.read and dm.write.',
  },
  {
    ...{ kind: 'list', key: 'listeningRules', optional: true, most: 50 },
    label: 'Listening rules',
    description:
      'Public posts that match come in too, such as: "Acme Bikes" -is:retweet. In X’s query language, at most 500 characters each.',
  },
  {
    ...{ kind: 'url', key: 'apiUrl', default: 'https://api.x.com' },
    label: 'API',
    description: 'X’s own address, unless something stands in for it.',
  },
];

export const manifest: Manifest = {
  id: 'x',
  label: 'X',
  description:
    'Mentions, replies, quotes, reposts, likes, followers and direct messages of an account on X (formerly Twitter), posts that match rules, and answers in its name.',
  kind: 'X',
  hosts: ['api.x.com', 'pbs.twimg.com', 'video.twimg.com'],
  settings: [...credentials, ...choices],
  capabilities: { private: inPrivate, public: inPublic },
  visibility: 'PUBLIC',
  resend: 'looks',
};
