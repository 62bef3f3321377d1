import { createHmac } from 'node:crypto';
import { exampleMessage } from '../kit/conformance/example-message';
import type { ConformanceFacts } from '../kit/conformance/subject';

/** The Page of most samples. */
const page = '1234567890321';

export const conformance: ConformanceFacts = {
  account: { externalId: page, identityScope: page },
  settings: {
    pageId: page,
    appId: '1517776481860111',
    pageAccessToken: 'a-page-token-of-the-tests',
    appSecret: 'an-app-secret-of-the-tests',
    verifyToken: 'a-verify-token-of-the-tests',
    apiUrl: 'https://graph.facebook.com',
  },
  webhook: {
    sign(body, { appSecret }) {
      const hmac = createHmac('sha256', String(appSecret)).update(body);
      return { 'x-hub-signature-256': `sha256=${hmac.digest('hex')}` };
    },
    secret: { key: 'appSecret', other: 'another-app-secret-of-the-tests' },
    headers: ['x-hub-signature-256'],
    staleAfter: null,
  },
  outbound: exampleMessage({ conversation: { threadKey: '987654321432' } }),
};
