import { jetstream } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { globalId } from '../../src/domain/kit/ids';
import { readLog } from '../../src/events/log';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { until } from '../support/process';
import { natsConfig, NatsWorld, positionsOf, readStream, upTo } from './nats-world';

describeWithNats('the relay to NATS', () => {
  let world: NatsWorld;
  let server: NatsServer;

  beforeAll(async () => {
    world = await NatsWorld.create();
  });
  beforeEach(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    await world.reset();
    await endNatsServers();
  });
  afterAll(() => world.close());

  test('every event of the log comes to the stream once, in order, under its workspace and type', async () => {
    const [ours, theirs] = [await world.makeWorkspace(), await world.makeWorkspace()];
    await world.append(ours, 3);
    const relay = await world.startRelay(server);
    await relay.drain();
    for (const workspaceId of [theirs, ours, ours, theirs]) await world.append(workspaceId);
    await relay.drain();

    const stored = await readStream(server);
    expect(positionsOf(stored, ours)).toEqual(upTo(5));
    expect(positionsOf(stored, theirs)).toEqual(upTo(2));
    for (const { subject, messageId, position, event } of stored) {
      const workspace = globalId('Workspace', event.workspaceId);
      expect(subject).toBe(`parley.events.${workspace}.customer.tagged`);
      expect(messageId).toBe(globalId('Event', event.id));
      expect(position).toBe(event.position);
    }
  });

  test('a message shows the event as all outlets do, and the log gets it back as it was', async () => {
    const workspaceId = await world.makeWorkspace();
    await world.append(workspaceId, 2);
    const relay = await world.startRelay(server);
    await relay.drain();

    const stored = await readStream(server);
    const page = { after: 0, limit: 10 };
    const log = await readLog(world.owner, workspaceId, page);
    expect(stored.map(({ event }) => event)).toEqual(log);
    const [event] = log;
    expect(stored[0]!.payload).toEqual({
      id: globalId('Event', event!.id),
      position: 1,
      type: 'customer.tagged',
      version: 1,
      occurredAt: event!.occurredAt,
      recordedAt: event!.recordedAt,
      actor: { kind: 'USER', id: globalId('User', event!.actor.id) },
      subjectId: globalId('Customer', event!.subjectId),
      tombstone: false,
      data: { tagId: globalId('Tag', event!.data.tagId as string) },
      workspaceId: globalId('Workspace', workspaceId),
      conversationId: null,
      customerId: globalId('Customer', event!.subjectId),
      channelId: null,
    });
  });

  test('events that are published again are dropped as duplicates', async () => {
    const workspaceId = await world.makeWorkspace();
    await world.append(workspaceId, 5);
    const first = await world.startRelay(server);
    await first.drain();
    await first.stop();
    // as if the process had ended between the stream's confirmation and its own note of it
    await world.owner.query('delete from event_relay');
    await world.append(workspaceId);
    const second = await world.startRelay(server);
    await second.drain();

    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(6));
    expect(world.count(/"duplicates":5/)).toBe(1);
  });

  test('a long backlog does not hold up the other workspaces', async () => {
    const made = [await world.makeWorkspace(), await world.makeWorkspace()];
    // it begins with the lowest id
    const [long, short] = made.sort() as [string, string];
    await world.append(long, 5_000);
    await world.append(short, 3);
    const relay = await world.startRelay(server);
    await relay.drain();

    const stored = await readStream(server);
    expect(positionsOf(stored, long)).toEqual(upTo(5_000));
    expect(positionsOf(stored, short)).toEqual(upTo(3));
    const last = stored.findLast(({ event }) => event.workspaceId === short)!;
    expect(last.seq).toBeLessThan(1_500);
  });

  test('more workspaces than one look at the cursors brings are all relayed', async () => {
    await world.owner.query(`
      with made as (
        insert into workspace select gen_random_uuid(), 'Many', now() from generate_series(1, 2100)
        returning workspace_id
      ), heads as (insert into event_head select workspace_id, 1 from made)
      insert into event_log (workspace_id, position, sequenced_at, event_id, type, version,
        occurred_at, recorded_at, actor, subject, data)
      select workspace_id, 1, now(), gen_random_uuid(), 'workspace.created', 1, now(), now(),
        json_build_object('kind', 'SYSTEM', 'id', workspace_id), workspace_id, '{}' from made`);
    const relay = await world.startRelay(server);
    await relay.drain();
    const stored = await readStream(server);
    expect(stored).toHaveLength(2_100);
    expect(new Set(stored.map(({ event }) => event.workspaceId)).size).toBe(2_100);
  });

  test('a notice that names no workspaces has it look at all of them', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await until(() => relay.isLeader, 'it relays');
    await world.append(workspaceId, 2, '');
    await until(async () => (await readStream(server)).length === 2, 'both are in the stream');
  });

  test('a notice that is none of the sequencer’s does no harm', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await until(() => relay.isLeader, 'it relays');
    for (const payload of ['nonsense', '{"a": 1}', '[1]', `{"${workspaceId}": 99}`]) {
      await world.owner.query(`select pg_notify('parley_log', $1)`, [payload]);
    }
    await world.append(workspaceId, 2);
    await until(async () => (await readStream(server)).length === 2, 'both are in the stream');
    expect(relay.isLeader).toBe(true);
    expect(world.count(/"level":[45]0/)).toBe(0);
  });

  test('what retention removed before it could be relayed is passed over, and told', async () => {
    const workspaceId = await world.makeWorkspace();
    const gone = await world.makeWorkspace();
    for (const id of [workspaceId, gone]) await world.append(id, 2);
    const first = await world.startRelay(server);
    await first.drain();
    await first.stop();
    for (const id of [workspaceId, gone]) await world.append(id, 4);
    await world.owner.query('delete from event_log where workspace_id = $1', [gone]);
    await world.owner.query('delete from event_log where position < 5');
    const second = await world.startRelay(server);
    await second.drain();
    await world.append(gone);
    await second.drain();

    const stored = await readStream(server);
    expect(positionsOf(stored, workspaceId)).toEqual([1, 2, 5, 6]);
    expect(positionsOf(stored, gone)).toEqual([1, 2, 7]);
    const told = world.logged.filter((line) => line.includes('retention removed'));
    const gaps = told.map((line) => JSON.parse(line) as Record<string, unknown>);
    const sorted = gaps.sort((a, b) => Number(a.to) - Number(b.to));
    expect(sorted).toMatchObject([
      { workspaceId, from: 3, to: 4 },
      { workspaceId: gone, from: 3, to: 6 },
    ]);
  });

  test('the stream keeps events as long as the log, and what an operator has set stays', async () => {
    await server.with((manager) =>
      manager.streams.add({ name: 'PARLEY', subjects: ['parley.events.>'], max_bytes: 1e9 }),
    );
    const relay = await world.startRelay(server, { retentionDays: 7 });
    await until(() => relay.isLeader, 'it relays');
    const { config } = await server.with((manager) => manager.streams.info('PARLEY'));
    expect(config).toMatchObject({
      subjects: ['parley.events.>'],
      storage: 'file',
      retention: 'limits',
      max_age: nanos(7 * 24 * 60 * 60 * 1_000),
      duplicate_window: nanos(120_000),
      num_replicas: 1,
      max_bytes: 1e9,
    });
  });

  test('two installations share a server under names of their own', async () => {
    const workspaceId = await world.makeWorkspace();
    const nats = natsConfig(server, { PARLEY_NATS_STREAM: 'Parley_Test-2' });
    const relay = await world.startRelay(server, { nats });
    await world.append(workspaceId);
    await relay.drain();
    const [message] = await readStream(server, 'Parley_Test-2');
    expect(message!.subject).toMatch(/^parley_test-2\.events\.wsp_/);
  });

  test('a stream that was deleted is made again, though nothing happens', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await world.append(workspaceId, 2);
    await relay.drain();
    await server.with((manager) => manager.streams.delete('PARLEY'));
    await until(
      () =>
        server.with((manager) =>
          manager.streams.info('PARLEY').then(
            () => true,
            () => false,
          ),
        ),
      'it is there again',
    );
    await world.append(workspaceId);
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual([3]);
  });

  test('a stream that is deleted while events come has all that come after it was made again', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await until(() => relay.isLeader, 'it relays');
    await server.with((manager) => manager.streams.delete('PARLEY'));
    await world.append(workspaceId, 3);
    await relay.drain();
    expect(positionsOf(await readStream(server), workspaceId)).toEqual(upTo(3));
    await world.says(/the relay to NATS works again/);
  });

  test('a consumer of NATS’s own can listen to one kind of event of one workspace', async () => {
    const [ours, theirs] = [await world.makeWorkspace(), await world.makeWorkspace()];
    const relay = await world.startRelay(server);
    await world.append(theirs);
    await world.append(ours, 2);
    await relay.drain();
    const filter = `parley.events.${globalId('Workspace', ours)}.customer.*`;
    const pending = await server.with(async (_, connection) => {
      const consumers = jetstream(connection).consumers;
      const consumer = await consumers.get('PARLEY', { filter_subjects: filter });
      return (await consumer.info()).num_pending;
    });
    expect(pending).toBe(2);
  });

  test('draining fails with the reason when the relay can’t go on', async () => {
    const workspaceId = await world.makeWorkspace();
    const relay = await world.startRelay(server);
    await relay.drain();
    await server.kill();
    await world.append(workspaceId);
    await expect(relay.drain(0.2)).rejects.toThrow('NATS lacks events after 0.2 s.');
  });
});
