import { createHmac } from 'node:crypto';
import { exampleMessage } from '../kit/conformance/example-message';
import type { ConformanceFacts } from '../kit/conformance/subject';

export const conformance: ConformanceFacts = {
  account: { externalId: '17841452691600098' },
  settings: {
    signIn: 'FACEBOOK_LOGIN',
    accessToken: 'an-access-token-of-the-tests',
    appSecret: 'an-app-secret-of-the-tests',
    verifyToken: 'a-verify-token-of-the-tests',
    pageId: '106540352242922',
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
  outbound: exampleMessage({ conversation: { threadKey: '5614879045272581' } }),
};
