import type { SettingField } from '../kit/settings';

/** The version of the Graph API that all of Meta's connectors speak. */
export const graphVersion = 'v23.0';

export const officialApi = 'https://graph.facebook.com';

/** Settings that every connector of Meta's platforms has. */
export const appSettings = {
  appSecret: {
    kind: 'text',
    key: 'appSecret',
    label: 'App secret',
    description:
      'In Meta’s app dashboard under App settings, Basic. What comes from Meta is signed with it.',
    secret: true,
    longest: 200,
  },
  verifyToken: {
    kind: 'text',
    key: 'verifyToken',
    label: 'Verify token',
    description:
      'Any text of your choice, given here and in the app dashboard under Webhooks, by which Meta and Parley know each other.',
    secret: true,
    longest: 200,
  },
  apiUrl: {
    kind: 'url',
    key: 'apiUrl',
    label: 'API address',
    description: 'Where the Graph API is. Meta’s own, unless a proxy or a simulator is in between.',
    default: officialApi,
  },
} as const satisfies Record<string, SettingField>;
