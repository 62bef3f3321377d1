import { Client as Postgres } from 'pg';
import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { ReconnectNeeded } from '../../src/connectors/kit/errors';
import { advisoryLocks } from '../../src/db/advisory-locks';
import { startTestApp, type TestApp } from '../support/app';
import { Bank, bank, renewToken } from '../support/bank';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { uuid } from '../support/owner';
import { unique } from '../support/world';

/** Tokens that can be used once are renewed once, however many processes want to at the same moment. */

let parley: TestApp;
/** Another process's, on the same database. */
let other: App;
let platform: Bank;
let owner: Client;
let workspaceId: string;
let account: string;
let channelId: string;

const env = { PARLEY_SECRET_KEY: 'ab'.repeat(32), PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' };

beforeAll(async () => {
  platform = await new Bank().open();
  parley = await startTestApp(env, 'api', { connectors: { bank } });
  const config = loadConfig({ ...env, PORT: '0', DATABASE_URL: parley.database.url }, 'api');
  other = await createApp(config, { connectors: { bank }, log: parley.app.log });
  ({ owner, workspaceId } = await parley.workspace());
});
afterAll(async () => {
  await other.close();
  await parley.close();
  await platform.close();
});
beforeEach(async () => {
  account = unique('account');
  platform.passwords.set(account, 'password-1');
  const settings = { server: platform.url, account, password: 'password-1' };
  const { channel } = await must<{ channel: { id: string } }>(
    owner,
    'channelConnect',
    { connector: 'bank', input: { settings } },
    'channel { id }',
  );
  channelId = uuid(channel.id);
  platform.asked.splice(0);
});
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const contextIn = ({ connections }: App) =>
  connections.connectorContext(workspaceId, channelId, new AbortController().signal);

const renewals = () => platform.asked.filter((it) => it === 'POST /renew').length;

test('processes that renew at the same moment ask the platform once, and have the same token', async () => {
  for (let round = 1; round <= 5; round++) {
    const apps = [parley.app, other, parley.app, other];
    const contexts = await Promise.all(apps.map(contextIn));
    const tokens = await Promise.all(contexts.map(renewToken));
    expect(renewals()).toBe(round);
    expect(new Set(tokens)).toEqual(new Set([platform.refreshTokens.get(account)]));
  }
});

test('a renewal is seen by everybody who reads the channel afterwards', async () => {
  await parley.app.connections.recall(workspaceId, channelId);
  const token = await renewToken(await contextIn(parley.app));
  const recalled = await parley.app.connections.recall(workspaceId, channelId);
  expect(recalled!.channel.settings.refreshToken).toBe(token);
  expect((await contextIn(other)).channel.settings.refreshToken).toBe(token);
});

test('a token that the platform refuses needs a person', async () => {
  platform.refreshTokens.set(account, 'somebody else’s');
  await expect(renewToken(await contextIn(parley.app))).rejects.toThrow(ReconnectNeeded);
});

test('a refusal counts for nothing where the account was connected anew meanwhile', async () => {
  const context = await contextIn(parley.app);
  const settings = await context.renewSettings(async () => {
    platform.passwords.set(account, 'password-2');
    const args = { id: context.channel.id, input: { settings: { password: 'password-2' } } };
    await must(owner, 'channelUpdate', args, 'channel { id }');
    throw new ReconnectNeeded('invalid_grant');
  });
  expect(settings.password).toBe('password-2');
});

test('what somebody changes while a token is renewed is kept beside it', async () => {
  const context = await contextIn(parley.app);
  await context.renewSettings(async () => {
    const args = { id: context.channel.id, input: { settings: { port: 7 } } };
    await must(owner, 'channelUpdate', args, 'channel { id }');
    return { refreshToken: 'the newest' };
  });
  const { settings } = (await contextIn(other)).channel;
  expect(settings).toMatchObject({ port: 7, refreshToken: 'the newest', password: 'password-1' });
});

test('a process that dies while it renews keeps nobody waiting', async () => {
  const dying = new Postgres(parley.database.url);
  await dying.connect();
  await dying.query('select pg_advisory_lock($1::int, hashtext($2))', [
    advisoryLocks.renewal,
    channelId,
  ]);
  const renewed = renewToken(await contextIn(parley.app));
  await dying.end();
  expect(await renewed).toBe(platform.refreshTokens.get(account));
});
