import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WebhookRequest } from '../../../src/connectors/kit/connector';
import { shakeHands } from '../../../src/connectors/meta/handshake';
import { isSigned, signatureOf } from '../../../src/connectors/meta/signature';

const SECRET = 'app-secret-1';

function request(changes: Partial<WebhookRequest>): WebhookRequest {
  return {
    method: 'POST',
    query: {},
    headers: {},
    body: Buffer.alloc(0),
    url: 'https://parley.example/webhooks/x',
    clientAddress: '203.0.113.1',
    receivedAt: new Date(0),
    ...changes,
  };
}

function signed(body: string | Buffer, value: string | undefined) {
  return request({ body: Buffer.from(body), headers: { 'x-hub-signature-256': value } });
}

describe('a signature', () => {
  const body = '{"text":"\\u010d\\u0161\\u017e \\ud83d\\ude21"}';
  const value = 'sha256=8bce8ba9a4c77de725455325ef9d98afff140bcd0205d5946e23c9e51d33ce3f';

  test('is over the bytes that Meta sent, with its escapes', () => {
    expect(isSigned(signed(body, value), SECRET)).toBe(true);
    const reserialised = JSON.stringify(JSON.parse(body));
    expect(isSigned(signed(reserialised, value), SECRET)).toBe(false);
  });

  test('of another body, of another secret, too short, too long or missing is refused', () => {
    expect(isSigned(signed(`${body} `, value), SECRET)).toBe(false);
    expect(isSigned(signed(body, value), 'app-secret-2')).toBe(false);
    for (const wrong of [value.slice(0, -1), `${value}0`, value.slice(7), '', undefined]) {
      expect(isSigned(signed(body, wrong), SECRET)).toBe(false);
    }
  });

  test('counts for nothing where no secret is known, whatever it was made with', () => {
    for (const missing of [undefined, null, '', 7]) {
      const forged = signatureOf(Buffer.from(body), missing === 7 ? '7' : 'none');
      expect(isSigned(signed(body, forged), missing)).toBe(false);
    }
  });

  const vectors = join(__dirname, '../../../../shared/payloads/_vectors/signatures.json');
  (existsSync(vectors) ? test : test.skip)('is that of the published vectors', () => {
    const all = JSON.parse(readFileSync(vectors, 'utf8')) as Record<string, string>[];
    const ours = all.filter(({ header }) => header === 'X-Hub-Signature-256');
    expect(ours.length).toBeGreaterThan(0);
    for (const vector of ours) {
      const bytes = vector.body_file
        ? readFileSync(join(vectors, '../..', vector.body_file))
        : Buffer.from(vector.body!);
      expect(isSigned(signed(bytes, vector.value), vector.secret)).toBe(true);
    }
  });
});

describe('the handshake', () => {
  const query = {
    'hub.mode': 'subscribe',
    'hub.verify_token': 'our-token',
    'hub.challenge': '1158201444',
  };
  const ask = (changes: Record<string, string>, token: unknown = 'our-token') =>
    shakeHands(request({ method: 'GET', query: { ...query, ...changes } }), token);

  test('gives the challenge back as plain text', () => {
    expect(ask({})).toEqual({
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      body: '1158201444',
    });
  });

  test('is refused with another token, another mode, no challenge, or where no token is set', () => {
    expect(ask({ 'hub.verify_token': 'our-tokem' })).toBeNull();
    expect(ask({ 'hub.verify_token': '' }, '')).toBeNull();
    expect(ask({}, null)).toBeNull();
    expect(ask({ 'hub.mode': 'unsubscribe' })).toBeNull();
    expect(ask({ 'hub.challenge': '' })).toBeNull();
    expect(ask({ 'hub.challenge': 'x'.repeat(201) })).toBeNull();
  });
});
