import { Pool } from 'pg';
import { Sessions } from '../../src/db/sessions';
import { Feed } from '../../src/events/feed';
import type { StoredEvent } from '../../src/events/log';
import type { NatsSource } from '../../src/nats/source';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { until } from '../support/process';
import { NatsWorld, upTo } from './nats-world';

describeWithNats('a process that is fed from NATS', () => {
  let world: NatsWorld;
  let server: NatsServer;
  let pool: Pool;

  beforeAll(async () => {
    world = await NatsWorld.create();
    pool = new Pool({ connectionString: world.database.url, max: 2 });
    pool.on('error', () => undefined);
  });
  beforeEach(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    await world.reset();
    await endNatsServers();
  });
  afterAll(async () => {
    await pool.end();
    await world.close();
  });

  /** A source with all that it gave. */
  async function listen(target: Pick<NatsServer, 'url'> = server) {
    const heard: StoredEvent[] = [];
    let gaps = 0;
    const source = await world.startSource(target, {
      onEvents: (events) => void heard.push(...events),
      onGap: () => void gaps++,
    });
    return { source, heard, gaps: () => gaps };
  }

  /** A source with the feed of a workspace behind it, as in an API process. */
  async function follow(workspaceId: string) {
    const seen: StoredEvent[] = [];
    const feed = new Feed(workspaceId, {
      sessions: new Sessions(pool),
      log: { warn: () => undefined } as never,
      onEvents: (events) => void seen.push(...events),
      onGap: () => undefined,
    });
    await feed.open();
    const source = await world.startSource(server, {
      onEvents: (events) => feed.push(events.filter((event) => event.workspaceId === workspaceId)),
      onGap: () => void feed.bounds().then(({ head }) => feed.advance(head)),
    });
    return { source, positions: () => seen.map(({ position }) => position) };
  }

  function attached(source: NatsSource): Promise<void> {
    return until(() => source.isAttached, 'events come by way of NATS');
  }

  async function startRelay() {
    const relay = await world.startRelay(server);
    await until(() => relay.isLeader, 'it relays');
    return relay;
  }

  test('gets new events as the log has them, in order, and none from before', async () => {
    const [ours, theirs] = [await world.makeWorkspace(), await world.makeWorkspace()];
    const relay = await startRelay();
    await world.append(ours, 2);
    await relay.drain();
    const { source, heard, gaps } = await listen();
    await attached(source);
    expect(gaps()).toBe(1);

    await world.append(theirs, 300);
    for (let written = 0; written < 100; written++) await world.append(ours, 3);
    await until(() => heard.length === 600, 'all are heard');
    const positions = (id: string) =>
      heard.filter(({ workspaceId }) => workspaceId === id).map(({ position }) => position);
    expect(positions(theirs)).toEqual(upTo(300));
    expect(positions(ours)).toEqual(upTo(302).slice(2));
    const { rows } = await world.owner.query<{ event_id: string; data: object }>(
      'select event_id, data from event_log where workspace_id = $1 order by position offset 2',
      [ours],
    );
    const ofOurs = heard.filter(({ workspaceId }) => workspaceId === ours);
    expect(ofOurs.map(({ id, data }) => ({ event_id: id, data }))).toEqual(rows);
    expect(gaps()).toBe(1);
  });

  test('misses nothing when NATS is killed in the middle of writes and comes back', async () => {
    const workspaceId = await world.makeWorkspace();
    await startRelay();
    const { source, positions } = await follow(workspaceId);
    await attached(source);
    let starting = Promise.resolve();
    for (let written = 0; written < 600; written++) {
      await world.append(workspaceId);
      if (written % 200 === 100) {
        await starting;
        await server.kill();
        starting = server.start();
      }
    }
    await starting;
    await until(() => positions().length >= 600, 'all are seen');
    expect(positions()).toEqual(upTo(600));
  });

  test('says once that NATS is not there at the start, and is fed when it is', async () => {
    const workspaceId = await world.makeWorkspace();
    await server.kill();
    const { source, heard } = await listen();
    await world.says(/"level":40.*Nobody listens at .*Events do not come by way of NATS/);
    await until(() => world.count(/"level":20.*Nobody listens/) > 1, 'it tries again');
    expect(world.count(/"level":40/)).toBe(1);
    await server.start();
    await startRelay();
    await attached(source);
    await world.append(workspaceId, 2);
    await until(() => heard.length === 2, 'both are heard');
    expect(world.count(/"level":30.*events come by way of NATS again/)).toBe(1);
  });

  test('waits for the stream, which the relay makes', async () => {
    const { source } = await listen();
    await world.says(
      /The stream PARLEY is not there \(yet\): the process that relays events makes it/,
    );
    await startRelay();
    await attached(source);
  });

  test('begins anew, and reports a gap, when the stream is deleted', async () => {
    const workspaceId = await world.makeWorkspace();
    await startRelay();
    const { source, positions } = await follow(workspaceId);
    await attached(source);
    await world.append(workspaceId, 3);
    await until(() => positions().length === 3, 'all are seen');
    await server.with((manager) => manager.streams.delete('PARLEY'));
    await until(() => !source.isAttached, 'it has noticed');
    await world.append(workspaceId, 3);
    await attached(source);
    await world.append(workspaceId, 3);
    await until(() => positions().length === 9, 'all are seen');
    expect(positions()).toEqual(upTo(9));
  });

  test('begins anew, and reports a gap, when its consumer is deleted', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await startRelay();
    const { source, heard, gaps } = await listen();
    await attached(source);
    await server.with(async (manager) => {
      for await (const { name } of manager.consumers.list('PARLEY')) {
        await manager.consumers.delete('PARLEY', name);
      }
    });
    await until(() => !source.isAttached, 'it has noticed');
    await attached(source);
    expect(gaps()).toBeGreaterThan(1);
    await world.append(workspaceId);
    await relay.drain();
    await until(() => heard.length === 1, 'it is heard');
  });

  test('notices within 5 s that NATS hangs, and reports a gap', async () => {
    await startRelay();
    const { source, gaps } = await listen();
    await attached(source);
    server.freeze();
    const frozen = Date.now();
    await until(() => !source.isAttached, 'it has noticed');
    expect(Date.now() - frozen).toBeLessThan(5_000);
    expect(gaps()).toBe(2);
    server.thaw();
    await attached(source);
    expect(gaps()).toBe(3);
  });

  test('leaves out what others publish there, and says so once', async () => {
    const workspaceId = await world.makeWorkspace();
    await startRelay();
    const { source, heard } = await listen();
    await attached(source);
    await server.with(async (_, connection) => {
      for (const payload of ['', '{', 'null', '[]', '{"id":"evt_1"}']) {
        connection.publish('parley.events.wsp_1.message.added', payload);
      }
      await connection.flush();
    });
    await world.append(workspaceId);
    await until(() => heard.length === 1, 'the event is heard');
    expect(world.count(/"level":20.*is no event of Parley/)).toBe(4);
    expect(world.count(/"level":40.*is no event of Parley/)).toBe(1);
  });

  test('goes on when events could not be taken', async () => {
    const workspaceId = await world.makeWorkspace();
    await startRelay();
    const heard: number[] = [];
    const source = await world.startSource(server, {
      onEvents: (events) => {
        heard.push(...events.map(({ position }) => position));
        if (heard.length === 1) throw new Error('not now');
      },
      onGap: () => undefined,
    });
    await attached(source);
    await world.append(workspaceId);
    await world.says(/"level":40.*not now.*events from NATS could not be taken/);
    await world.append(workspaceId);
    await until(() => heard.length === 2, 'the next one is heard');
    expect(heard).toEqual([1, 2]);
  });

  test('says in words that its sign-in is refused', async () => {
    const closed = await NatsServer.start({ user: 'parley', password: 'right' });
    await listen({ url: closed.url.replace('right', 'wrong') });
    await world.says(/refuses the sign-in: check the user and password, or the token, in NATS_URL/);
  });

  test('leaves no consumer behind when it stops', async () => {
    await startRelay();
    const { source } = await listen();
    await attached(source);
    const consumers = () =>
      server.with(async (manager) => (await manager.streams.info('PARLEY')).state.consumer_count);
    expect(await consumers()).toBe(1);
    await source.stop();
    expect(await consumers()).toBe(0);
  });
});
