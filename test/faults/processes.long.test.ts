import { endProcesses } from '../support/process';
import { Fleet } from './fleet';
import { Trial } from './trial';

// far more than it takes: other tests run beside it
jest.setTimeout(240_000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start();
});

afterAll(async () => {
  await fleet?.close();
  await endProcesses();
});

test('all outlets tell the same, each event once, when the API process is killed, then a worker that stands by, then the one that sequences events', async () => {
  await Trial.run(fleet, async (load) => {
    const { failures } = load;
    load.mark('the API process was killed');
    await fleet.replaceApi();
    // it was at work
    expect(load.failures).toBeGreaterThan(failures);
    await load.reaches(1_000);
    load.mark('a worker that stands by was killed');
    await fleet.replaceWorker('STAND_BY');
    await load.reaches(1_400);
    load.mark('the worker that sequences events was killed');
    await fleet.replaceWorker('LEADER');
  });
});
