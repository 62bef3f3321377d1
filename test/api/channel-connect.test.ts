import { Writable } from 'node:stream';
import { createLogger } from '../../src/telemetry/logger';
import { startTestApp, type TestApp } from '../support/app';
import { Bank, bank } from '../support/bank';
import { ask, call, must, refused } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, auditOf, eventsOf, eventTypesOf, everythingOf, uuid } from '../support/owner';
import { makeChannel, makeKey, unique } from '../support/world';

let parley: TestApp;
let platform: Bank;
let owner: Client;
let workspaceId: string;
/** Everything that was logged. */
let logged = '';

beforeAll(async () => {
  platform = await new Bank().open();
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  parley = await startTestApp(
    {
      PARLEY_SECRET_KEY: 'ab'.repeat(32),
      PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
      PARLEY_PUBLIC_URL: 'https://parley.example/base/',
    },
    'api',
    { connectors: { bank }, log: createLogger('trace', destination) },
  );
});
afterAll(async () => {
  await parley.close();
  await platform.close();
});
beforeEach(async () => {
  platform.asked.splice(0);
  platform.outage = null;
  ({ owner, workspaceId } = await parley.workspace());
});

const PASSWORD = 'Pa55-of/the bank';
const CHANNEL = `channel { id kind connector name externalId status visibility settings secretsSet
  webhookUrl health { status reason since lastInboundAt lastOutboundAt backlog { inbound outbound } }
  capabilities { private { text { longest } media { kind most } } public { edits } } }`;

interface Channel {
  id: string;
  name: string;
  status: string;
  settings: Record<string, unknown>;
  secretsSet: string[];
  webhookUrl: string | null;
  health: { status: string; reason: string | null } | null;
}

function settingsOf(account: string, more: object = {}): Record<string, unknown> {
  platform.passwords.set(account, PASSWORD);
  return { server: platform.url, account, password: PASSWORD, ...more };
}

/** Connects an account that no test has yet. */
async function connect(input: object = {}, client = owner): Promise<Channel> {
  const account = unique('account');
  const { channel } = await must<{ channel: Channel }>(
    client,
    'channelConnect',
    { connector: 'bank', input: { settings: settingsOf(account), ...input } },
    CHANNEL,
  );
  return channel;
}

const read = (id: string, client = owner) =>
  client
    .query<{
      channels: { nodes: Channel[] };
    }>(`{ channels { nodes { ${CHANNEL.slice('channel { '.length, -2)} } } }`)
    .then(({ channels }) => channels.nodes.find((it) => it.id === id)!);

test('the connectors tell what their channels need, and what they can do', async () => {
  const connectors = await call<Record<string, unknown>[]>(
    owner,
    'connectors',
    {},
    `{ id label kind visibility takesWebhooks reads sends
       settings { key label description kind required secret choices { value label } default pattern
         longest least most connector }
       capabilities { private { text { longest unit } media { kind most largestBytes } } public { edits } } }`,
  );
  expect(connectors).toHaveLength(1);
  const [{ settings, ...about }] = connectors as [{ settings: Record<string, unknown>[] }];
  expect(about).toEqual({
    ...{ id: 'bank', label: 'Bank', kind: 'CUSTOM', visibility: 'PRIVATE' },
    ...{ takesWebhooks: true, reads: false, sends: true },
    capabilities: {
      private: {
        text: { longest: 500, unit: 'UTF16' },
        media: [{ kind: 'IMAGE', most: 2, largestBytes: 1_000 }],
      },
      public: null,
    },
  });
  // what a connector keeps for itself is no part of the form
  expect(settings.map(({ key }) => key)).toEqual([
    ...['server', 'account', 'password', 'pin', 'host', 'port', 'loud', 'mode', 'origins'],
    ...['questions', 'mail'],
  ]);
  const setting = (key: string) => settings.find((it) => it.key === key);
  expect(setting('pin')).toMatchObject({ required: false, secret: true, pattern: '\\d{4}' });
  expect(setting('port')).toMatchObject({ kind: 'NUMBER', default: 993, least: 1, most: 65_535 });
  expect(setting('mode')).toMatchObject({ choices: [{ value: 'slow' }, { value: 'fast' }] });
  expect(setting('mail')).toMatchObject({ kind: 'CHANNEL', connector: 'bank', required: false });
});

