import { createHmac } from 'node:crypto';
import type { ConformanceFacts } from '../kit/conformance/subject';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`;

export const conformance: ConformanceFacts = {
  account: { externalId: 'support@brand.example' },
  settings: {
    address: 'support@brand.example',
    webhookSecret: secretOf(1),
    smtpHost: 'mail.brand.example',
    password: 'a-password-of-the-tests',
  },
  webhook: {
    sign(body, settings, at) {
      const id = 'forwarded-1';
      const timestamp = String(Math.floor(at.getTime() / 1_000));
      const key = Buffer.from(String(settings['webhookSecret']).slice('whsec_'.length), 'base64');
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${hmac.digest('base64')}`,
      };
    },
    secret: { key: 'webhookSecret', other: secretOf(2) },
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    staleAfter: 300,
  },
  // it goes out by SMTP
  outbound: null,
};
