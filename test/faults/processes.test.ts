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

test('all outlets tell the same, each event once, when the API process is killed, then a worker that stands by, then the one that sequences events, then every connection to the database is ended, then the database is out of reach for a while', async () => {
  await Trial.run(fleet, async (load) => {
    const before = load.failures;
    load.mark('the API process was killed');
    await fleet.replaceApi();
    // it was at work
    expect(load.failures).toBeGreaterThan(before);
    await load.reaches(900);
    load.mark('a worker that stands by was killed');
    await fleet.replaceWorker('STAND_BY');
    await load.reaches(1_100);
    load.mark('the worker that sequences events was killed');
    await fleet.replaceWorker('LEADER');
    await load.reaches(1_300);
    load.mark('every connection was ended');
    expect(await fleet.terminateConnections()).toBeGreaterThan(10);
    await load.reaches(1_500);
    load.mark('the wire was cut');
    const { failures } = load;
    await fleet.cutWireUntil(() => load.failures > failures + 50, 'writers fail');
  });
});
