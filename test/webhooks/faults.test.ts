import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createSystemPool } from '../../src/jobs/pools';
import { claimDue } from '../../src/webhooks/claim';
import type { Client } from '../support/client';
import { layWire, type Wire } from '../support/outage';
import { asOwner } from '../support/owner';
import { until } from '../support/process';
import { makeChannel } from '../support/world';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let owner: Client;
let workspaceId: string;
const wires: Wire[] = [];
beforeAll(async () => {
  world = await WebhookWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.parley.setTime(new Date());
  ({ owner, workspaceId } = await world.parley.workspace());
  await world.sequence();
});
afterEach(async () => {
  await world.reset();
  await Promise.all(wires.splice(0).map((wire) => wire.cut().catch(() => undefined)));
  expect(world.parley.faults.splice(0)).toEqual([]);
});

const eventTypes = ['channel.created'];

async function makeChannels(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await makeChannel(owner);
  await world.sequence();
}

test('a receiver that is slow costs the others nothing', async () => {
  const slow = await world.receiver('/slow');
  const quick = await world.receiver('/quick');
  slow.answer(() => undefined);
  await world.endpoint(owner, slow.url, { eventTypes });
  const { id } = await world.endpoint(owner, quick.url, { eventTypes });
  await makeChannels(30);
  await world.send();
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 30,
    'the quick one has all',
  );
  expect(quick.received).toHaveLength(30);
  expect(slow.mostAtOnce).toBe(8);
  // one that had to wait for the other's turn would be done after it
  expect(slow.received.length).toBeLessThan(30);
});

test('many receivers that fail leave room for one that works', async () => {
  const bad = await world.receiver('/bad');
  const good = await world.receiver('/good');
  // each says that it fails before it hangs
  const failed = new Set<string>();
  bad.answer(({ path }) => {
    if (failed.has(path)) return;
    failed.add(path);
    return 500;
  });
  for (let n = 0; n < 6; n++) {
    await world.endpoint(owner, `${bad.url}?${n}`, { eventTypes });
  }
  await makeChannels(1);
  const config = { ...world.webhookConfig, timeoutSeconds: 30 };
  await world.send({ slots: 4, slotsEach: 2, config });
  await until(() => bad.received.length >= 8, 'they hang');
  await world.endpoint(owner, good.url, { eventTypes });
  await makeChannels(5);
  await until(() => good.received.length === 5, 'the good one has all');
  // half of the four are for receivers that work, and of the others each gets one
  expect(bad.received.length).toBe(8);
  expect(bad.mostAtOnce).toBeLessThanOrEqual(4);
});

test('several processes send each event once', async () => {
  const receiver = await world.receiver();
  await world.endpoint(owner, receiver.url, { eventTypes });
  await Promise.all([world.send(), world.send(), world.send()]);
  await makeChannels(60);
  await world.drain();
  expect(receiver.received).toHaveLength(60);
  expect(receiver.positions).toHaveLength(60);
});

test('claims of the same moment never overlap', async () => {
  const receiver = await world.receiver();
  for (let n = 0; n < 4; n++) await world.endpoint(owner, `${receiver.url}?${n}`, { eventTypes });
  // dispatches, and sends nothing
  await world.send({ slots: 0 });
  await makeChannels(25);
  await until(async () => {
    const [row] = await asOwner<{ count: number }>(
      world.parley,
      'select count(*)::int as count from webhook_delivery where workspace_id = $1',
      [workspaceId],
    );
    return row!.count === 100;
  }, 'all are dispatched');
  const { url } = world.parley.database;
  const pool = createSystemPool({ url, size: 10, onError: () => undefined });
  try {
    const room = { total: 15, failing: 0, perEndpoint: 25, underWay: new Map(), leaseSeconds: 30 };
    const claims = await Promise.all(
      Array.from({ length: 10 }, () => claimDue(pool, randomUUID(), room)),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await claimDue(pool, randomUUID(), { ...room, total: 100 });
    expect(new Set([...ids, ...rest.map(({ id }) => id)]).size).toBe(100);
  } finally {
    await pool.end();
  }
});

test('what a process had claimed when it died is sent by another', async () => {
  const receiver = await world.receiver();
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes });
  receiver.answer(({ number }) => (number === 1 ? undefined : 200));
  await makeChannels(1);
  const wire = await layWire(world.parley.database.url);
  wires.push(wire);
  const config = { ...world.webhookConfig, timeoutSeconds: 60 };
  await world.send({ url: wire.url, config, leaseSeconds: 0.5 });
  await until(() => receiver.received.length === 1, 'the first request');
  // as far as the others can tell, it is dead: the request it had under way never ends
  await wire.cut();
  await world.send();
  await until(() => receiver.received.length === 2, 'the second request');
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 1,
    'it is delivered',
  );
});

test('a success counts even when it comes after the lease', async () => {
  const receiver = await world.receiver();
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes });
  let letGo = () => undefined as void;
  const first = new Promise<void>((resolve) => (letGo = resolve));
  receiver.answer(async ({ number }) => {
    if (number > 1) return undefined;
    await first;
    return 200;
  });
  await makeChannels(1);
  await world.send({ leaseSeconds: 0.2, slotsEach: 2 });
  await until(() => receiver.received.length === 2, 'the second request');
  letGo();
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 1,
    'it is delivered',
  );
});

test('a process that stops gives back what it had under way', async () => {
  const receiver = await world.receiver();
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes });
  receiver.answer(({ number }) => (number === 1 ? undefined : 200));
  await makeChannels(1);
  const config = { ...world.webhookConfig, timeoutSeconds: 60 };
  const first = await world.send({ config });
  await until(() => receiver.received.length === 1, 'the first request');
  const began = Date.now();
  await first.stop();
  expect(Date.now() - began).toBeLessThan(8_000);
  await world.send();
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 1,
    'it is delivered',
  );
});

test('the loss of the database for a while loses nothing', async () => {
  const receiver = await world.receiver();
  await world.endpoint(owner, receiver.url, { eventTypes });
  const wire = await layWire(world.parley.database.url);
  wires.push(wire);
  receiver.answer(() => delay(2, 200));
  await world.send({ url: wire.url, leaseSeconds: 1 });
  await makeChannels(5);
  await until(() => receiver.received.length > 0, 'the first request');
  await wire.cut();
  await makeChannels(20);
  await wire.mend();
  await makeChannels(5);
  await until(() => receiver.positions.length === 30, 'all have arrived');
  await world.drain();
  const rows = await asOwner<{ status: string; count: string }>(
    world.parley,
    'select status, count(*) from webhook_delivery where workspace_id = $1 group by 1',
    [workspaceId],
  );
  expect(rows).toEqual([{ status: 'DELIVERED', count: '30' }]);
});

test('events that are recorded while others are sent arrive, each once where all goes well', async () => {
  const receiver = await world.receiver();
  await world.endpoint(owner, receiver.url, { eventTypes });
  await world.send();
  await Promise.all(Array.from({ length: 100 }, () => makeChannel(owner)));
  await world.drain();
  expect(receiver.received).toHaveLength(100);
  const positions = [...receiver.positions].sort((a, b) => a - b);
  expect(positions.at(-1)! - positions[0]!).toBe(99);
});