describe('channelConnect', () => {
  test('signs in, and makes a channel with its defaults, event, address and audit entry', async () => {
    const settings = settingsOf('Ada', { pin: '1234', origins: ['https://a.example'] });
    const { channel } = await must<{ channel: Channel }>(
      owner,
      'channelConnect',
      { connector: 'bank', input: { settings } },
      CHANNEL,
    );
    expect(channel).toEqual({
      id: expect.stringMatching(/^chn_/) as string,
      ...{ kind: 'CUSTOM', connector: 'bank', name: 'Account Ada', externalId: 'ada' },
      ...{ status: 'ACTIVE', visibility: 'PRIVATE' },
      settings: {
        ...{ server: `${platform.url}/`, account: 'Ada', port: 993, loud: false, mode: 'slow' },
        ...{ origins: ['https://a.example'], questions: [] },
      },
      secretsSet: ['password', 'pin'],
      webhookUrl: expect.stringMatching(
        /^https:\/\/parley\.example\/base\/webhooks\/bank\/[\w-]{64}$/,
      ) as string,
      health: {
        ...{ status: 'OK', reason: null, since: parley.now().toISOString() },
        ...{ lastInboundAt: null, lastOutboundAt: null, backlog: { inbound: 0, outbound: 0 } },
      },
      capabilities: {
        private: { text: { longest: 500 }, media: [{ kind: 'IMAGE', most: 2 }] },
        public: null,
      },
    });
    expect(platform.hooks.get('Ada')).toBe(channel.webhookUrl);
    expect(await eventsOf(parley, workspaceId, channel.id)).toMatchObject([
      { type: 'channel.created', data: { kind: 'CUSTOM' } },
      { type: 'channel.connected', data: { connector: 'bank' } },
    ]);
    expect((await auditOf(parley, workspaceId)).at(-1)).toMatchObject({
      action: 'channelConnect',
      subject: uuid(channel.id),
    });
  });

  test('what the connector refuses is told in its words, without what is secret', async () => {
    const before = await everythingOf(parley, workspaceId);
    const settings = { ...settingsOf('refused'), password: 'not-the-password' };
    const answer = await call<{ channel: null; userErrors: object[] }>(
      owner,
      'channelConnect',
      { connector: 'bank', input: { settings } },
      '{ channel { id } userErrors { code message path } }',
    );
    const message = 'The bank says: no account refused with [secret].';
    expect(answer).toEqual({
      channel: null,
      userErrors: [{ code: 'INVALID_INPUT', message, path: ['input', 'settings'] }],
    });
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test.each([
    ['a platform that is down', 503, 'UNAVAILABLE'],
    ['a platform that refuses for ever', 403, 'INVALID_INPUT'],
  ])('%s is no fault', async (_, outage, code) => {
    const settings = settingsOf('down');
    platform.outage = outage;
    const refusals = await refused(owner, 'channelConnect', {
      ...{ connector: 'bank', input: { settings } },
    });
    expect(refusals).toEqual([{ code, path: ['input', 'settings'] }]);
  });

  test('an account that is connected already is refused, and nothing changes', async () => {
    const input = { settings: settingsOf('twice') };
    await must(owner, 'channelConnect', { connector: 'bank', input }, 'channel { id }');
    const before = await everythingOf(parley, workspaceId);
    const hook = platform.hooks.get('twice');
    expect(await refused(owner, 'channelConnect', { connector: 'bank', input })).toEqual([
      { code: 'CONFLICT', path: ['input', 'settings'] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
    expect(platform.hooks.get('twice')).toBe(hook);
  });

  test('of several at once, one connects the account', async () => {
    const input = { settings: settingsOf(unique('race')) };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        call<{ userErrors: { code: string }[] }>(
          owner,
          'channelConnect',
          { connector: 'bank', input },
          '{ userErrors { code } }',
        ),
      ),
    );
    const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? 'OK');
    expect(codes.sort()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'OK']);
  });

  test('the same idempotency key connects once, and asks the platform once', async () => {
    const args = { connector: 'bank', input: { settings: settingsOf('once') } };
    const idempotencyKey = 'key-1';
    const first = await must(owner, 'channelConnect', { ...args, idempotencyKey }, CHANNEL);
    const asked = platform.asked.length;
    expect(await must(owner, 'channelConnect', { ...args, idempotencyKey }, CHANNEL)).toEqual(
      first,
    );
    expect(platform.asked).toHaveLength(asked);
    const other = { connector: 'bank', input: { settings: settingsOf('other') } };
    expect(await refused(owner, 'channelConnect', { ...other, idempotencyKey })).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    ]);
  });

  test('an unknown connector is refused', async () => {
    for (const connector of ['nothing', '', 'constructor', '__proto__']) {
      const args = { connector, input: { settings: {} } };
      expect(await refused(owner, 'channelConnect', args)).toEqual([
        { code: 'NOT_FOUND', path: ['connector'] },
      ]);
    }
  });

  const question = { key: 'topic', label: 'Topic', kind: 'line', required: true };
  test.each<[string, object, string[]]>([
    ['a setting that there is not', { nonsense: 1 }, ['nonsense']],
    ['one that is the connector’s own', { refreshToken: 'x' }, ['refreshToken']],
    ['one that is missing', { account: undefined }, ['account']],
    ['null for one that must be there', { account: null }, ['account']],
    ['an empty text', { account: ' ' }, ['account']],
    ['a long text', { account: 'x'.repeat(41) }, ['account']],
    ['a text with NUL', { account: 'a\0b' }, ['account']],
    ['a text with half a character', { account: '\ud800' }, ['account']],
    ['a number for a text', { account: 5 }, ['account']],
    ['a text that does not match', { pin: '12345' }, ['pin']],
    ['no URL', { server: 'bank' }, ['server']],
    ['a URL of another scheme', { server: 'ftp://bank.example' }, ['server']],
    ['a URL with a password', { server: 'https://me:it@bank.example' }, ['server']],
    ['a URL of a private network', { server: 'https://10.0.0.1' }, ['server']],
    ['a host that is none', { host: 'a b' }, ['host']],
    ['a host of a private network', { host: '10.0.0.1' }, ['host']],
    ['a host with a port', { host: 'mail.example:993' }, ['host']],
    ['a number below', { port: 0 }, ['port']],
    ['a number above', { port: 65_536 }, ['port']],
    ['a broken number', { port: 1.5 }, ['port']],
    ['a text for a number', { port: '993' }, ['port']],
    ['a text for a toggle', { loud: 'yes' }, ['loud']],
    ['a choice that there is not', { mode: 'medium' }, ['mode']],
    ['a list that is none', { origins: 'https://a.example' }, ['origins']],
    ['a long list', { origins: ['a', 'b', 'c', 'd'].map((it) => `https://${it}`) }, ['origins']],
    ['an entry that does not match', { origins: ['https://a', 'b'] }, ['origins', '1']],
    ['questions that are none', { questions: {} }, ['questions']],
    ['a question that is none', { questions: [5] }, ['questions', '0']],
    ['a question’s kind', { questions: [{ ...question, kind: 'x' }] }, ['questions', '0', 'kind']],
    ['a question’s key', { questions: [{ ...question, key: 'a b' }] }, ['questions', '0', 'key']],
    [
      'a question’s field that there is not',
      { questions: [{ ...question, colour: 'red' }] },
      ['questions', '0', 'colour'],
    ],
    ['two questions of one key', { questions: [question, question] }, ['questions', '1', 'key']],
    [
      'a choice without choices',
      { questions: [{ ...question, kind: 'choice' }] },
      ['questions', '0', 'choices'],
    ],
    [
      'choices of what is none',
      { questions: [{ ...question, choices: ['a'] }] },
      ['questions', '0', 'choices'],
    ],
    [
      'thirty-one questions',
      { questions: Array.from({ length: 31 }, (_, n) => ({ ...question, key: `q${n}` })) },
      ['questions'],
    ],
    ['a channel that is none', { mail: 'x' }, ['mail']],
    ['a channel that there is not', { mail: 'chn_01h455vb4pex5vsknk084sn02q' }, ['mail']],
  ])('refuses %s, and says where', async (_, bad, path) => {
    const settings = { ...settingsOf('bad'), ...bad };
    expect(
      await refused(owner, 'channelConnect', { connector: 'bank', input: { settings } }),
    ).toEqual([{ code: 'INVALID_INPUT', path: ['input', 'settings', ...path] }]);
    expect(platform.asked).toEqual([]);
  });

  test('tells everything that is wrong at once', async () => {
    const input = { settings: { account: '', port: 0, extra: 1 } };
    const problems = await refused(owner, 'channelConnect', { connector: 'bank', input });
    expect(problems.map(({ path }) => path!.at(-1)).sort()).toEqual([
      ...['account', 'extra', 'password', 'port', 'server'],
    ]);
  });

  test('a setting can name another channel of the connector, not of another one', async () => {
    const mail = await connect();
    const { settings } = await connect({ settings: settingsOf('with-mail', { mail: mail.id }) });
    expect(settings.mail).toBe(mail.id);
    const own = await makeChannel(owner);
    const input = { settings: settingsOf('own-mail', { mail: own }) };
    expect(await refused(owner, 'channelConnect', { connector: 'bank', input })).toMatchObject([
      { path: ['input', 'settings', 'mail'] },
    ]);
  });
});

