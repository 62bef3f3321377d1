import type { Pool } from 'pg';
import pino from 'pino';
import { cronItems } from '../../src/jobs/cron';
import { createSystemPool } from '../../src/jobs/pools';
import { pruneWebhookDeliveries } from '../../src/jobs/tasks/prune-webhook-deliveries';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { makeChannel } from '../support/world';
import type { Receiver } from './receiver';
import { WebhookWorld } from './webhook-world';

const DAY = 86_400_000;

let world: WebhookWorld;
let system: Pool;
let owner: Client;
let workspaceId: string;
let receiver: Receiver;
beforeAll(async () => {
  world = await WebhookWorld.create();
  const { url } = world.parley.database;
  system = createSystemPool({ url, size: 2, onError: () => undefined });
});
afterAll(async () => {
  await system.end();
  await world.close();
});
beforeEach(async () => {
  world.parley.setTime(new Date());
  ({ owner, workspaceId } = await world.parley.workspace());
  receiver = await world.receiver();
  await world.sequence();
});
afterEach(() => world.reset());

/** Prunes as if it were so many days later. */
const prune = (days: number) =>
  pruneWebhookDeliveries(
    {},
    {
      system,
      clock: () => new Date(Date.now() + days * DAY),
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      eventRetentionDays: 30,
      deliveryRetentionDays: 30,
    },
  );

/** How many rows of the workspace a table has. */
async function count(table: string): Promise<number> {
  const [row] = await asOwner<{ count: number }>(
    world.parley,
    `select count(*)::int as count from ${table} where workspace_id = $1`,
    [workspaceId],
  );
  return row!.count;
}

test('deliveries that are over are kept for thirty days, with their attempts', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes: ['channel.created'] });
  for (let n = 0; n < 3; n++) await makeChannel(owner);
  await world.send();
  await world.drain();
  await prune(29);
  expect([await count('webhook_delivery'), await count('webhook_attempt')]).toEqual([3, 3]);
  await prune(31);
  expect([await count('webhook_delivery'), await count('webhook_attempt')]).toEqual([0, 0]);
  expect(await world.deliveries(owner, id)).toEqual([]);
});

test('what is pending is kept, however old, and still sent when its endpoint is enabled', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes: ['channel.created'] });
  receiver.answer(() => 410);
  await makeChannel(owner);
  await world.send();
  await world.drain();
  await prune(100);
  expect(await count('webhook_delivery')).toBe(1);
  receiver.answer(() => 200);
  await world.update(owner, id, { enabled: true });
  await world.drain();
  expect((await world.deliveries(owner, id)).map(({ status }) => status)).toEqual(['DELIVERED']);
});

test('a deleted endpoint goes with all that it had, and no other does', async () => {
  const eventTypes = ['channel.created'];
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes });
  const { id: kept } = await world.endpoint(owner, receiver.url, { eventTypes });
  for (let n = 0; n < 4; n++) await makeChannel(owner);
  await world.send();
  await world.drain();
  await must(owner, 'webhookEndpointDelete', { id }, 'deletedId');
  await prune(0);
  expect(await count('webhook_endpoint')).toBe(1);
  expect([await count('webhook_delivery'), await count('webhook_attempt')]).toEqual([4, 4]);
  expect(await world.deliveries(owner, kept)).toHaveLength(4);
});

test('is scheduled once in every hour', () => {
  const [item] = cronItems().filter(({ task }) => task === 'prune-webhook-deliveries');
  const minutes = Array.from({ length: 60 }, (_, min) => min);
  const due = minutes.filter((min) => item!.match({ hour: 3, min, date: 1, month: 3, dow: 0 }));
  expect(due).toHaveLength(1);
});
