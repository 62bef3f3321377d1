import { Authenticator } from '../../src/auth/authenticate';
import { Permission } from '../../src/auth/permissions';
import { Unauthenticated } from '../../src/auth/refusals';
import { hashToken } from '../../src/domain/access/tokens';
import { globalId, newId } from '../../src/domain/kit/ids';
import { AccessWorld } from './access-world';

const MESSAGE = 'Send an Authorization header: Bearer followed by an API key or an access token.';

let world: AccessWorld;
let workspaceId: string;
let authenticator: Authenticator;

beforeAll(async () => {
  world = await AccessWorld.create();
});

afterAll(() => world.destroy());

beforeEach(async () => {
  workspaceId = await world.workspace();
  authenticator = world.authenticator();
});

afterEach(() => authenticator.close());

test('an API key acts in its workspace, with its scopes, on every channel', async () => {
  const scopes = [Permission.CUSTOMER_READ, Permission.CHANNEL_READ];
  const { apiKeyId, token } = await world.apiKey(workspaceId, { scopes });
  const actor = await bearer(token);
  expect(actor).toEqual({
    kind: 'API_KEY',
    workspaceId,
    id: apiKeyId,
    name: 'CRM',
    permissions: new Set(scopes),
    channelIds: null,
  });
});

test('an API key is limited to its channels, and scopes of no known meaning give nothing', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  const channelIds = [newId(), newId()];
  await world.query(`update api_key set scopes = $2, channel_ids = $3 where id = $1`, [
    apiKeyId,
    ['METRICS_READ', 'EVERYTHING', 'constructor'],
    channelIds,
  ]);
  expect(await bearer(token)).toMatchObject({ permissions: new Set(['METRICS_READ']), channelIds });
});

test('the same key gives the same frozen actor again', async () => {
  const { token } = await world.apiKey(workspaceId);
  const first = await bearer(token);
  world.now += 60_000;
  expect(await bearer(token)).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
});

test('the scheme is taken in any case', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  const actor = await authenticator.authenticate({ authorization: `bEARER  ${token}` });
  expect(actor.id).toBe(apiKeyId);
});

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another scheme', 'Basic cGFybGV5OnBhcmxleQ=='],
  ['no token', 'Bearer '],
  ['two tokens', 'Bearer parley_a parley_b'],
  ['a line end in the token', 'Bearer parley_a\n'],
  ['characters beyond ASCII', 'Bearer parleyé'],
  ['a token without end', `Bearer ${'a'.repeat(100_000)}`],
  ['an unknown key', 'Bearer parley_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['a JWT, when there is no issuer', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
])('refuses %s, always in the same words', async (_name, authorization) => {
  const refusal: unknown = await authenticator
    .authenticate({ authorization })
    .catch((e: unknown) => e);
  expect(refusal).toBeInstanceOf(Unauthenticated);
  expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED', message: MESSAGE });
});

test('does not look for a token that is longer than any can be', async () => {
  await expect(bearer('a'.repeat(16_385))).rejects.toMatchObject({ reason: 'no usable token' });
});

test('refuses a revoked key', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  await world.revoke(workspaceId, apiKeyId);
  await expect(bearer(token)).rejects.toThrow(Unauthenticated);
});

test('refuses a key from the moment of its expiry, also while it is in use', async () => {
  const expiresAt = new Date(world.now + 500);
  const { token } = await world.apiKey(workspaceId, { expiresAt });
  world.now += 499;
  await bearer(token);
  world.now += 1;
  await expect(bearer(token)).rejects.toThrow(Unauthenticated);
  await expect(
    world.authenticator().authenticate({ authorization: `Bearer ${token}` }),
  ).rejects.toThrow(Unauthenticated);
});

test('takes a workspace header that names the key’s workspace, and refuses any other', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  const own = await bearer(token, globalId('Workspace', workspaceId));
  expect(own.id).toBe(apiKeyId);
  for (const other of [
    globalId('Workspace', await world.workspace()),
    globalId('Channel', workspaceId),
    workspaceId,
    '',
  ]) {
    await expect(bearer(token, other)).rejects.toThrow(Unauthenticated);
  }
});

test('a token that the operator chose may look like anything while there is no issuer', async () => {
  const { apiKeyId } = await world.apiKey(workspaceId);
  const chosen = 'eyJhbGciOiJub25lIn0.my.secret-token';
  await rehash(apiKeyId, chosen);
  expect((await bearer(chosen)).id).toBe(apiKeyId);
});

test('refuses a token that two keys have, for it can’t tell which is meant', async () => {
  const chosen = `chosen-twice-${newId()}`;
  for (const workspace of [workspaceId, await world.workspace()]) {
    await rehash((await world.apiKey(workspace)).apiKeyId, chosen);
  }
  await expect(bearer(chosen)).rejects.toThrow(Unauthenticated);
});

