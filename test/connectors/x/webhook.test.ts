import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectedChannel, WebhookRequest } from '../../../src/connectors/kit/connector';
import { signatureOf, webhook } from '../../../src/connectors/x/webhook';

function channel(consumerSecret: unknown): ConnectedChannel {
  const settings = { consumerSecret };
  return { id: 'chn_1', name: '', externalId: '1', identityScope: '', settings };
}

function asked(query: Record<string, string>): WebhookRequest {
  return {
    ...{ method: 'GET', query, headers: {}, body: Buffer.alloc(0), receivedAt: new Date() },
    ...{ url: 'https://parley.example/webhooks/x/key', clientAddress: '192.0.2.1' },
  };
}

test('a challenge is answered with its signature, in base64', () => {
  const answer = webhook.handshake!(asked({ crc_token: 'challenge' }), channel('secret'));
  expect(answer).toMatchObject({ status: 200, contentType: 'application/json' });
  // openssl dgst -sha256 -hmac secret -binary | base64
  expect(JSON.parse(answer!.body!)).toEqual({
    response_token: 'sha256=oeUF6Wxqoezggrue+wbIDxKRPSF6esKwizR2MHh9HaA=',
  });
});

test.each([
  ['no token', {}, 'secret'],
  ['an empty token', { crc_token: '' }, 'secret'],
  ['no secret', { crc_token: 'challenge' }, null],
  ['an empty secret', { crc_token: 'challenge' }, ''],
])('a challenge with %s is refused', (_, query, secret) => {
  expect(webhook.handshake!(asked(query as Record<string, string>), channel(secret))).toBeNull();
});

interface Vector {
  channel: string;
  secret: string;
  request?: string;
  response_json?: { response_token: string };
  body_file?: string;
  value?: string;
}

const payloads = join(__dirname, '../../../../shared/payloads');
const vectors = join(payloads, '_vectors/signatures.json');
const given = existsSync(vectors) ? test : test.skip;

given('signatures are those that OpenSSL makes (needs ../shared/payloads)', () => {
  const all = JSON.parse(readFileSync(vectors, 'utf8')) as Vector[];
  const own = all.filter((vector) => vector.channel === 'x');
  expect(own).toHaveLength(2);
  for (const { secret, request, response_json: answer, body_file: file, value } of own) {
    if (file !== undefined) {
      expect(signatureOf(secret, readFileSync(join(payloads, file)))).toBe(value);
    } else {
      const token = request!.split('crc_token=')[1]!;
      const { body } = webhook.handshake!(asked({ crc_token: token }), channel(secret))!;
      expect(JSON.parse(body!)).toEqual(answer);
    }
  }
});
