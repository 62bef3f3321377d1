import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Relay } from '../../src/nats/relay';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { layWire, type Wire } from '../support/outage';
import { until } from '../support/process';
import { natsConfig, NatsWorld, positionsOf, readStream, upTo } from './nats-world';

type Child = ChildProcessByStdio<null, Readable, null>;

// far more than it takes: other tests run beside it
jest.setTimeout(240_000);

describeWithNats('the relay to NATS, when something breaks', () => {
  let world: NatsWorld;
  let server: NatsServer;
  let wire: Wire;
  const children: Child[] = [];

  beforeAll(async () => {
    world = await NatsWorld.create();
    wire = await layWire(world.database.url);
  });
  beforeEach(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await world.reset();
    await endNatsServers();
  });
  afterAll(async () => {
    await wire.cut();
    await world.close();
  });

  test('a server that is killed in the middle of writes and comes back has every event, in order', async () => {
    const workspaceIds = [await world.makeWorkspace(), await world.makeWorkspace()];
    const relay = await world.startRelay(server);
    const writing = write(workspaceIds, 1_000);
    for (let kills = 0; kills < 3; kills++) {
      await until(() => writing.written >= (kills + 1) * 250, 'some are written');
      await server.kill();
      await server.start();
    }
    await writing.done;
    await relay.drain();
    const stored = await readStream(server);
    for (const id of workspaceIds) expect(positionsOf(stored, id)).toEqual(upTo(1_000));
  });

  test('a server that is gone for 10 s lacks nothing soon after, and was told of once', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await world.append(workspaceId, 100);
    await relay.drain();
    await server.kill();
    const writing = write([workspaceId], 400);
    await delay(10_000);
    await writing.done;
    await server.start();
    const back = Date.now();
    await relay.drain();
    expect(Date.now() - back).toBeLessThan(5_000);
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(500));
    expect(world.count(/"level":40.*Nobody listens at 127\.0\.0\.1:\d+: is NATS up\?/)).toBe(1);
    expect(world.count(/"level":30.*the relay to NATS works again/)).toBe(1);
  });

  test('a server that hangs is given up, and has every event once it goes on', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await world.append(workspaceId, 5);
    await relay.drain();
    server.freeze();
    await world.append(workspaceId, 5);
    await world.says(/"level":40.*(does not answer within 5 s|the connection was closed|stale)/);
    server.thaw();
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(10));
  });

  test('it starts before NATS does, and says so', async () => {
    const workspaceId = await world.makeWorkspace();
    await server.kill();
    const relay = await world.startRelay(server);
    await world.append(workspaceId, 5);
    await world.says(/Nobody listens at/);
    await server.start();
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(5));
  });

  test('when the database is gone for a while, it goes on where it was', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server, { url: wire.url });
    await world.append(workspaceId, 5);
    await relay.drain();
    await wire.cut();
    await world.append(workspaceId, 5);
    await until(() => !relay.isLeader, 'it has lost the lead');
    await wire.mend();
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(10));
  });

  test('a stand-by takes over within 5 s when the leader is killed in the middle of writes', async () => {
    await expectTakeOver('SIGKILL');
  });

  test('a stand-by takes over within 5 s when the leader stands still', async () => {
    const { child, workspaceId, relay } = await expectTakeOver('SIGSTOP');
    // what it still had to send when it stopped is in the stream already
    child.kill('SIGCONT');
    await world.append(workspaceId, 10);
    await relay.drain();
    await delay(500);
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(1_010));
    expect(relay.isLeader).toBe(true);
  });

  test('a stand-by takes over at once when the leader stops as it should', async () => {
    const workspaceId = await world.makeWorkspace();
    const leader = await world.startRelay(server);
    await until(() => leader.isLeader, 'it relays');
    const standBy = await world.startRelay(server);
    await world.append(workspaceId, 3);
    await leader.drain();
    await leader.stop();
    await world.append(workspaceId, 3);
    await standBy.drain();
    expect(standBy.isLeader).toBe(true);
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(6));
  });

  test('a process that can’t reach NATS leaves the lead to one that can', async () => {
    const workspaceId = await world.makeWorkspace();
    const elsewhere = await NatsServer.create();
    const cutOff = await world.startRelay(elsewhere);
    await world.says(/Nobody listens/);
    const relay = await world.startRelay(server);
    await world.append(workspaceId, 3);
    await relay.drain();
    expect([cutOff.isLeader, relay.isLeader]).toEqual([false, true]);
  });

  async function expectTakeOver(signal: 'SIGKILL' | 'SIGSTOP') {
    const workspaceId = await world.makeWorkspace();
    const child = await startChild();
    const relay: Relay = await world.startRelay(server);
    const writing = write([workspaceId], 1_000);
    await until(() => writing.written >= 300, 'some are written');
    child.kill(signal);
    const killed = Date.now();
    await until(() => relay.isLeader, 'the stand-by leads');
    expect(Date.now() - killed).toBeLessThan(5_000);
    await writing.done;
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(1_000));
    return { child, workspaceId, relay };
  }

  /** Appends events one by one to each of some workspaces. */
  function write(workspaceIds: readonly string[], count: number) {
    const writing = { written: 0, done: Promise.resolve() };
    writing.done = (async () => {
      while (writing.written < count) {
        for (const id of workspaceIds) await world.append(id);
        writing.written++;
      }
    })();
    return writing;
  }

  async function startChild(): Promise<Child> {
    const script = join(__dirname, 'relay-in-child.mjs');
    const child = spawn(process.execPath, [script, world.database.url, server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }
});

