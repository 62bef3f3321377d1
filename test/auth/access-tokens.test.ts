import { generateKeyPairSync, sign } from 'node:crypto';
import { AccessTokens, looksLikeJwt } from '../../src/auth/access-tokens';
import { Unauthenticated } from '../../src/auth/refusals';
import { Issuer } from './issuer';

let now: number;
let warnings: unknown[][];
let issuer: Issuer;
let tokens: AccessTokens;

const CLAIM = 'ERR_JWT_CLAIM_VALIDATION_FAILED';
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY';
const clock = () => new Date(now);
const seconds = () => Math.floor(now / 1000);

beforeEach(async () => {
  now = Date.UTC(2026, 0, 15, 12);
  // the library that fetches the keys takes the time of its cool-down from here
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  warnings = [];
  issuer = await Issuer.start(clock);
  tokens = new AccessTokens({
    oidc: issuer.config,
    clock,
    log: { warn: (...entry: unknown[]) => void warnings.push(entry) },
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await issuer.stop();
});

test.each(['RS256', 'PS384', 'ES256', 'EdDSA'])('takes a token signed with %s', async (alg) => {
  await issuer.rotate(alg);
  const token = await issuer.token({ sub: 'ada' }, { alg });
  await expect(tokens.verify(token)).resolves.toEqual({
    issuer: issuer.config.issuer,
    subject: 'ada',
    verifiedEmail: null,
    name: null,
    validUntil: now + 630_000,
  });
});

test('takes a token for several audiences, one of which is us', async () => {
  await accepted({ aud: ['billing', 'parley'] });
});

test.each([
  ['another issuer', () => ({ iss: 'https://login.example.org/' }), CLAIM],
  ['no issuer', () => ({ iss: undefined }), CLAIM],
  ['another audience', () => ({ aud: 'billing' }), CLAIM],
  ['no audience', () => ({ aud: undefined }), CLAIM],
  ['no subject', () => ({ sub: undefined }), CLAIM],
  ['an empty subject', () => ({ sub: '' }), 'unusable claim'],
  ['a subject that is no text', () => ({ sub: { $ne: 1 } }), 'unusable claim'],
  ['a subject with a NUL', () => ({ sub: 'ada\0' }), 'unusable claim'],
  ['no expiry', () => ({ exp: undefined }), CLAIM],
  ['an expiry that is no number', () => ({ exp: '9999999999' }), CLAIM],
  ['an expiry more than 30 s ago', () => ({ exp: seconds() - 30 }), 'ERR_JWT_EXPIRED'],
  ['a beginning more than 30 s ahead', () => ({ nbf: seconds() + 31 }), CLAIM],
])('refuses a token with %s', async (_name, claims, reason) => {
  await refused(await issuer.token(claims()), reason);
  expect(warnings).toEqual([]);
});

test('allows the issuer’s clock to be off by 30 s', async () => {
  await accepted({ exp: seconds() - 29 });
  await accepted({ nbf: seconds() + 30 });
});

test('says until when a token holds: what is true then is false a moment later', async () => {
  const token = await issuer.token({ exp: seconds() + 60 });
  const { validUntil } = await tokens.verify(token);
  now = validUntil - 1;
  await tokens.verify(token);
  now = validUntil;
  await refused(token, 'ERR_JWT_EXPIRED');
});

test('refuses a token that says that it needs no signature', async () => {
  await refused(issuer.unsignedToken(), 'ERR_JOSE_ALG_NOT_ALLOWED');
});

test('refuses a token signed with the public key as a shared secret', async () => {
  await refused(await issuer.forgedToken(), 'ERR_JOSE_ALG_NOT_ALLOWED');
});

test('refuses a token whose claims were changed', async () => {
  const [header, , signature] = (await issuer.token({ sub: 'ada' })).split('.');
  const [, claims] = (await issuer.token({ sub: 'grace' })).split('.');
  await refused([header, claims, signature].join('.'), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
});

test('refuses a token signed by a key of another issuer', async () => {
  const other = await Issuer.start(clock);
  await refused(await other.token(), NO_KEY);
  await other.stop();
});

test('follows a change of keys, and refuses the former ones from then on', async () => {
  const former = await issuer.token();
  await tokens.verify(former);
  await issuer.rotate('ES256');
  const current = await issuer.token();
  now += 10_000;
  await tokens.verify(current);
  await refused(former, NO_KEY);
  expect(issuer.requests).toBe(2);
});

test('tokens of unknown keys do not have the keys fetched more than once in ten seconds', async () => {
  await accepted();
  const other = await Issuer.start(clock);
  for (let i = 0; i < 20; i++) await refused(await other.token({ jti: String(i) }), NO_KEY);
  expect(issuer.requests).toBe(1);
  now += 10_000;
  for (let i = 0; i < 20; i++) await refused(await other.token({ jti: String(i) }), NO_KEY);
  expect(issuer.requests).toBe(2);
  await other.stop();
});

test.each([
  ['answers with an error', () => void (issuer.status = 503)],
  [
    'answers with something else than keys',
    () => void (issuer.document = '<html>Please sign in</html>'),
  ],
  ['is down', () => issuer.stop()],
])(
  'refuses every token while the issuer %s, and says so in the log once a second',
  async (_name, fail) => {
    const token = await issuer.token();
    await fail();
    for (let i = 0; i < 20; i++) await refused(token, 'no keys');
    expect(warnings).toMatchObject([
      [{ url: issuer.config.jwksUrl }, 'the keys of the OpenID Connect issuer are missing'],
    ]);
    now += 1_000;
    await refused(token, 'no keys');
    expect(warnings).toHaveLength(2);
  },
);

test('takes tokens again as soon as the issuer is back', async () => {
  const token = await issuer.token();
  issuer.status = 503;
  await refused(token, 'no keys');
  issuer.status = 200;
  now += 1_000;
  await tokens.verify(token);
});

test('goes on with the keys that it has while the issuer is away for some minutes', async () => {
  const token = await issuer.token();
  await tokens.verify(token);
  issuer.status = 503;
  now += 300_000;
  await tokens.verify(token);
  const other = await Issuer.start(clock);
  await refused(await other.token(), 'no keys');
  await other.stop();
  await tokens.verify(token);
});

test('refuses a token whose key is too short to be safe, and says so in the log', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  issuer.document = JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] });
  const [, claims] = (await issuer.token()).split('.');
  const signed = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${claims}`;
  const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
  await refused(`${signed}.${signature}`, 'could not be checked');
  expect(warnings).toMatchObject([[{}, 'an access token could not be checked']]);
});

test.each([
  ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', true],
  ['eyJhbGciOiJub25lIn0.e30.', true],
  ['eyJ0eXAiOiJKV1QifQ.e30.c2ln', false],
  ['bnVsbA.e30.c2ln', false],
  ['my.own.token', false],
  ['eyJhbGciOiJSUzI1NiJ9.e30', false],
  ['a.b.c.d.e', false],
  ['parley_c2VjcmV0', false],
])('whether %s looks like a JWT: %s', (token, expected) => {
  expect(looksLikeJwt(token)).toBe(expected);
});

async function accepted(claims: Record<string, unknown> = {}): Promise<void> {
  await expect(tokens.verify(await issuer.token(claims))).resolves.toMatchObject({
    subject: 'ada',
  });
}

async function refused(token: string, reason: string): Promise<void> {
  const refusal: unknown = await tokens.verify(token).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Unauthenticated);
  expect(refusal).toMatchObject({ reason: expect.stringContaining(reason) as string });
}
