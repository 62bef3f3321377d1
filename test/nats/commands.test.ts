import pino from 'pino';
import type { StoredEvent } from '../../src/events/log';
import { startRelay } from '../../src/nats/relay';
import { startNatsSource } from '../../src/nats/source';
import { startTestApp, type TestApp } from '../support/app';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { asOwner } from '../support/owner';
import { until } from '../support/process';
import { makeChannel, recordMessage } from '../support/world';
import { natsConfig } from './nats-world';

describeWithNats('events of commands, by way of NATS', () => {
  let parley: TestApp;
  let server: NatsServer;

  beforeAll(async () => {
    server = await NatsServer.start();
    parley = await startTestApp({}, 'all');
  });
  afterAll(async () => {
    await parley.close();
    await endNatsServers();
  });

  test('are the events of the log, each once and in order', async () => {
    const log = pino({ level: 'silent' });
    const nats = natsConfig(server);
    const url = parley.database.url;
    const relay = await startRelay({ url, nats, log, retentionDays: 30 });
    await until(() => relay.isLeader, 'it relays');
    const heard: StoredEvent[] = [];
    const source = await startNatsSource({
      ...{ nats, log },
      onEvents: (events) => void heard.push(...events),
      onGap: () => undefined,
    });
    await until(() => source.isAttached, 'events come by way of NATS');

    try {
      const { owner, workspaceId } = await parley.workspace();
      const channelId = await makeChannel(owner);
      const record = () => recordMessage(owner, channelId, { threadKey: 'one' });
      await Promise.all(Array.from({ length: 60 }, record));
      await parley.app.drain();
      await relay.drain();

      const rows = await asOwner<{ id: string; type: string }>(
        parley,
        'select event_id id, type from event_log where workspace_id = $1 order by position',
        [workspaceId],
      );
      expect(rows.filter(({ type }) => type === 'message.added')).toHaveLength(60);
      const ours = () => heard.filter((event) => event.workspaceId === workspaceId);
      await until(() => ours().length >= rows.length, 'all are heard');
      expect(ours().map(({ id, type }) => ({ id, type }))).toEqual(rows);
      expect(ours().map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
    } finally {
      await source.stop();
      await relay.stop();
    }
  });
});