describeWithNats('a NATS that can’t be used', () => {
  let world: NatsWorld;

  beforeAll(async () => {
    world = await NatsWorld.create();
  });
  afterEach(async () => {
    await world.reset();
    await endNatsServers();
  });
  afterAll(() => world.close());

  test('says that the sign-in is refused, and not with what', async () => {
    const server = await NatsServer.start({ user: 'parley', password: 'right horse' });
    const url = server.url.replace('right horse', 'wrong%20horse');
    await world.startRelay(server, { nats: natsConfig({ url }) });
    await world.says(
      /refuses the sign-in: check the user and password, or the token, in NATS_URL\. Events wait/,
    );
    expect(world.logged.join('')).not.toContain('horse');
  });

  test('says that the sign-in is missing', async () => {
    const server = await NatsServer.start({ user: 'parley', password: 'right' });
    const url = `nats://127.0.0.1:${server.port}`;
    await world.startRelay(server, { nats: natsConfig({ url }) });
    await world.says(/refuses the sign-in/);
  });

  test('works with the right password, and with a token', async () => {
    const workspaceId = await world.makeWorkspace();
    await world.append(workspaceId);
    const server = await NatsServer.start({ user: 'parley', password: 'right' });
    const relay = await world.startRelay(server);
    await relay.drain();
    expect(await readStream(server)).toHaveLength(1);
    await relay.stop();

    const other = await NatsServer.start({ settings: 'authorization { token: "s3cret/token" }' });
    const url = `nats://s3cret%2Ftoken@127.0.0.1:${other.port}`;
    const second = await world.startRelay(other, { nats: natsConfig({ url }) });
    await until(() => second.isLeader, 'it relays');
  });

  test('says that JetStream is not enabled', async () => {
    const server = await NatsServer.start({ jetstream: false });
    await world.startRelay(server);
    await world.says(/JetStream does not answer at .*: it is not enabled \(nats-server -js\)/);
  });

  test('says that one server can’t keep three copies', async () => {
    const server = await NatsServer.start();
    const nats = natsConfig(server, { PARLEY_NATS_REPLICAS: '3' });
    await world.startRelay(server, { nats });
    await world.says(/can't keep that many copies of the stream PARLEY .*PARLEY_NATS_REPLICAS/);
  });

  test('says that another stream has our subjects', async () => {
    const server = await NatsServer.start();
    await server.with((manager) =>
      manager.streams.add({ name: 'OTHER', subjects: ['parley.events.*.customer.>'] }),
    );
    await world.startRelay(server);
    await world.says(/Another stream has the subjects of the stream PARLEY.*PARLEY_NATS_STREAM/);
  });

  test('says that we may not publish', async () => {
    const settings = `authorization { users: [
      { user: parley, password: right, permissions: { publish: "$JS.API.>", subscribe: ">" } }
    ] }`;
    const server = await NatsServer.start({ settings });
    const url = `nats://parley:right@127.0.0.1:${server.port}`;
    await world.append(await world.makeWorkspace(), 2);
    await world.startRelay(server, { nats: natsConfig({ url }) });
    await world.says(
      /does not let the user of NATS_URL publish to \\"parley\.events\.wsp_\w+\.customer\.tagged\\": grant it/,
    );
  });

  test('says that it has no room, and takes the events when it has', async () => {
    const workspaceId = await world.makeWorkspace();
    await world.append(workspaceId, 100);
    const server = await NatsServer.start();
    await server.with((manager) =>
      manager.streams.add({
        name: 'PARLEY',
        subjects: ['parley.events.>'],
        max_msgs: 50,
        discard: 'new',
      }),
    );
    const relay = await world.startRelay(server);
    await world.says(/"level":40.*maximum messages exceeded/);
    await server.with((manager) => manager.streams.update('PARLEY', { max_msgs: -1 }));
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(100));
  });

  test('says that an event is too large for it', async () => {
    await world.append(await world.makeWorkspace());
    const server = await NatsServer.start({ settings: 'max_payload: 300' });
    await world.startRelay(server);
    await world.says(/max_payload/);
  });
});
