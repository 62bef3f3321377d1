import { must } from '../support/call';
import type { Client } from '../support/client';
import { until } from '../support/process';
import { makeChannel, recordMessage } from '../support/world';
import type { Received, Receiver } from './receiver';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let owner: Client;
let receiver: Receiver;
let conversations: string[];
beforeAll(async () => {
  world = await WebhookWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.parley.setTime(new Date());
  ({ owner } = await world.parley.workspace());
  const channelId = await makeChannel(owner);
  conversations = [];
  for (let n = 0; n < 3; n++) {
    conversations.push((await recordMessage(owner, channelId)).conversation.id);
  }
  receiver = await world.receiver();
  await world.sequence();
});
afterEach(async () => {
  await world.reset();
  expect(world.parley.faults.splice(0)).toEqual([]);
});

const eventTypes = ['conversation.*'];

/** Closes and opens each conversation in turn, which is one event each time. */
async function toggle(times: number, ids: readonly string[] = conversations): Promise<void> {
  for (let n = 0; n < times; n++) {
    const mutation = n % 2 === 0 ? 'conversationClose' : 'conversationReopen';
    for (const id of ids) await must(owner, mutation, { id }, 'conversation { id }');
  }
  await world.sequence();
}

/** The positions that arrived for each subject, where the answer was good. */
function arrivals(accepted: ReadonlySet<Received>): Map<string, number[]> {
  const bySubject = new Map<string, number[]>();
  for (const { payload } of accepted) {
    const { subjectId, position } = payload.data;
    bySubject.set(subjectId, [...(bySubject.get(subjectId) ?? []), position]);
  }
  return bySubject;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

test('an ordered endpoint gets the events of each subject one after the other, whatever fails', async () => {
  await world.endpoint(owner, receiver.url, { ordered: true, eventTypes });
  const accepted = new Set<Received>();
  const open = new Map<string, number>();
  let overlaps = 0;
  receiver.answer(async (request, response) => {
    const { subjectId } = request.payload.data;
    if ((open.get(subjectId) ?? 0) > 0) overlaps += 1;
    open.set(subjectId, (open.get(subjectId) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, request.number % 4));
    open.set(subjectId, open.get(subjectId)! - 1);
    if (request.number % 3 === 0) return response.writeHead(500).end() && undefined;
    accepted.add(request);
    return 200;
  });
  await toggle(4);
  await world.send();
  // some come while others are on their way
  await toggle(6);
  await until(() => accepted.size === 30, 'all are accepted');
  await world.drain();
  for (const positions of arrivals(accepted).values()) {
    expect(positions).toEqual(ascending(positions));
    expect(new Set(positions).size).toBe(10);
  }
  expect(arrivals(accepted).size).toBe(3);
  expect(overlaps).toBe(0);
});

test('two processes keep the order too', async () => {
  await world.endpoint(owner, receiver.url, { ordered: true, eventTypes });
  const accepted = new Set<Received>();
  receiver.answer((request) => {
    if (request.number % 4 === 0) return 500;
    accepted.add(request);
    return 200;
  });
  await world.send();
  await world.send();
  await toggle(12);
  await until(() => accepted.size === 36, 'all are accepted');
  await world.drain();
  for (const positions of arrivals(accepted).values()) {
    expect(positions).toEqual(ascending(positions));
  }
  expect(receiver.positions).toHaveLength(36);
});

test('one subject that fails does not hold up the others', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { ordered: true, eventTypes });
  const [stuck, ...free] = conversations;
  receiver.answer(({ payload }) => (payload.data.subjectId === stuck ? 500 : 200));
  await toggle(4);
  await world.send();
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 8,
    'the others are delivered',
  );
  const pending = await world.deliveries(owner, id, 'PENDING');
  expect(pending).toHaveLength(4);
  expect(new Set(pending.map(({ subjectId }) => subjectId))).toEqual(new Set([stuck]));
  // the first of them is tried, the others wait for it
  expect(pending.map(({ attemptCount }) => attemptCount > 0)).toEqual([false, false, false, true]);
  expect(pending.slice(0, 3).map(({ nextAttemptAt }) => nextAttemptAt)).toEqual([null, null, null]);
  expect(free).toHaveLength(2);
});

test('one that is given up lets the next of its subject go', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { ordered: true, eventTypes });
  const [stuck] = conversations;
  await toggle(2);
  let bad: number | undefined;
  receiver.answer(({ payload: { data } }) => {
    if (data.subjectId === stuck) bad ??= data.position;
    return data.position === bad ? 500 : 200;
  });
  await world.send({ config: { ...world.webhookConfig, retryHours: 0.3 / 3_600 } });
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 5,
    'the others have come to their end',
  );
  const failed = await world.deliveries(owner, id, 'FAILED');
  expect(failed.map(({ position }) => position)).toEqual([bad]);
});

test('one that waits for its turn can’t be sent before, and one that is over goes at once', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { ordered: true, eventTypes });
  const [only] = conversations;
  await toggle(2, [only!]);
  await world.send();
  await world.drain();
  receiver.answer(() => 500);
  await toggle(3, [only!]);
  await until(
    async () => receiver.received.length > 2 && (await world.deliveries(owner, id)).length === 5,
    'the third is tried, and the others wait',
  );
  const [last, , second, , first] = await world.deliveries(owner, id);
  const { userErrors } = await redeliver(last!.id);
  expect(userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['deliveryId'] }]);
  receiver.answer(({ payload }) => (payload.data.position === first!.position ? 200 : 500));
  expect((await redeliver(first!.id)).userErrors).toEqual([]);
  await until(
    async () =>
      (await world.deliveries(owner, id, 'DELIVERED')).length === 2 &&
      receiver.received.filter(({ payload }) => payload.data.position === first!.position)
        .length === 2,
    'the first is delivered again',
  );
  // which does not let those go that wait for the second
  const waiting = (await world.deliveries(owner, id)).slice(0, 2);
  expect(waiting.map(({ attemptCount }) => attemptCount)).toEqual([0, 0]);
  receiver.answer(() => 200);
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 5,
    'all are delivered',
  );
  expect(second!.status).toBe('PENDING');
});

test('an endpoint that becomes ordered keeps the order from then on, and one that ceases loses nothing', async () => {
  const { id } = await world.endpoint(owner, receiver.url, { eventTypes });
  receiver.answer(() => 500);
  await toggle(1);
  await world.send();
  await world.drain();
  await world.update(owner, id, { ordered: true });
  await toggle(3);
  await world.drain();
  await world.update(owner, id, { ordered: false });
  await toggle(1);
  await world.drain();
  receiver.answer(() => 200);
  await until(
    async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 9,
    'all are delivered',
  );
  expect(await world.deliveries(owner, id, 'PENDING')).toEqual([]);
});

async function redeliver(deliveryId: string): Promise<{ userErrors: object[] }> {
  const { webhookRedeliver } = await owner.query<{ webhookRedeliver: { userErrors: object[] } }>(
    `mutation ($deliveryId: ID!) { webhookRedeliver(deliveryId: $deliveryId) {
      userErrors { code message path } } }`,
    { deliveryId },
  );
  return webhookRedeliver;
}
