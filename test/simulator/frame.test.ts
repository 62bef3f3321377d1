import { SteppedClock } from '../../src/simulator/clock';
import { custom } from '../../src/simulator/custom';
import { parseFaults } from '../../src/simulator/faults';
import { Random } from '../../src/simulator/random';
import { Simulation } from '../../src/simulator/simulation';
import { Receiver } from '../webhooks/receiver';

/** What every platform has from the frame, tried with the smallest of them. */

let receiver: Receiver;
let clock: SteppedClock;
let simulation: Simulation<ReturnType<typeof custom.begin>>;

beforeEach(async () => {
  receiver = await Receiver.start();
  clock = new SteppedClock(new Date('2026-03-01T12:00:00Z'));
  simulation = await Simulation.start(custom, { clock, seed: 7, accounts: ['one', 'two'] });
});
afterEach(async () => {
  await simulation.stop();
  await receiver.stop();
});

/** What the address was told, request by request. */
const told = () =>
  receiver.received.map(({ payload }) =>
    (payload as unknown as { items: { n: number }[] }).items.map(({ n }) => n),
  );

const listen = (of: object = {}) => simulation.addHook({ url: receiver.url, ...of });

function tell(...numbers: number[]): void {
  for (const n of numbers) simulation.tell('one', { n });
}

async function send(): Promise<{ status: number; json: unknown }> {
  const body = JSON.stringify({ clientKey: 'k', body: 'Hello', conversation: { threadKey: 't' } });
  const at = clock.now();
  const headers = custom.sign({ id: 'k', body: Buffer.from(body), at }, simulation.hooks[0]!);
  const init = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  };
  const response = await fetch(`${simulation.url}/send`, init);
  return { status: response.status, json: await response.json() };
}

test('tells what happens at once, signed, and in order', async () => {
  await listen();
  tell(1, 2);
  expect(told()).toEqual([]);
  await simulation.settle();
  expect(told()).toEqual([[1], [2]]);
  expect(receiver.received[0]!.headers['webhook-signature']).toMatch(/^v1,/);
});

test('tries again by the platform’s schedule, with the same bytes, until it is taken', async () => {
  await listen();
  receiver.answer(({ number }) => (number < 3 ? 500 : 200));
  tell(1);
  await clock.advance(4);
  expect(told()).toHaveLength(1);
  await clock.advance(1);
  expect(told()).toHaveLength(2);
  await clock.advance(300);
  expect(told()).toEqual([[1], [1], [1]]);
  await clock.advance(100_000);
  expect(told()).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
});

test('drops what was never taken, and tells no more to an address that keeps failing', async () => {
  const hook = await listen();
  receiver.answer(() => 500);
  tell(1);
  await clock.advance(1_000_000);
  expect(told()).toHaveLength(custom.retrySeconds.length + 1);
  simulation.faults.set({ disableAfter: 8 });
  tell(2, 3);
  await clock.advance(1_000_000);
  expect(hook.isDisabled).toBe(true);
  expect(told()).toHaveLength(custom.retrySeconds.length + 2);
});

test('delivers twice, late, in another order and several at once where it is told to', async () => {
  await listen();
  simulation.faults.set({ duplicates: 1 });
  tell(1);
  await simulation.settle();
  expect(told()).toEqual([[1], [1]]);
  simulation.faults.clear();
  simulation.faults.set({ reordering: 1, batching: 3, delaySeconds: 60 });
  tell(2, 3, 4, 5);
  await simulation.settle();
  expect(told()).toHaveLength(2);
  await clock.advance(61);
  expect(told().slice(2).flat().sort()).toEqual([2, 3, 4, 5]);
  simulation.faults.clear();
  simulation.faults.set({ batching: 3 });
  tell(6, 7, 8, 9);
  await clock.advance(1);
  expect(told().slice(-2)).toEqual([[6, 7, 8], [9]]);
});

