import { startTestApp, type TestApp } from '../support/app';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { auditOf, eventTypesOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, makeKey } from '../support/world';

let parley: TestApp;
let owner: Client;
let workspaceId: string;
let noon: Date;
beforeAll(async () => {
  parley = await startTestApp();
  noon = parley.now();
});
afterAll(() => parley.close());
beforeEach(async () => {
  parley.setTime(noon);
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const code = async (client: Client) =>
  (await ask(client, 'viewer', {}, '{ name }')).errors?.[0]?.extensions.code;

describe('apiKeyCreate', () => {
  test('makes a key that may do what its scopes say, and nothing more', async () => {
    const input = {
      name: ' CRM sync ',
      scopes: ['WORKSPACE_READ', 'CUSTOMER_READ', 'CUSTOMER_READ'],
    };
    const { apiKey, token } = await must<{ apiKey: { id: string }; token: string }>(
      owner,
      'apiKeyCreate',
      { input },
      'token apiKey { id name tokenHint scopes createdAt expiresAt lastUsedAt revokedAt }',
    );
    expect(token).toMatch(/^parley_[\w-]{43}$/);
    expect(apiKey).toEqual({
      id: expect.stringMatching(/^key_/) as string,
      name: 'CRM sync',
      tokenHint: token.slice(-4),
      scopes: ['WORKSPACE_READ', 'CUSTOMER_READ'],
      createdAt: noon.toISOString(),
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
    const key = parley.as(token);
    expect(await call(key, 'viewer', {}, '{ kind name permissions user { id } }')).toEqual({
      kind: 'API_KEY',
      name: 'CRM sync',
      permissions: ['WORKSPACE_READ', 'CUSTOMER_READ'],
      user: null,
    });
    expect(await call(key, 'customers', {}, '{ nodes { id } }')).toEqual({ nodes: [] });
    const { errors, status } = await ask(key, 'conversations', {}, '{ nodes { id } }');
    expect([status, errors?.[0]?.extensions.code]).toEqual([403, 'FORBIDDEN']);
  });

  test('leaves an event and an audit entry, neither with the token in it', async () => {
    const { token, id } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
    expect(await eventTypesOf(parley, workspaceId, id)).toEqual(['api_key.created']);
    expect((await auditOf(parley, workspaceId)).at(-1)).toMatchObject({
      action: 'apiKeyCreate',
      subject: uuid(id),
      detail: { scopes: ['WORKSPACE_READ'], channelIds: null },
    });
    const everything = await everythingOf(parley, workspaceId);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(token.slice('parley_'.length));
  });

  test('ends a key at its time', async () => {
    const expiresAt = new Date(noon.getTime() + 60_000).toISOString();
    const { token } = await makeKey(owner, { scopes: ['WORKSPACE_READ'], expiresAt });
    expect(await code(parley.as(token))).toBeUndefined();
    parley.setTime(new Date(expiresAt));
    expect(await code(parley.as(token))).toBe('UNAUTHENTICATED');
  });

  test('gives nobody more than the giver has', async () => {
    const { token } = await makeKey(owner, {
      scopes: ['ACCESS_MANAGE', 'WORKSPACE_READ', 'CUSTOMER_READ'],
    });
    const manager = parley.as(token);
    const input = { name: 'k', scopes: ['CUSTOMER_READ', 'METRICS_READ'] };
    expect(await refused(manager, 'apiKeyCreate', { input })).toEqual([
      { code: 'FORBIDDEN', path: ['input', 'scopes'] },
    ]);
    const fewer = { name: 'k', scopes: ['CUSTOMER_READ'] };
    const made = await must<{ token: string }>(manager, 'apiKeyCreate', { input: fewer }, 'token');
    expect(await call(parley.as(made.token), 'customers', {}, '{ nodes { id } }')).toEqual({
      nodes: [],
    });
    for (const role of ['OWNER', 'ADMIN', 'AGENT', 'ANALYST']) {
      expect(
        await refused(manager, 'userInvite', { input: { email: 'eve@example.com', role } }),
      ).toEqual([{ code: 'FORBIDDEN', path: ['input', 'role'] }]);
    }
  });

  test.each([
    ['an empty name', { name: '' }, 'INVALID_INPUT', ['input', 'name']],
    ['a long name', { name: 'x'.repeat(101) }, 'INVALID_INPUT', ['input', 'name']],
    ['no scope', { scopes: [] }, 'INVALID_INPUT', ['input', 'scopes']],
    [
      'a time that is past',
      { expiresAt: '2026-01-01T00:00:00Z' },
      'INVALID_INPUT',
      ['input', 'expiresAt'],
    ],
    [
      'this very moment',
      { expiresAt: '2026-03-01T12:00:00Z' },
      'INVALID_INPUT',
      ['input', 'expiresAt'],
    ],
    [
      'an unknown channel',
      { channelIds: ['chn_01h00000000000000000000000'] },
      'NOT_FOUND',
      ['input', 'channelIds', '0'],
    ],
    [
      '501 channels',
      { channelIds: Array<string>(501).fill('x') },
      'INVALID_INPUT',
      ['input', 'channelIds'],
    ],
  ])('refuses %s', async (_, bad, errorCode, path) => {
    const input = { name: 'k', scopes: ['WORKSPACE_READ'], ...bad };
    const before = await everythingOf(parley, workspaceId);
    expect(await refused(owner, 'apiKeyCreate', { input })).toEqual([{ code: errorCode, path }]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });
});

describe('apiKeyRevoke', () => {
  test('ends a key at once, once and for all', async () => {
    const { token, id } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
    const key = parley.as(token);
    expect(await code(key)).toBeUndefined();
    const revoked = { apiKey: { id, revokedAt: noon.toISOString() } };
    expect(await must(owner, 'apiKeyRevoke', { id }, 'apiKey { id revokedAt }')).toEqual(revoked);
    expect(await code(key)).toBe('UNAUTHENTICATED');
    parley.setTime(new Date(noon.getTime() + 60_000));
    expect(await must(owner, 'apiKeyRevoke', { id }, 'apiKey { id revokedAt }')).toEqual(revoked);
    expect(await eventTypesOf(parley, workspaceId, id)).toEqual([
      'api_key.created',
      'api_key.revoked',
    ]);
    const audit = (await auditOf(parley, workspaceId)).filter(
      ({ subject }) => subject === uuid(id),
    );
    expect(audit.map(({ action }) => action)).toEqual(['apiKeyCreate', 'apiKeyRevoke']);
  });

  test('refuses what is no key', async () => {
    for (const id of ['key_01h00000000000000000000000', 'nonsense']) {
      expect(await refused(owner, 'apiKeyRevoke', { id })).toEqual([
        { code: 'NOT_FOUND', path: ['id'] },
      ]);
    }
  });
});

describe('userInvite', () => {
  test('lets a person in, with an event and an audit entry', async () => {
    const channelId = await makeChannel(owner);
    const { user } = await must<{ user: { id: string } }>(
      owner,
      'userInvite',
      { input: { email: 'Ada@Example.com', name: 'Ada', role: 'AGENT', channelIds: [channelId] } },
      'user { id email name role status createdAt }',
    );
    expect(user).toEqual({
      id: expect.stringMatching(/^usr_/) as string,
      email: 'ada@example.com',
      name: 'Ada',
      role: 'AGENT',
      status: 'INVITED',
      createdAt: noon.toISOString(),
    });
    expect(await eventTypesOf(parley, workspaceId, user.id)).toEqual(['user.invited']);
    expect((await auditOf(parley, workspaceId)).at(-1)).toMatchObject({
      action: 'userInvite',
      subject: uuid(user.id),
      detail: { role: 'AGENT', channelIds: [uuid(channelId)] },
    });
  });

  test('refuses an address that a user has, in any case', async () => {
    const input = { email: 'ada@example.com', role: 'AGENT' };
    await must(owner, 'userInvite', { input }, 'user { id }');
    expect(
      await refused(owner, 'userInvite', { input: { ...input, email: 'ADA@example.com' } }),
    ).toEqual([{ code: 'CONFLICT', path: ['input', 'email'] }]);
  });

  test('invites a person once, though many do so at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        call<{ user: object | null; userErrors: object[] }>(
          owner,
          'userInvite',
          { input: { email: 'ada@example.com', role: 'AGENT' } },
          '{ user { id } userErrors { code path } }',
        ),
      ),
    );
    expect(answers.filter(({ user }) => user)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual(
      Array(4).fill({ code: 'CONFLICT', path: ['input', 'email'] }),
    );
  });

  test.each([
    ['no address', { email: 'ada' }, 'INVALID_INPUT', ['input', 'email']],
    ['an empty address', { email: '' }, 'INVALID_INPUT', ['input', 'email']],
    [
      'a long address',
      { email: `${'a'.repeat(250)}@example.com` },
      'INVALID_INPUT',
      ['input', 'email'],
    ],
    ['a long name', { name: 'x'.repeat(201) }, 'INVALID_INPUT', ['input', 'name']],
    ['an unknown channel', { channelIds: ['nonsense'] }, 'NOT_FOUND', ['input', 'channelIds', '0']],
  ])('refuses %s', async (_, bad, errorCode, path) => {
    const input = { email: 'ada@example.com', role: 'AGENT', ...bad };
    expect(await refused(owner, 'userInvite', { input })).toEqual([{ code: errorCode, path }]);
  });
});

test('a key that is limited to a channel can’t end a wider key, and can end one within its limits', async () => {
  const here = await makeChannel(owner);
  const scopes = ['ACCESS_MANAGE', 'WORKSPACE_READ'];
  const wide = await makeKey(owner, { scopes });
  const narrow = await makeKey(owner, { scopes, channelIds: [here] });
  const limited = parley.as((await makeKey(owner, { scopes, channelIds: [here] })).token);

  expect(await refused(limited, 'apiKeyRevoke', { id: wide.id })).toEqual([
    { code: 'FORBIDDEN', path: ['id'] },
  ]);
  await must(limited, 'apiKeyRevoke', { id: narrow.id }, 'apiKey { id }');
  expect(await code(parley.as(wide.token))).toBeUndefined();
  expect(await code(parley.as(narrow.token))).toBe('UNAUTHENTICATED');
});
