import pino from 'pino';
import { createApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { makeWorkspace } from '../../src/domain/workspace/first-workspace';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { follow, liveClient, RawSocket } from '../support/live-client';
import { layWire, type Wire } from '../support/outage';
import { until } from '../support/process';
import { makeChannel, recordMessage } from '../support/world';

let database: TestDatabase;
let wire: Wire;
let app: App;
let url: string;
let logged: { msg: string }[] = [];
let owner: Client;
let channelId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  wire = await layWire(database.url);
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => logged.push(JSON.parse(line) as { msg: string }) },
  );
  const config = loadConfig({ PORT: '0', DATABASE_URL: wire.url }, 'all');
  app = await createApp(config, { log, limits: { recheckMs: 20, unconfirmedMs: 4_000 } });
  url = await app.listen();
});
beforeEach(async () => {
  const { token } = await makeWorkspace({ units: app.units, now: new Date() }, 'Test');
  owner = new Client(`${url}/graphql`, token);
  channelId = await makeChannel(owner);
  logged = [];
});
afterAll(async () => {
  await app.close();
  await wire.cut();
  await database.drop();
});

const isUnchecked = () =>
  logged.some(({ msg }) => msg === 'credentials of live connections could not be checked');

test('while the database is away, sockets stay, and what was asked for meanwhile begins afterwards', async () => {
  const client = liveClient(owner);
  const followed = follow(client, { types: ['message.added'] });
  await followed.untilLive();
  await wire.cut();
  await until(isUnchecked, 'a credential that could not be checked');
  const meanwhile = follow(client, { types: ['message.added'] });
  await wire.mend();
  await meanwhile.untilLive();
  await until(
    async () => (await owner.ask('{ viewer { name } }')).status === 200,
    'the database to be back',
  );
  await recordMessage(owner, channelId, { body: 'Back again' });
  for (const each of [followed, meanwhile]) {
    await each.untilItems(() => each.events.length === 1);
    expect([each.errors, each.closed]).toEqual([null, null]);
  }
  await client.dispose();
});

test('when it is away for long, they are closed for another try, and so are those who come', async () => {
  const socket = await RawSocket.admitted(owner);
  await wire.cut();
  expect(await socket.untilClosed()).toEqual({
    code: 1013,
    reason: 'What you signed in with could not be checked for a while: connect again.',
  });
  const late = await RawSocket.open(owner);
  late.send({ type: 'connection_init', payload: { authorization: `Bearer ${owner.token}` } });
  expect((await late.untilClosed()).code).toBe(1013);
  await wire.mend();
  await until(async () => {
    const again = await RawSocket.open(owner);
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${owner.token}` } });
    await until(() => again.messages.length > 0 || again.closed !== null, 'an answer');
    again.drop();
    return again.messages.length > 0;
  }, 'the database to be back');
});
