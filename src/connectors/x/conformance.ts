import { exampleMessage } from '../kit/conformance/example-message';
import type { ConformanceFacts } from '../kit/conformance/subject';
import { signatureOf } from './webhook';

export const conformance: ConformanceFacts = {
  account: { externalId: '1111111111111111111' },
  settings: {
    clientId: 'client-of-the-tests',
    clientSecret: 'a-client-secret-of-the-tests',
    consumerSecret: 'a-consumer-secret-of-the-tests',
    appBearerToken: 'a-bearer-token-of-the-tests',
    accessToken: 'an-access-token-of-the-tests',
    refreshToken: 'a-refresh-token-of-the-tests',
    delivery: 'ACTIVITY_WEBHOOK',
    pollMinutes: 5,
    historyDays: 1,
    directMessages: true,
    listeningRules: [],
    apiUrl: 'https://api.x.com',
  },
  webhook: {
    sign: (body, { consumerSecret }) => ({
      'x-twitter-webhooks-signature': signatureOf(consumerSecret, body) ?? '',
    }),
    secret: { key: 'consumerSecret', other: 'another-apps-consumer-secret' },
    headers: ['x-twitter-webhooks-signature'],
    staleAfter: null,
  },
  outbound: exampleMessage({
    replyTo: {
      externalId: '2090000000000000001',
      direction: 'INBOUND',
      body: 'Where is my parcel?',
      sentAt: new Date('2026-11-22T11:59:00.000Z'),
      platform: { rootId: '2090000000000000001' },
    },
    conversation: {
      visibility: 'PUBLIC',
      threadKey: '2090000000000000001/2222222222222222222',
      customer: { externalId: '2222222222222222222', handle: 'ana', displayName: 'Ana' },
    },
  }),
};
