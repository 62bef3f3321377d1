import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { until } from '../support/process';
import { natsConfig, NatsWorld } from './nats-world';

const page = readFileSync(join(__dirname, '../../docs/nats.md'), 'utf8');

/** The subjects that docs/nats.md grants to a process, for its user in a server's configuration. */
function granted(process: string): string {
  const row = page.split('\n').find((line) => line.startsWith(`| ${process} `))!;
  const [publish, subscribe] = row.split('|').slice(2, 4);
  return `{ publish: [${list(publish!)}], subscribe: [${list(subscribe!)}] }`;
}

function list(cell: string): string {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, subject]) => `"${subject}"`).join(', ');
}

describeWithNats('the rights that docs/nats.md names', () => {
  let world: NatsWorld;

  beforeAll(async () => {
    world = await NatsWorld.create();
  });
  afterEach(async () => {
    await world.reset();
    await endNatsServers();
  });
  afterAll(() => world.close());

  test('are enough for workers and API processes', async () => {
    const server = await NatsServer.start({
      settings: `authorization { users: [
        { user: worker, password: one, permissions: ${granted('worker')} }
        { user: api, password: two, permissions: ${granted('API')} }
      ] }`,
    });
    const as = (user: string) => `nats://${user}@127.0.0.1:${server.port}`;
    // as the operator of an older Parley, whose stream has to be brought up to date
    for (const retentionDays of [7, 8]) {
      const nats = natsConfig({ url: as('worker:one') });
      const relay = await world.startRelay(server, { nats, retentionDays });
      await until(() => relay.isLeader, 'it relays');
      await relay.drain();
      if (retentionDays === 7) await relay.stop();
    }
    let heard = 0;
    const source = await world.startSource(
      { url: as('api:two') },
      { onEvents: ({ length }) => void (heard += length), onGap: () => undefined },
    );
    await until(() => source.isAttached, 'events come by way of NATS');
    await world.append(await world.makeWorkspace(), 3);
    await until(() => heard === 3, 'all are heard');
    await source.stop();
    expect(world.count(/"level":[45]0/)).toBe(0);
  });
});