test('gives an account’s events to the address that names it, and else to that of all', async () => {
  const other = await Receiver.start();
  try {
    await listen();
    await simulation.addHook({ url: other.url, accounts: ['two'] });
    simulation.tell('one', { n: 1 });
    simulation.tell('two', { n: 2 });
    await simulation.settle();
    expect(told()).toEqual([[1]]);
    expect(other.received).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

test('takes calls, refuses what is not signed, and says that customers have read', async () => {
  await listen();
  expect(await send()).toMatchObject({ status: 200, json: { externalId: 'out-2' } });
  const unsigned = await fetch(`${simulation.url}/send`, { method: 'POST', body: '{}' });
  expect(unsigned.status).toBe(401);
  expect((await fetch(`${simulation.url}/elsewhere`)).status).toBe(404);
  await clock.advance(60);
  const statuses = receiver.received.map(({ body }) => /"status":"(\w+)"/.exec(body)?.[1]);
  expect(statuses).toEqual(['DELIVERED', 'READ']);
});

test('fails as platforms do: too many requests, dead tokens, and errors after having done it', async () => {
  await listen();
  simulation.faults.next('rateLimited');
  expect((await send()).status).toBe(429);
  simulation.faults.next('failing');
  expect((await send()).status).toBe(500);
  expect(simulation.state.messages.size).toBe(0);
  simulation.faults.next('failingAfter');
  expect((await send()).status).toBe(500);
  expect(simulation.state.messages.get('k')).toHaveLength(1);
  simulation.faults.next('cutOff');
  await expect(send()).rejects.toThrow();
  expect(simulation.state.messages.get('k')).toHaveLength(2);
  simulation.faults.set({ tokenDead: true });
  expect((await send()).status).toBe(401);
  simulation.faults.clear();
  simulation.faults.set({ windowClosed: true });
  expect(await send()).toMatchObject({ status: 422, json: { code: 'WINDOW_CLOSED' } });
});

test('tells what a call brought about before the call is answered, where it is told to', async () => {
  await listen();
  simulation.faults.set({ echoFirst: true });
  const order: string[] = [];
  receiver.answer(() => {
    order.push('told');
    return 200;
  });
  tell(1);
  await send();
  order.push('answered');
  expect(order).toEqual(['told', 'answered']);
});

test('keeps files at addresses that lead nowhere after a while', async () => {
  simulation.media.keep('file', Buffer.from('bytes'), 'image/png');
  simulation.faults.set({ mediaSeconds: 30 });
  const url = simulation.media.urlOf('file');
  expect(await (await fetch(url)).text()).toBe('bytes');
  await clock.advance(31);
  expect((await fetch(url)).status).toBe(404);
  expect(await (await fetch(simulation.media.urlOf('file'))).text()).toBe('bytes');
});

test('can be looked at and told what to do while it runs', async () => {
  const post = async (what: string, json: object) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify(json);
    const response = await fetch(`${simulation.url}/simulator/${what}`, { ...init, body });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  await post('hooks', { url: receiver.url });
  await post('faults', { duplicates: 1 });
  const { json } = await post('happenings', { name: 'customer-writes' });
  expect(json).toMatchObject({
    platform: 'custom',
    hooks: [{ url: receiver.url, isDisabled: false }],
    faults: { duplicates: 1 },
  });
  await simulation.settle();
  expect(receiver.received).toHaveLength(2);
  expect(await post('happenings', { name: 'earthquake' })).toEqual({
    status: 400,
    json: { message: expect.stringContaining('customer-writes') as string },
  });
  expect((await post('faults', { gremlins: 1 })).json['message']).toMatch(/There is no fault/);
});

test('does the same again for the same seed', () => {
  const series = (seed: number) => {
    const random = new Random(seed);
    return [
      random.next(),
      random.below(9),
      random.digits(6),
      random.letters(4),
      ...random.shuffled([1, 2, 3]),
    ];
  };
  expect(series(3)).toEqual(series(3));
  expect(series(3)).not.toEqual(series(4));
});

test('reads faults as they are written, and says which there are', () => {
  expect(parseFaults('duplicates=0.2,tokenDead')).toEqual({ duplicates: 0.2, tokenDead: true });
  expect(() => parseFaults('duplicates=often')).toThrow(/takes a number/);
  expect(() => parseFaults('tokenDead=2')).toThrow(/true or false/);
  expect(() => parseFaults('gremlins')).toThrow(/there are duplicates/);
});
