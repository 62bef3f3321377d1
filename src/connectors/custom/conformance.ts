import { createHmac } from 'node:crypto';
import type { ConformanceFacts } from '../kit/conformance/subject';
import { exampleMessage } from '../kit/conformance/example-message';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`;

export const conformance: ConformanceFacts = {
  account: { externalId: 'own-transport' },
  settings: { signingSecret: secretOf(1), sendUrl: 'https://transport.example/messages' },
  webhook: {
    sign(body, settings, at) {
      const id = 'delivery-1';
      const timestamp = String(Math.floor(at.getTime() / 1_000));
      const key = Buffer.from(String(settings['signingSecret']).slice('whsec_'.length), 'base64');
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${hmac.digest('base64')}`,
      };
    },
    secret: { key: 'signingSecret', other: secretOf(2) },
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    staleAfter: 300,
  },
  outbound: exampleMessage(),
};
