import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import pino from 'pino';
import { ENV, connectors, OutboundWorld } from './outbound-world';

let world: OutboundWorld;
beforeAll(async () => {
  world = await OutboundWorld.create();
});
afterAll(() => world.close());
afterEach(() => expect(world.parley.faults.splice(0)).toEqual([]));

const bodies = Array.from({ length: 8 }, (_, index) => String(index));

test('the messages of a conversation go out one after the other, in the order in which they were written', async () => {
  const line = await world.line();
  const conversation = await world.conversation(line);
  // the first ones take longest
  line.platform.answer(async ({ number }) => {
    await new Promise((resolve) => setTimeout(resolve, 40 - number * 4));
  });
  for (const body of bodies) await world.send(line.owner, conversation, body);
  await world.drain();
  expect(line.platform.bodies).toEqual(bodies);
  expect(line.platform.mostAtOnce).toBe(1);
});

test('several conversations of a channel go out side by side, but not more than a few', async () => {
  const line = await world.line();
  // the first waits for a second beside it
  let release: () => void = () => undefined;
  const met = new Promise<void>((resolve) => (release = resolve));
  line.platform.answer(({ number }) => {
    if (number > 1) release();
    return met;
  });
  for (const body of bodies) {
    await world.send(line.owner, await world.conversation(line), body);
  }
  await world.drain();
  expect(new Set(line.platform.bodies)).toEqual(new Set(bodies));
  expect(line.platform.mostAtOnce).toBeGreaterThan(1);
  expect(line.platform.mostAtOnce).toBeLessThanOrEqual(4);
});

test('a channel whose platform hangs holds up no other', async () => {
  const [slow, fast] = [await world.line(), await world.line()];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  slow.platform.answer(() => released);
  for (const body of bodies) {
    await world.send(slow.owner, await world.conversation(slow), body);
  }
  const id = await world.send(fast.owner, await world.conversation(fast));
  await world.settled(fast.owner, id);
  expect(fast.platform.kept).toHaveLength(1);
  release();
  await world.drain();
  expect(slow.platform.kept).toHaveLength(bodies.length);
});

test('several processes share the work, and never send one message at once', async () => {
  const config = loadConfig(
    { ...ENV, PORT: '0', DATABASE_URL: world.parley.database.url },
    'worker',
  );
  const log = pino({ level: 'silent' });
  const others = await Promise.all(
    [1, 2].map(() => createApp(config, { connectors, log, clock: () => world.parley.now() })),
  );
  try {
    const line = await world.line();
    const ids: string[] = [];
    const conversations = await Promise.all(bodies.map(() => world.conversation(line)));
    for (const body of bodies) {
      for (const [index, conversation] of conversations.entries()) {
        ids.push(await world.send(line.owner, conversation, `${index}-${body}`));
      }
    }
    for (const id of ids) await world.settled(line.owner, id);
    expect(line.platform.posts).toHaveLength(ids.length);
    expect(line.platform.looks).toEqual([]);
    for (const index of conversations.keys()) {
      const own = line.platform.bodies.filter((body) => body.startsWith(`${index}-`));
      expect(own).toEqual(bodies.map((body) => `${index}-${body}`));
    }
  } finally {
    for (const other of others) await other.close();
  }
});
