import { createApp, type App } from '../../../src/app';
import { loadConfig } from '../../../src/config/config';
import { openApi } from '../../../src/connectors/x/api';
import { endAccess, revokeAll } from '../../../src/simulator/x/sign-in';
import { must } from '../../support/call';
import { uuid } from '../../support/owner';
import { SimulatedWorld, type SimulatedChannel } from '../simulated-world';
import { watchedX } from './x-world';

/** X's refresh tokens count once: whoever uses one again loses everything. */

let world: SimulatedWorld;
/** Another process's, on the same database. */
let other: App;
beforeAll(async () => {
  world = await SimulatedWorld.create();
  const { database, app } = world.parley;
  const env = { PARLEY_SECRET_KEY: 'ab'.repeat(32), PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' };
  const config = loadConfig({ ...env, PORT: '0', DATABASE_URL: database.url }, 'api');
  other = await createApp(config, { log: app.log });
});
afterAll(async () => {
  await other.close();
  await world.close();
});

async function connected() {
  const { platform } = watchedX();
  const simulation = await world.simulate(platform);
  const settings = { delivery: 'POLLING', directMessages: false, pollMinutes: 1_440 };
  return { simulation, channel: await world.connect(simulation, { settings }) };
}

function whoAmI({ connections }: App, { workspaceId, id }: SimulatedChannel): Promise<unknown> {
  const { signal } = new AbortController();
  return connections
    .connectorContext(workspaceId, uuid(id), signal)
    .then((context) => openApi(context).call({ path: '/2/users/me' }));
}

test('two processes that find the access at its end use the refresh token once', async () => {
  const { simulation, channel } = await connected();
  for (let round = 1; round <= 4; round++) {
    endAccess(simulation);
    const apps = [world.parley.app, other, world.parley.app, other, other];
    const answers = await Promise.all(apps.map((app) => whoAmI(app, channel)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ data: { id: simulation.accounts[0] } });
    }
    expect(simulation.state.usedRefreshTokens.size).toBe(round);
  }
});

test('an account that is not let in any longer has to be connected again', async () => {
  const { simulation, channel } = await connected();
  revokeAll(simulation, simulation.accounts[0]!);
  const { ok, reason } = await must<{ ok: boolean; reason: string }>(
    channel.owner,
    'channelTest',
    { id: channel.id },
    'ok reason',
  );
  expect(ok).toBe(false);
  expect(reason).toContain('X does not let the app in');
  const { channels } = await channel.owner.query<{
    channels: { nodes: { health: { status: string } }[] };
  }>('{ channels(first: 1) { nodes { health { status } } } }');
  expect(channels.nodes[0]!.health.status).toBe('NEEDS_RECONNECT');
});
