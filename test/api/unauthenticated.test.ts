import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { asOwner, everythingOf } from '../support/owner';
import { makeKey } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const query = '{ viewer { name } }';

/** All that somebody without a good token is ever told. */
const told = {
  errors: [
    {
      message: 'Send an Authorization header: Bearer followed by an API key or an access token.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
};

async function turnedAway(response: Response): Promise<void> {
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect([response.status, await response.json()]).toEqual([401, told]);
}

/** A request with any header or none. */
const send = (authorization: string | undefined, body = JSON.stringify({ query })) =>
  fetch(`${parley.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body,
  });

const nobodys = `parley_${'A'.repeat(43)}`;
test.each([
  ['no header', undefined],
  ['an empty one', ''],
  ['a blank one', ' '],
  ['only the scheme', 'Bearer'],
  ['only the scheme and a blank', 'Bearer '],
  ['a token without a scheme', nobodys],
  ['another scheme', `Basic ${Buffer.from('owner:owner').toString('base64')}`],
  ['a scheme that begins alike', `Bearerx ${nobodys}`],
  ['a token that nobody has', `Bearer ${nobodys}`],
  ['a token that is no token', 'Bearer x'],
  ['two tokens', `Bearer ${nobodys} ${nobodys}`],
  ['a list of tokens', `Bearer ${nobodys}, Bearer ${nobodys}`],
  ['a token with letters of Latin-1', 'Bearer caf\xe9'],
  ['a token with a tab', 'Bearer a\tb'],
  ['SQL', "Bearer ' or true --"],
  ['a token of 8,000 characters', `Bearer ${'x'.repeat(8_000)}`],
  ['a JWT of somebody', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'],
  ['a JWT without a signature', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
])(
  '%s is answered with the header that is expected, and with nothing else',
  async (_name, header) => {
    for (let round = 0; round < 2; round++) await turnedAway(await send(header));
  },
);

test('the answer is the same whatever the request asks for', async () => {
  for (const body of ['', '{', '[]', JSON.stringify({ query: '{ nonsense' }), '{"query": 5}']) {
    await turnedAway(await send(undefined, body));
  }
  await turnedAway(
    await send(undefined, JSON.stringify({ query: '{ __schema { types { name } } }' })),
  );
  await turnedAway(await send(undefined, 'x'.repeat(2 * 1024 * 1024)));
});

test('GET, HEAD and other content types need a token too', async () => {
  const url = `${parley.url}/graphql`;
  await turnedAway(await fetch(url));
  await turnedAway(await fetch(`${url}?query=${encodeURIComponent(query)}`));
  await turnedAway(await fetch(url, { method: 'POST', body: 'x' }));
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(401);
});

test('the scheme may be written in any case', async () => {
  const { owner } = await parley.workspace();
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    expect((await send(`${scheme} ${owner.token}`)).status).toBe(200);
  }
  await turnedAway(await send(`Token ${owner.token}`));
});

test('a token that differs from a good one in any way is refused', async () => {
  const { owner } = await parley.workspace();
  const token = owner.token!;
  const last = token.endsWith('A') ? 'B' : 'A';
  for (const wrong of [
    token.toLowerCase(),
    token.slice(0, -1),
    `${token}x`,
    token.slice(0, -1) + last,
    token.replace('parley_', ''),
    token.replace('parley_', 'parley-'),
    `"${token}"`,
  ]) {
    await turnedAway(await send(`Bearer ${wrong}`));
  }
  expect(await owner.query(query)).toEqual({ viewer: { name: 'Owner' } });
});

const ask = (client: Client) => client.post(JSON.stringify({ query }));

test('a key is refused from the moment at which it expires', async () => {
  const { owner } = await parley.workspace();
  const start = parley.now();
  const expiresAt = new Date(start.getTime() + 60_000);
  const { token } = await makeKey(owner, {
    scopes: ['WORKSPACE_READ'],
    expiresAt: expiresAt.toISOString(),
  });
  const caller = parley.as(token);
  expect(await caller.query(query)).toEqual({ viewer: { name: 'A key' } });
  parley.setTime(new Date(expiresAt.getTime() - 1));
  expect((await ask(caller)).status).toBe(200);
  parley.setTime(expiresAt);
  await turnedAway(await ask(caller));
  parley.setTime(start);
});

const revoke = (owner: Client, id: string) =>
  owner.query<{ apiKeyRevoke: { userErrors: object[] } }>(
    'mutation ($id: ID!) { apiKeyRevoke(id: $id) { apiKey { revokedAt } userErrors { code path } } }',
    { id },
  );

test('a key is refused from the moment at which it is revoked', async () => {
  const { owner } = await parley.workspace();
  const { token, id } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
  const caller = parley.as(token);
  expect((await ask(caller)).status).toBe(200);
  await revoke(owner, id);
  for (let round = 0; round < 3; round++) await turnedAway(await ask(caller));
});

test('another workspace’s owner can’t revoke a key', async () => {
  const { owner } = await parley.workspace();
  const { owner: stranger } = await parley.workspace();
  const { token, id } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
  expect(await revoke(stranger, id)).toEqual({
    apiKeyRevoke: { apiKey: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] },
  });
  expect((await ask(parley.as(token))).status).toBe(200);
});

test('a key that is revoked behind the server’s back is refused within two seconds', async () => {
  const { owner } = await parley.workspace();
  const { token } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
  const caller = parley.as(token);
  expect((await ask(caller)).status).toBe(200);
  const hint = token.slice(-4);
  await asOwner(parley, 'update api_key set revoked_at = now() where token_hint = $1', [hint]);
  const start = parley.now();
  parley.setTime(new Date(start.getTime() + 2_000));
  await turnedAway(await ask(caller));
  parley.setTime(start);
});

test('a key with another workspace’s name is refused', async () => {
  const { owner, workspaceId } = await parley.workspace();
  const { owner: stranger } = await parley.workspace();
  const own = await owner.query<{ viewer: { workspace: { id: string } } }>(
    '{ viewer { workspace { id } } }',
  );
  const naming = (workspace: string, client = owner) =>
    ask(client.with({ 'parley-workspace': workspace }));
  expect((await naming(own.viewer.workspace.id)).status).toBe(200);
  await turnedAway(await naming(own.viewer.workspace.id, stranger));
  for (const wrong of ['', 'wsp_', workspaceId, own.viewer.workspace.id.toUpperCase(), '*']) {
    await turnedAway(await naming(wrong));
  }
});

test('nothing is written by a mutation without a good token', async () => {
  const { workspaceId } = await parley.workspace();
  const before = await everythingOf(parley, workspaceId);
  const mutation = 'mutation { customerUpsert(by: { externalRef: "x" }, input: {}) { outcome } }';
  await turnedAway(await send(`Bearer ${nobodys}`, JSON.stringify({ query: mutation })));
  expect(await everythingOf(parley, workspaceId)).toBe(before);
});

test('a flood of wrong tokens keeps nobody out who has a right one', async () => {
  const { owner } = await parley.workspace();
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) =>
      turnedAway(await send(`Bearer wrong-${index}`)),
    ),
  );
  expect(await owner.query(query)).toEqual({ viewer: { name: 'Owner' } });
});

test('health needs no token, and tells nothing', async () => {
  const live = await fetch(`${parley.url}/health/live`);
  expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
  const ready = await fetch(`${parley.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }]);
});