describe('channelUpdate', () => {
  const update = (id: string, input: object) =>
    must<{ channel: Channel }>(owner, 'channelUpdate', { id, input }, CHANNEL);

  test('changes what is given, keeps what is left out, and takes away what is null', async () => {
    const settings = settingsOf('changing', { pin: '1234', port: 5, origins: ['https://a'] });
    const { id, webhookUrl } = await connect({ settings });
    const change = { loud: true, pin: null, port: null, origins: null };
    const { channel } = await update(id, { name: 'New', settings: change });
    expect(channel).toMatchObject({ name: 'New', secretsSet: ['password'], webhookUrl });
    expect(channel.settings).toMatchObject({ loud: true, port: 993, account: 'changing' });
    expect(channel.settings).not.toHaveProperty('origins');
    expect((await eventsOf(parley, workspaceId, id)).at(-1)).toMatchObject({
      type: 'channel.updated',
      data: { fields: ['name', 'settings'] },
    });
  });

  test('asks nobody, and is no event, where nothing changes', async () => {
    const { id, name } = await connect();
    const asked = platform.asked.length;
    const events = await eventTypesOf(parley, workspaceId, id);
    await update(id, { name, settings: { loud: false, password: PASSWORD } });
    expect(platform.asked).toHaveLength(asked);
    expect(await eventTypesOf(parley, workspaceId, id)).toEqual(events);
  });

  test('a secret that the platform refuses changes nothing', async () => {
    const { id } = await connect();
    const before = await everythingOf(parley, workspaceId);
    const input = { name: 'New', settings: { password: 'wrong' } };
    expect(await refused(owner, 'channelUpdate', { id, input })).toEqual([
      { code: 'INVALID_INPUT', path: ['input', 'settings'] },
    ]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('the settings of another account are refused', async () => {
    const { id } = await connect();
    const input = { settings: settingsOf('another') };
    expect(await refused(owner, 'channelUpdate', { id, input })).toEqual([
      { code: 'CONFLICT', path: ['input', 'settings'] },
    ]);
  });

  test('a new password brings an account back that needed to be connected anew', async () => {
    const account = unique('moved');
    const { id } = await connect({ settings: settingsOf(account) });
    platform.passwords.set(account, 'another password');
    await must(owner, 'channelTest', { id }, 'ok');
    expect((await read(id)).health!.status).toBe('NEEDS_RECONNECT');
    const { channel } = await update(id, { settings: { password: 'another password' } });
    expect(channel.health).toMatchObject({ status: 'OK', reason: null });
    expect((await eventTypesOf(parley, workspaceId, id)).slice(-3)).toEqual([
      ...['channel.health_changed', 'channel.updated', 'channel.health_changed'],
    ]);
  });

  test('a channel of one’s own transport has a name and no settings', async () => {
    const id = await makeChannel(owner);
    const { channel } = await update(id, { name: 'Mine' });
    expect(channel).toMatchObject({ name: 'Mine', settings: {}, secretsSet: [], health: null });
    const input = { settings: {} };
    expect(await refused(owner, 'channelUpdate', { id, input })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
  });
});

test('a channel is paused and resumed, each once', async () => {
  const { id } = await connect();
  const turn = async (name: string) =>
    (await must<{ channel: Channel }>(owner, name, { id }, CHANNEL)).channel.status;
  expect(await turn('channelPause')).toBe('PAUSED');
  expect(await turn('channelPause')).toBe('PAUSED');
  expect(await turn('channelResume')).toBe('ACTIVE');
  expect((await eventTypesOf(parley, workspaceId, id)).slice(2)).toEqual([
    ...['channel.paused', 'channel.resumed'],
  ]);
});

describe('channelDisconnect', () => {
  const disconnect = (id: string) =>
    must<{ channel: Channel }>(owner, 'channelDisconnect', { id }, CHANNEL);

  test('takes leave of the platform, and wipes secrets and address', async () => {
    const { id } = await connect({ settings: settingsOf('leaving', { port: 7 }) });
    expect(platform.hooks.has('leaving')).toBe(true);
    const { channel } = await disconnect(id);
    expect(channel).toMatchObject({ status: 'DISCONNECTED', secretsSet: [], webhookUrl: null });
    expect(channel.settings).toMatchObject({ port: 7 });
    expect(platform.hooks.has('leaving')).toBe(false);
    const [row] = await asOwner<{ secrets: null }>(
      parley,
      'select secrets from channel where id = $1',
      [uuid(id)],
    );
    expect(row).toEqual({ secrets: null });
    expect((await eventTypesOf(parley, workspaceId, id)).at(-1)).toBe('channel.disconnected');
    for (const name of ['channelPause', 'channelResume', 'channelTest']) {
      expect(await refused(owner, name, { id })).toEqual([{ code: 'INVALID_STATE', path: ['id'] }]);
    }
  });

  test('works while the platform is down', async () => {
    const { id } = await connect();
    platform.outage = 503;
    expect((await disconnect(id)).channel.status).toBe('DISCONNECTED');
  });

  test('connecting the account again brings the channel back, with a new address', async () => {
    const account = unique('returning');
    const before = await connect({ name: 'Ours', settings: settingsOf(account) });
    await disconnect(before.id);
    const after = await connect({ settings: settingsOf(account) });
    expect(after).toMatchObject({ id: before.id, name: 'Ours', status: 'ACTIVE' });
    expect(after.webhookUrl).not.toBe(before.webhookUrl);
    expect(platform.hooks.get(account)).toBe(after.webhookUrl);
    expect(await eventTypesOf(parley, workspaceId, before.id)).toEqual([
      ...['channel.created', 'channel.connected', 'channel.disconnected', 'channel.connected'],
    ]);
  });
});

describe('channelTest', () => {
  const tryOut = (id: string) =>
    must<{ ok: boolean; reason: string | null; durationMs: number }>(
      owner,
      'channelTest',
      { id },
      'ok reason durationMs',
    );

  test('tells that all is well', async () => {
    const { id } = await connect();
    expect(await tryOut(id)).toEqual({
      ...{ ok: true, reason: null, durationMs: expect.any(Number) as number },
    });
  });

  test('tells what is wrong, notes it as health once, and that it is over', async () => {
    const { id } = await connect();
    platform.outage = 503;
    const reason = 'The bank is closed at the moment.';
    for (let round = 0; round < 2; round++) {
      expect(await tryOut(id)).toMatchObject({ ok: false, reason });
    }
    expect((await read(id)).health).toMatchObject({ status: 'DEGRADED', reason });
    platform.outage = null;
    expect(await tryOut(id)).toMatchObject({ ok: true });
    const events = await eventsOf(parley, workspaceId, id);
    expect(events.slice(2).map(({ type, data }) => [type, data])).toEqual([
      ['channel.health_changed', { from: 'OK', to: 'DEGRADED' }],
      ['channel.health_changed', { from: 'DEGRADED', to: 'OK' }],
    ]);
  });

  test('is refused for a channel of one’s own transport', async () => {
    expect(await refused(owner, 'channelTest', { id: await makeChannel(owner) })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
  });
});

test('secrets are nowhere to be seen: not in the API, events, audit trail, rows or logs', async () => {
  const account = unique('secretive');
  const secret = `the password of ${account}`;
  const settings = settingsOf(account, { password: secret, pin: '9876' });
  platform.passwords.set(account, secret);
  logged = '';
  const channel = await connect({ settings });
  const { id } = await connect({ settings: { ...settingsOf(`${account}-2`), pin: '9876' } });
  await must(owner, 'channelUpdate', { id, input: { settings: { loud: true } } }, CHANNEL);
  await must(owner, 'channelTest', { id }, 'ok');
  await refused(owner, 'channelUpdate', { id, input: { settings: { password: secret } } });
  const token = platform.refreshTokens.get(`${account}-2`)!;
  const seen = [
    JSON.stringify(channel),
    JSON.stringify(await read(id)),
    JSON.stringify(await auditOf(parley, workspaceId)),
    await everythingOf(parley, workspaceId),
    logged,
  ].join('\n');
  expect(logged).toContain('signed in with');
  for (const hidden of [secret, PASSWORD, token]) {
    const spellings = [hidden, encodeURIComponent(hidden), Buffer.from(hidden).toString('base64')];
    for (const spelling of [...spellings, Buffer.from(hidden).toString('hex')]) {
      expect(seen).not.toContain(spelling);
    }
  }
});

describe('who may', () => {
  test('a key without CHANNEL_MANAGE sees channels and not their addresses', async () => {
    const { id } = await connect();
    const { token } = await makeKey(owner, { scopes: ['CHANNEL_READ'] });
    expect(await read(id, parley.as(token))).toMatchObject({ id, webhookUrl: null });
    expect((await read(id)).webhookUrl).not.toBeNull();
  });

  test('a key that is limited to some channels manages those and connects none', async () => {
    const [mine, other] = [await connect(), await connect()];
    const { token } = await makeKey(owner, {
      ...{ scopes: ['CHANNEL_READ', 'CHANNEL_MANAGE'], channelIds: [mine.id] },
    });
    const limited = parley.as(token);
    expect(await read(other.id, limited)).toBeUndefined();
    const input = { name: 'Mine' };
    await must(limited, 'channelUpdate', { id: mine.id, input }, 'channel { id }');
    platform.asked.splice(0);
    const before = await everythingOf(parley, workspaceId);
    for (const [name, args] of [
      ['channelUpdate', { input: { settings: { loud: true } } }],
      ...['channelPause', 'channelResume', 'channelDisconnect', 'channelTest'].map(
        (it) => [it, {}] as const,
      ),
    ] as const) {
      expect(await refused(limited, name, { id: other.id, ...args })).toEqual([
        { code: 'NOT_FOUND', path: ['id'] },
      ]);
    }
    const settings = settingsOf('limited');
    expect(
      await refused(limited, 'channelConnect', { connector: 'bank', input: { settings } }),
    ).toEqual([{ code: 'FORBIDDEN', path: null }]);
    const named = { settings: { mail: other.id } };
    expect(await refused(limited, 'channelUpdate', { id: mine.id, input: named })).toMatchObject([
      { path: ['input', 'settings', 'mail'] },
    ]);
    expect(platform.asked).toEqual([]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
  });

  test('another workspace can neither see nor touch a channel, and can have the same account', async () => {
    const account = unique('shared');
    const { id } = await connect({ settings: settingsOf(account) });
    const { owner: stranger } = await parley.workspace();
    const before = await everythingOf(parley, workspaceId);
    for (const name of ['channelPause', 'channelResume', 'channelDisconnect', 'channelTest']) {
      expect(await refused(stranger, name, { id })).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    }
    const { errors, data } = await ask(stranger, 'node', { id }, '{ id }');
    expect([errors, data]).toEqual([undefined, { node: null }]);
    expect(await everythingOf(parley, workspaceId)).toBe(before);
    const theirs = await connect({ settings: settingsOf(account) }, stranger);
    expect(theirs.id).not.toBe(id);
  });
});

test('the backlog is counted up to a thousand', async () => {
  const { id } = await connect();
  await asOwner(
    parley,
    `insert into inbound_queue (workspace_id, channel_id, delivery_id, received_at, due_at, is_dead)
     select $1, $2, gen_random_uuid(), now(), now(), n <= 5 from generate_series(1, 1200) n`,
    [workspaceId, uuid(id)],
  );
  const channel = await read(id);
  expect(channel.health).toMatchObject({ backlog: { inbound: 1_000, outbound: 0 } });
});
