import { endProcesses } from '../support/process';
import { Fleet } from './fleet';
import { Trial } from './trial';

// far more than it takes: other tests run beside it
jest.setTimeout(240_000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start({ byWire: true });
});

afterAll(async () => {
  await fleet?.close();
  await endProcesses();
});

test('all outlets tell the same, each event once, when the database ends every connection, and when it is out of reach for a while', async () => {
  await Trial.run(fleet, async (load) => {
    load.mark('every connection was ended');
    expect(await fleet.terminateConnections()).toBeGreaterThan(10);
    const { failures } = load;
    await load.reaches(1_300);
    load.mark('the wire was cut');
    await fleet.cutWireUntil(() => load.failures > failures + 50, 'writers fail');
  });
});
