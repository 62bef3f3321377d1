import { positionsOf, readStream } from '../nats/nats-world';
import { describeWithNats, endNatsServers, NatsServer } from '../support/nats-server';
import { endProcesses, until } from '../support/process';
import { Fleet } from './fleet';
import { Trial } from './trial';

// far more than it takes: other tests run beside it
jest.setTimeout(240_000);

const TEN_SECONDS = 10_000;

describeWithNats('an API process that NATS feeds', () => {
  let nats: NatsServer;
  let fleet: Fleet;

  beforeAll(async () => {
    nats = await NatsServer.start();
    fleet = await Fleet.start({ env: { NATS_URL: nats.url } });
  });

  afterAll(async () => {
    await fleet?.close();
    await endProcesses();
    await endNatsServers();
  });

  test('tells each event once when NATS is restarted, and when it is gone for ten seconds', async () => {
    const log = await Trial.run(fleet, async (load) => {
      load.mark('NATS was restarted');
      await nats.kill('SIGTERM');
      await nats.start();
      await load.reaches(1_300);
      load.mark('NATS was gone');
      await nats.kill();
      const goneSince = Date.now();
      await until(() => Date.now() - goneSince >= TEN_SECONDS, 'ten seconds pass');
      await nats.start();
    });
    const positions = log.map(({ position }) => position);
    const relayed = async () => {
      const all = positionsOf(await readStream(nats), log[0]!.workspace);
      return all.filter((position) => position >= positions[0]! && position <= positions.at(-1)!);
    };
    await until(async () => (await relayed()).length >= positions.length, 'the relay catches up');
    expect(await relayed()).toEqual(positions);
  });
});