test('a token that was revoked and given out again belongs to the key that is left', async () => {
  const chosen = `chosen-again-${newId()}`;
  const { apiKeyId: former } = await world.apiKey(workspaceId);
  await rehash(former, chosen);
  await world.revoke(workspaceId, former);
  const { apiKeyId } = await world.apiKey(workspaceId);
  await rehash(apiKeyId, chosen);
  expect((await bearer(chosen)).id).toBe(apiKeyId);
});

test('a revocation holds at once where it was made, and soon where it was not', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  const elsewhere = world.authenticator();
  const there = () => elsewhere.authenticate({ authorization: `Bearer ${token}` });
  await Promise.all([bearer(token), there()]);
  await world.revoke(workspaceId, apiKeyId);
  authenticator.forget(apiKeyId);

  await expect(bearer(token)).rejects.toThrow(Unauthenticated);
  await there();
  world.now += 1_000;
  await there();
  await elsewhere.settle();
  await expect(there()).rejects.toThrow(Unauthenticated);
  await elsewhere.close();
});

test('a change of scopes reaches a key in use', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  await bearer(token);
  await world.query(`update api_key set scopes = '{METRICS_READ}' where id = $1`, [apiKeyId]);
  world.now += 2_000;
  expect((await bearer(token)).permissions).toEqual(new Set(['METRICS_READ']));
});

test('writes the last use of a key once a minute, whoever sees it used', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  const began = new Date(world.now);
  const elsewhere = world.authenticator();
  const lastUsed = async () => {
    await authenticator.settle();
    await elsewhere.settle();
    const [row] = await world.query<{ last_used_at: Date | null }>(
      `select last_used_at from api_key where id = $1`,
      [apiKeyId],
    );
    return row?.last_used_at;
  };
  expect(await lastUsed()).toBeNull();
  await bearer(token);
  expect(await lastUsed()).toEqual(began);
  world.now += 59_999;
  await bearer(token);
  await elsewhere.authenticate({ authorization: `Bearer ${token}` });
  expect(await lastUsed()).toEqual(began);
  world.now += 1;
  await bearer(token);
  expect(await lastUsed()).toEqual(new Date(began.getTime() + 60_000));
  await elsewhere.close();
});

test('writes the uses of keys of several workspaces when it is closed', async () => {
  const keys = await Promise.all([
    world.apiKey(workspaceId),
    world.apiKey(workspaceId),
    world.apiKey(await world.workspace()),
  ]);
  for (const { token } of keys) await bearer(token);
  await authenticator.close();
  const rows = await world.query<{ last_used_at: Date }>(
    `select last_used_at from api_key where id = any($1)`,
    [keys.map(({ apiKeyId }) => apiKeyId)],
  );
  expect(rows).toEqual(Array(3).fill({ last_used_at: new Date(world.now) }));
});

test('does not count a refused request as a use', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  await expect(bearer(token, globalId('Workspace', newId()))).rejects.toThrow(Unauthenticated);
  await authenticator.close();
  const [row] = await world.query(`select last_used_at from api_key where id = $1`, [apiKeyId]);
  expect(row).toEqual({ last_used_at: null });
});

test('no log line holds a token', async () => {
  const { token } = await world.apiKey(workspaceId);
  await expect(bearer(`${token}x`)).rejects.toThrow(Unauthenticated);
  expect(world.logged.debug).toContainEqual([
    { reason: 'unknown or revoked API key' },
    'a caller was refused',
  ]);
  expect(JSON.stringify(world.logged)).not.toContain(token);
});

test('a database that does not answer is a fault, not a wrong key, and lets nobody in for long', async () => {
  const broken = await AccessWorld.create();
  const { token } = await broken.apiKey(await broken.workspace());
  const asking = broken.authenticator();
  const ask = () => asking.authenticate({ authorization: `Bearer ${token}` });
  await ask();
  await broken.api.destroy();
  await ask();
  broken.now += 2_000;
  const fault: unknown = await ask().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Error);
  expect(fault).not.toBeInstanceOf(Unauthenticated);
  await asking.close();
  expect(broken.logged.warn).toMatchObject([[{}, 'the last use of API keys was not written']]);
  await broken.destroy();
});

function bearer(token: string, workspace?: string) {
  return authenticator.authenticate({ authorization: `Bearer ${token}`, workspace });
}

async function rehash(apiKeyId: string, token: string): Promise<void> {
  await world.query(`update api_key set token_hash = $2 where id = $1`, [
    apiKeyId,
    hashToken(token),
  ]);
}
