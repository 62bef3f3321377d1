import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { Issuer } from '../auth/issuer';
import { startTestApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { follow, liveClient, RawSocket, type EventItem } from '../support/live-client';
import { asOwner, uuid } from '../support/owner';
import { until } from '../support/process';
import { makeChannel, makeKey, recordMessage } from '../support/world';

let issuer: Issuer;
let parley: TestApp;
let owner: Client;
let workspaceId: string;
/** Another process over the same database, where a test has one. */
let near: App | null = null;
let time = new Date('2026-03-01T12:00:00.000Z');
const later = (ms: number) => (time = new Date(time.getTime() + ms));

beforeAll(async () => {
  issuer = await Issuer.start(() => time);
  const { issuer: PARLEY_OIDC_ISSUER, audience: PARLEY_OIDC_AUDIENCE, jwksUrl } = issuer.config;
  const env = { PARLEY_OIDC_ISSUER, PARLEY_OIDC_AUDIENCE, PARLEY_OIDC_JWKS_URL: jwksUrl };
  const options = { clock: () => time, limits: { recheckMs: 20 } };
  parley = await startTestApp(env, 'all', options);
});
afterAll(async () => {
  await parley.close();
  await issuer.stop();
});
beforeEach(async () => {
  ({ owner, workspaceId } = await parley.workspace());
});
afterEach(async () => {
  await near?.close();
  near = null;
  expect(parley.faults.splice(0)).toEqual([]);
});

const everything = [
  ...['WORKSPACE_READ', 'CONVERSATION_READ', 'CUSTOMER_READ', 'CHANNEL_READ'],
  ...['TOUCHPOINT_READ', 'ACCESS_MANAGE'],
];
const bodies = (items: readonly EventItem[]) => items.map(({ message }) => message?.body);
const added = { types: ['message.added'] };

const revoke = (client: Client, id: string) =>
  client.query<{ apiKeyRevoke: { userErrors: object[] } }>(
    'mutation ($id: ID!) { apiKeyRevoke(id: $id) { apiKey { revokedAt } userErrors { code } } }',
    { id },
  );

describe('a socket is closed before anything is told', () => {
  const nobodys = `parley_${'A'.repeat(43)}`;
  test.each([
    ['without a payload', undefined],
    ['without a credential', {}],
    ['with null for one', { authorization: null }],
    ['with a number for one', { authorization: 5 }],
    ['with an object for one', { authorization: { Bearer: nobodys } }],
    ['with an empty one', { authorization: '' }],
    ['with a token and no scheme', { authorization: nobodys }],
    ["with nobody's token", { authorization: `Bearer ${nobodys}` }],
    [
      'with a workspace that there is not',
      { authorization: `Bearer ${nobodys}`, 'parley-workspace': 'wsp_x' },
    ],
    ['with a name that is none', { __proto__: { authorization: 'x' }, constructor: 1 }],
  ])('%s', async (_name, payload) => {
    for (let round = 0; round < 2; round++) {
      const socket = await RawSocket.open(parley.as(null));
      socket.send({ type: 'connection_init', payload });
      const { code, reason } = await socket.untilClosed();
      expect([code, socket.messages]).toEqual([4401, []]);
      expect(reason).toMatch(/^UNAUTHENTICATED: send authorization: "Bearer …"/);
    }
  });

  test('when it subscribes before it has said who it is', async () => {
    const socket = await RawSocket.open(owner, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    socket.subscribe('1');
    expect((await socket.untilClosed()).code).toBe(4401);
  });

  test("with another workspace's name", async () => {
    const { owner: stranger } = await parley.workspace();
    const { viewer } = await stranger.query<{ viewer: { workspace: { id: string } } }>(
      '{ viewer { workspace { id } } }',
    );
    const socket = await RawSocket.open(owner);
    const authorization = `Bearer ${owner.token}`;
    const payload = { authorization, 'parley-workspace': viewer.workspace.id };
    socket.send({ type: 'connection_init', payload });
    expect((await socket.untilClosed()).code).toBe(4401);
  });
});

describe('a key that is revoked', () => {
  test('here, has its sockets closed at once, whether they subscribe or not', async () => {
    const { token, id } = await makeKey(owner, { scopes: everything });
    const key = parley.as(token);
    const [idle, busy, other] = [
      await RawSocket.admitted(key),
      await RawSocket.admitted(key),
      await RawSocket.admitted(owner),
    ];
    busy.subscribe('1');
    other.subscribe('1');
    await Promise.all([busy.until('next', '1'), other.until('next', '1')]);
    await revoke(owner, id);
    for (const socket of [idle, busy]) expect((await socket.untilClosed()).code).toBe(4401);
    other.subscribe('2', '{ viewer { name } }');
    await other.until('complete', '2');
    other.drop();
  });

  test('gets nothing of what happens after its end, and what happened before', async () => {
    const channelId = await makeChannel(owner);
    const { token, id } = await makeKey(owner, { scopes: everything });
    const client = liveClient(parley.as(token));
    const followed = follow(client, added);
    await followed.untilLive();
    await recordMessage(owner, channelId, { body: 'Before' });
    await followed.untilItems(() => followed.events.length === 1);
    await revoke(owner, id);
    await recordMessage(owner, channelId, { body: 'After' });
    await followed.untilOver();
    await parley.app.drain();
    expect(bodies(followed.events)).toEqual(['Before']);
    expect(followed.closed).toMatchObject({ code: 4401 });
  });

  test('by another process, has its sockets closed, by the log where they subscribe', async () => {
    const { token, id } = await makeKey(owner, { scopes: everything });
    // nothing but the log tells this process, which never asks again
    const options = { clock: () => time, limits: { recheckMs: 3_600_000 } };
    const env = { PORT: '0', DATABASE_URL: parley.database.url };
    near = await createApp(loadConfig(env, 'api'), { ...options, log: parley.app.log });
    const caller = new Client(`${await near.listen()}/graphql`, token);
    const socket = await RawSocket.admitted(caller);
    socket.subscribe('1');
    await socket.until('next', '1');
    await revoke(owner, id);
    expect((await socket.untilClosed()).code).toBe(4401);
    expect((await caller.ask('{ viewer { name } }')).status).toBe(401);
  });

  test('behind the back of all, has its sockets closed within two seconds', async () => {
    const { token } = await makeKey(owner, { scopes: everything });
    const socket = await RawSocket.admitted(parley.as(token));
    const hint = token.slice(-4);
    await asOwner(parley, 'update api_key set revoked_at = now() where token_hint = $1', [hint]);
    later(2_000);
    expect(await socket.untilClosed()).toMatchObject({
      code: 4401,
      reason: expect.stringMatching(/^UNAUTHENTICATED: /) as string,
    });
  });

  test('has its operations ended before its socket is gone', async () => {
    const { token, id } = await makeKey(owner, { scopes: everything });
    const socket = await RawSocket.admitted(parley.as(token));
    // it never learns of its end
    socket.ws.pause();
    await revoke(owner, id);
    socket.subscribe(
      '1',
      'mutation { customerUpsert(by: { externalRef: "late" }, input: {}) { outcome } }',
    );
    const again = await RawSocket.open(parley.as(token));
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect((await again.untilClosed()).code).toBe(4401);
    const found = await owner.query('{ customer(by: { externalRef: "late" }) { id } }');
    expect(found).toEqual({ customer: null });
    socket.drop();
  });
});

test('a key that expires has its sockets closed', async () => {
  const expiresAt = new Date(time.getTime() + 60_000).toISOString();
  const { token } = await makeKey(owner, { scopes: everything, expiresAt });
  const followed = follow(liveClient(parley.as(token)));
  await followed.untilLive();
  later(59_000);
  await recordMessage(owner, await makeChannel(owner));
  await followed.untilItems(() => followed.events.length > 0);
  expect(followed.isOver).toBe(false);
  later(1_000);
  await followed.untilOver();
  expect(followed.closed).toMatchObject({ code: 4401 });
});

describe('rights that change while a socket is open', () => {
  const setKey = async (id: string, column: string, value: unknown) => {
    await asOwner(parley, `update api_key set ${column} = $2 where id = $1`, [uuid(id), value]);
    later(2_000);
  };

  test('end what they no longer allow, and leave the rest', async () => {
    const channelId = await makeChannel(owner);
    const { token, id } = await makeKey(owner, { scopes: everything });
    const client = liveClient(parley.as(token));
    const gone = follow(client, {}, 'subscription { inboxUpdates { kind position } }');
    const kept = follow(client, {}, 'subscription { events { kind position } }');
    await Promise.all([gone.untilLive(), kept.untilLive()]);
    await setKey(id, 'scopes', ['WORKSPACE_READ', 'CHANNEL_READ']);
    await gone.untilOver();
    expect(gone.errors).toMatchObject([
      {
        message:
          "Subscription.inboxUpdates needs the permission CONVERSATION_READ, which you don't have.",
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
    await recordMessage(owner, channelId);
    await makeChannel(owner);
    await kept.untilItems(() => kept.events.length === 1);
    expect(kept.isOver).toBe(false);
    const query = follow(client, {}, '{ conversations { nodes { id } } }');
    await query.untilOver();
    expect(query.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await client.dispose();
  });

  test('that narrow to a channel let nothing of others through, and nothing of it is lost or doubled', async () => {
    const [one, two] = [await makeChannel(owner), await makeChannel(owner)];
    const { token, id } = await makeKey(owner, { scopes: everything });
    const client = liveClient(parley.as(token));
    const followed = follow(client, added);
    await followed.untilLive();
    let serial = 0;
    const record = async () => {
      serial += 1;
      await recordMessage(owner, one, { body: `one ${serial}` });
      await recordMessage(owner, two, { body: `two ${serial}` });
    };
    const notices = () => followed.items.filter(({ kind }) => kind === 'HEARTBEAT').length;
    for (let round = 0; round < 3; round++) await record();
    await setKey(id, 'channel_ids', [uuid(one)]);
    // writes go on while it begins anew
    while (notices() < 2) await record();
    for (let round = 0; round < 3; round++) await record();
    await followed.untilItems((items) => bodies(items).includes(`one ${serial}`));
    const got = bodies(followed.events);
    expect(got.filter((body) => body!.startsWith('one'))).toEqual(
      Array.from({ length: serial }, (_, index) => `one ${index + 1}`),
    );
    const other = got.filter((body) => body!.startsWith('two'));
    expect(other).toEqual(other.map((_, index) => `two ${index + 1}`));
    expect(other.length).toBeGreaterThanOrEqual(3);
    expect(other.length).toBeLessThanOrEqual(serial - 3);
    await client.dispose();
  });

  test('that widen bring what they allow from then on', async () => {
    const [one, two] = [await makeChannel(owner), await makeChannel(owner)];
    const { token, id } = await makeKey(owner, { scopes: everything, channelIds: [one] });
    const client = liveClient(parley.as(token));
    const followed = follow(client, added);
    await followed.untilLive();
    await recordMessage(owner, two, { body: 'Hidden' });
    await recordMessage(owner, one, { body: 'Seen' });
    await followed.untilItems(() => followed.events.length === 1);
    await setKey(id, 'channel_ids', null);
    await until(() => followed.items.filter(({ kind }) => kind === 'HEARTBEAT').length > 1, 'anew');
    await recordMessage(owner, two, { body: 'Seen now' });
    await followed.untilItems(() => followed.events.length === 2);
    expect(bodies(followed.events)).toEqual(['Seen', 'Seen now']);
    await client.dispose();
  });

  test('end a subscription to a conversation that is seen no longer', async () => {
    const [one, two] = [await makeChannel(owner), await makeChannel(owner)];
    const { conversation } = await recordMessage(owner, two);
    const { token, id } = await makeKey(owner, { scopes: everything });
    const client = liveClient(parley.as(token));
    const query = 'subscription ($id: ID!) { conversationUpdates(conversationId: $id) { kind } }';
    const followed = follow(client, { id: conversation.id }, query);
    await followed.untilLive();
    await setKey(id, 'channel_ids', [uuid(one)]);
    await followed.untilOver();
    expect(followed.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: ['conversationId'] } },
    ]);
    await client.dispose();
  });
});

describe('a user', () => {
  const invite = (client: Client, email: string) =>
    client.query<{ userInvite: { userErrors: object[] } }>(
      `mutation ($email: String!) {
        userInvite(input: { email: $email, role: AGENT }) { userErrors { code message } }
      }`,
      { email },
    );
  const signIn = async (email: string, lasts = 600) => {
    const exp = Math.floor(time.getTime() / 1_000) + lasts;
    return parley.as(await issuer.token({ sub: email, email, email_verified: true, exp }));
  };

  test('has the socket closed when the access token has expired', async () => {
    await invite(owner, 'ada@example.com');
    const followed = follow(liveClient(await signIn('ada@example.com', 100)));
    await followed.untilLive();
    // the issuer's clock may be off by half a minute
    later(131_000);
    await followed.untilOver();
    expect(followed.closed).toMatchObject({ code: 4401 });
  });

  test('has to name the workspace where there are several', async () => {
    const email = 'grace@example.com';
    const { owner: second } = await parley.workspace();
    await Promise.all([invite(owner, email), invite(second, email)]);
    const grace = await signIn(email);
    const authorization = `Bearer ${grace.token}`;
    const socket = await RawSocket.open(grace);
    socket.send({ type: 'connection_init', payload: { authorization } });
    expect(await socket.untilClosed()).toMatchObject({
      code: 4403,
      reason: expect.stringMatching(/^BAD_USER_INPUT: .*parley-workspace/) as string,
    });
    const { viewer } = await owner.query<{ viewer: { workspace: { id: string } } }>(
      '{ viewer { workspace { id } } }',
    );
    const named = await RawSocket.open(grace);
    const payload = { authorization, 'Parley-Workspace': viewer.workspace.id };
    named.send({ type: 'connection_init', payload });
    await named.until('connection_ack');
    named.subscribe('1', '{ viewer { workspace { id } } }');
    expect((await named.until('next', '1')).payload).toEqual({ data: { viewer } });
    named.drop();
  });

  test('has the socket closed when access is ended', async () => {
    await invite(owner, 'alan@example.com');
    const alan = await signIn('alan@example.com');
    const socket = await RawSocket.admitted(alan);
    await asOwner(
      parley,
      `update app_user set status = 'DISABLED' where workspace_id = $1 and email = $2`,
      [workspaceId, 'alan@example.com'],
    );
    later(5_000);
    expect((await socket.untilClosed()).code).toBe(4401);
  });
});
