import { must, refused } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, auditOf, uuid } from '../support/owner';
import { until } from '../support/process';
import { makeChannel } from '../support/world';
import type { Receiver } from './receiver';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let owner: Client;
let workspaceId: string;
let receiver: Receiver;
beforeAll(async () => {
  world = await WebhookWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.parley.setTime(new Date());
  ({ owner, workspaceId } = await world.parley.workspace());
  receiver = await world.receiver();
  await world.sequence();
});
afterEach(async () => {
  await world.reset();
  expect(world.parley.faults.splice(0)).toEqual([]);
});

/** An endpoint for new channels, of which each is one event. */
const endpointForChannels = async (input: object = {}) =>
  (await world.endpoint(owner, receiver.url, { eventTypes: ['channel.created'], ...input })).id;

/** Makes channels; gives the positions of their events. */
async function makeChannels(count: number): Promise<number[]> {
  for (let n = 0; n < count; n++) await makeChannel(owner);
  await world.sequence();
  const rows = await asOwner<{ position: string }>(
    world.parley,
    `select position from event_log where workspace_id = $1 and type = 'channel.created'
     order by position desc limit $2`,
    [workspaceId, count],
  );
  return rows.map(({ position }) => Number(position)).reverse();
}

const statuses = async (id: string) =>
  (await world.deliveries(owner, id)).map(({ status, attemptCount }) => [status, attemptCount]);

/** Waits until the endpoint is disabled; gives it. */
async function untilDisabled(id: string): Promise<Record<string, unknown>> {
  let view: Record<string, unknown> = {};
  await until(async () => {
    view = await world.view(owner, id);
    return view.status === 'DISABLED';
  }, 'the endpoint is disabled');
  return view;
}

describe('what does not get through', () => {
  test.each([
    ['an error', 500],
    ['a refusal', 400],
    ['no permission', 401],
    ['no such path', 404],
    ['a redirect', 302],
    ['another kind of redirect', 308],
  ])('is tried again after %s', async (_, status) => {
    const id = await endpointForChannels();
    receiver.answer(({ number }) => (number <= 2 ? status : 200));
    await makeChannels(1);
    await world.send();
    await until(() => receiver.received.length === 3, 'the third request');
    await world.drain();
    expect(await statuses(id)).toEqual([['DELIVERED', 3]]);
    expect((await world.view(owner, id)).failingSince).toBeNull();
  });

  test('a redirect is not followed', async () => {
    const target = await world.receiver('/target');
    const id = await endpointForChannels();
    receiver.answer((_, response) => void response.writeHead(307, { location: target.url }).end());
    await makeChannels(1);
    await world.send();
    await until(() => receiver.received.length === 2, 'the second request');
    expect(target.received).toEqual([]);
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery!.attempts.nodes[0]!.error).toContain('redirects are not followed');
  });

  test('a connection that breaks, and a receiver that is not there, are told in words', async () => {
    const id = await endpointForChannels();
    receiver.answer((_, response) => void response.destroy());
    await makeChannels(1);
    await world.send();
    await until(() => receiver.received.length > 0, 'the first request');
    const { url } = receiver;
    await receiver.stop();
    await until(async () => {
      const [delivery] = await world.deliveries(owner, id);
      return delivery!.attempts.nodes.some(({ error }) => error!.includes('refused'));
    }, 'an attempt at nobody');
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery!.attempts.nodes[0]).toMatchObject({
      ...{ requestUrl: url, responseStatus: null, responseBody: null },
      error: 'The connection was cut off.',
    });
    // of its two connections the world ends one that is there
    receiver = await world.receiver();
  });

  test('a receiver that takes too long has not got it', async () => {
    const id = await endpointForChannels();
    receiver.answer(({ number }) => (number === 1 ? undefined : 200));
    await makeChannels(1);
    await world.send({ config: { ...world.webhookConfig, timeoutSeconds: 0.2 } });
    await until(() => receiver.received.length === 2, 'the second request');
    await world.drain();
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery!.attempts.nodes.map(({ error }) => error)).toEqual([
      'No answer came in time.',
      null,
    ]);
    expect(delivery!.attempts.nodes[0]!.durationMs).toBeGreaterThanOrEqual(190);
  });

  test('an answer without an end counts by its status, and is not read for ever', async () => {
    const id = await endpointForChannels();
    receiver.answer((_, response) => {
      response.writeHead(200);
      const more = () => response.write('x'.repeat(10_000), () => setImmediate(more));
      more();
    });
    await makeChannels(1);
    await world.send();
    await world.drain();
    expect(await statuses(id)).toEqual([['DELIVERED', 1]]);
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery!.attempts.nodes[0]!.responseBody).toBe('x'.repeat(2_048));
  });

  test('is left alone for as long as the receiver asks', async () => {
    const id = await endpointForChannels();
    receiver.answer((request, response) => {
      if (request.number > 1) return 200;
      response.writeHead(429, { 'retry-after': '1' }).end();
    });
    await makeChannels(1);
    await world.send();
    await until(() => receiver.received.length === 1, 'the first request');
    // another event must not disturb it either
    await makeChannels(1);
    await until(() => receiver.received.length === 3, 'both after the pause');
    await world.drain();
    const [first, second] = receiver.received;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
    expect((await statuses(id)).map(([status]) => status)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  test('fails for good when its time is up and others do get through', async () => {
    const id = await endpointForChannels();
    const [bad] = await makeChannels(2);
    receiver.answer(async ({ payload }) => {
      if (payload.data.position === bad) return 500;
      // the other one gets through after an attempt at the bad one has failed
      await until(async () => (await world.view(owner, id)).failingSince !== null, 'a failure');
      return 200;
    });
    await world.send({ config: { ...world.webhookConfig, retryHours: 3 / 3_600 } });
    await until(
      async () => (await world.deliveries(owner, id, 'FAILED')).length === 1,
      'the failure',
    );
    await world.drain();
    const view = await world.view(owner, id);
    expect(view.status).toBe('ENABLED');
    const [delivery] = await world.deliveries(owner, id, 'FAILED');
    expect(delivery).toMatchObject({ position: bad, nextAttemptAt: null });
    expect(delivery!.attemptCount).toBeGreaterThan(2);
    const sent = receiver.received.filter(({ payload }) => payload.data.position === bad);
    expect(sent).toHaveLength(delivery!.attemptCount);
  });
});

describe('an endpoint that nothing gets through to', () => {
  const shortly = () => ({ config: { ...world.webhookConfig, retryHours: 0.3 / 3_600 } });

  test('is disabled with an event, and loses nothing once it is enabled again', async () => {
    const witness = await world.receiver('/witness');
    await world.endpoint(owner, witness.url, { eventTypes: ['webhook_endpoint.disabled'] });
    const id = await endpointForChannels();
    receiver.answer(() => 503);
    const first = await makeChannels(3);
    await world.send(shortly());
    const view = await untilDisabled(id);
    expect(view).toMatchObject({ status: 'DISABLED', disabledReason: 'FAILING' });
    expect(view.disabledAt).not.toBeNull();
    expect(Date.parse(view.failingSince as string)).toBeLessThan(
      Date.parse(view.disabledAt as string),
    );
    await world.drain();
    expect(witness.received.map(({ payload }) => payload.data)).toMatchObject([
      { type: 'webhook_endpoint.disabled', subjectId: id, data: { reason: 'FAILING' } },
    ]);
    expect((await auditOf(world.parley, workspaceId)).at(-1)).toMatchObject({
      ...{ action: 'webhookEndpointDisable', subject: uuid(id), actor: { kind: 'SYSTEM' } },
    });
    expect((await statuses(id)).map(([status]) => status)).toEqual([
      'PENDING',
      'PENDING',
      'PENDING',
    ]);

    receiver.received.length = 0;
    receiver.answer(() => 200);
    const meanwhile = await makeChannels(2);
    await world.drain();
    expect(receiver.received).toEqual([]);
    await world.update(owner, id, { enabled: true });
    await world.drain();
    expect([...receiver.positions].sort((a, b) => a - b)).toEqual([...first, ...meanwhile]);
    expect(receiver.received).toHaveLength(5);
    expect(await world.view(owner, id)).toMatchObject({
      ...{ status: 'ENABLED', disabledReason: null, disabledAt: null, failingSince: null },
    });
  });

  test('is disabled at once when its receiver says that it is gone', async () => {
    const id = await endpointForChannels();
    receiver.answer(() => 410);
    const [position] = await makeChannels(1);
    await world.send();
    expect(await untilDisabled(id)).toMatchObject({ disabledReason: 'GONE' });
    await world.drain();
    expect(receiver.received).toHaveLength(1);
    receiver.answer(() => 200);
    await world.update(owner, id, { enabled: true });
    await world.drain();
    expect(receiver.received.map(({ payload }) => payload.data.position)).toEqual([
      position,
      position,
    ]);
  });

  test('is not disabled while one delivery in its time gets through', async () => {
    const id = await endpointForChannels();
    receiver.answer(({ number }) => (number % 3 === 0 ? 200 : 500));
    await makeChannels(10);
    await world.send(shortly());
    await until(
      async () => (await world.deliveries(owner, id, 'PENDING')).length === 0,
      'all have come to their end',
    );
    expect((await world.view(owner, id)).status).toBe('ENABLED');
  });

  test('gets no more into its backlog than it can hold, and all of it in the end', async () => {
    const id = await endpointForChannels();
    receiver.answer(() => 500);
    const positions = await makeChannels(12);
    await world.send({ backlog: 5 });
    await until(() => receiver.received.length >= 5, 'the first requests');
    // events that are none of the endpoint's take up room in a step too
    const { length } = await world.deliveries(owner, id);
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(5);
    receiver.answer(() => 200);
    await until(
      async () => (await world.deliveries(owner, id, 'DELIVERED')).length === 12,
      'all are delivered',
    );
    expect([...receiver.positions].sort((a, b) => a - b)).toEqual(positions);
  });
});

describe('an endpoint that somebody switches off', () => {
  test('is sent nothing, and goes on where it stopped', async () => {
    const id = await endpointForChannels();
    await world.send();
    const before = await makeChannels(2);
    await world.drain();
    await world.update(owner, id, { enabled: false });
    expect(await world.view(owner, id)).toMatchObject({
      status: 'DISABLED',
      disabledReason: 'MANUAL',
    });
    const meanwhile = await makeChannels(3);
    await world.drain();
    expect(receiver.positions.length).toBe(2);
    await world.update(owner, id, { enabled: true });
    await world.drain();
    expect([...receiver.positions].sort((a, b) => a - b)).toEqual([...before, ...meanwhile]);
    expect(receiver.received).toHaveLength(5);
  });

  test('can be neither tested nor redelivered to', async () => {
    const id = await endpointForChannels();
    await makeChannels(1);
    await world.send();
    await world.drain();
    const [delivery] = await world.deliveries(owner, id);
    await world.update(owner, id, { enabled: false });
    expect(await refused(owner, 'webhookEndpointPing', { id })).toEqual([
      { code: 'INVALID_STATE', path: ['id'] },
    ]);
    expect(await refused(owner, 'webhookRedeliver', { deliveryId: delivery!.id })).toEqual([
      { code: 'INVALID_STATE', path: ['deliveryId'] },
    ]);
  });

  test('learns what retention has removed meanwhile', async () => {
    const id = await endpointForChannels();
    await world.update(owner, id, { enabled: false });
    const [, , third, fourth] = await makeChannels(4);
    await asOwner(world.parley, 'delete from event_log where workspace_id = $1 and position < $2', [
      ...[workspaceId, third],
    ]);
    await world.update(owner, id, { enabled: true });
    await world.send();
    await world.drain();
    expect([...receiver.positions].sort((a, b) => a - b)).toEqual([third, fourth]);
    expect((await world.view(owner, id)).missedBefore).toBe(third);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ missedBefore: third, endpoint: id }),
    );
  });

  test('goes on at the head when retention has removed all that it missed', async () => {
    const id = await endpointForChannels();
    await world.update(owner, id, { enabled: false });
    await makeChannels(2);
    await world.update(owner, id, { enabled: true });
    await world.sequence();
    await asOwner(world.parley, 'delete from event_log where workspace_id = $1', [workspaceId]);
    await world.send();
    await world.drain();
    const { position, missedBefore } = await world.view(owner, id);
    expect(missedBefore).toBe((position as number) + 1);
    const [next] = await makeChannels(1);
    await world.drain();
    expect(receiver.positions).toEqual([next]);
  });
});

describe('webhookRedeliver', () => {
  test('sends a delivery again, whatever became of it', async () => {
    const id = await endpointForChannels();
    await makeChannels(1);
    await world.send();
    await world.drain();
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery!.status).toBe('DELIVERED');
    const { webhookDelivery } = await must<{ webhookDelivery: object }>(
      owner,
      'webhookRedeliver',
      { deliveryId: delivery!.id },
      'webhookDelivery { id status attemptCount finishedAt }',
    );
    expect(webhookDelivery).toEqual({
      ...{ id: delivery!.id, status: 'PENDING', attemptCount: 1, finishedAt: null },
    });
    await world.drain();
    expect(await statuses(id)).toEqual([['DELIVERED', 2]]);
    const [first, second] = receiver.received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
  });

  test('need not wait for the time of the next attempt, and gives it all its time again', async () => {
    const id = await endpointForChannels();
    receiver.answer(({ number }) => (number <= 2 ? 500 : 200));
    await makeChannels(1);
    await world.send({
      config: { ...world.webhookConfig, retryFirstSeconds: 3_000, retryLongestSeconds: 3_000 },
    });
    await world.drain();
    for (const attemptCount of [1, 2]) {
      const [delivery] = await world.deliveries(owner, id);
      expect(delivery).toMatchObject({ status: 'PENDING', attemptCount });
      expect(Date.parse(delivery!.nextAttemptAt!)).toBeGreaterThan(Date.now() + 2_000_000);
      await must(owner, 'webhookRedeliver', { deliveryId: delivery!.id }, 'webhookDelivery { id }');
      await world.drain();
    }
    expect(await statuses(id)).toEqual([['DELIVERED', 3]]);
  });

  test('revives one that was given up', async () => {
    const id = await endpointForChannels();
    const [bad] = await makeChannels(1);
    receiver.answer(({ number }) => (number === 1 ? 500 : 200));
    await world.send({ config: { ...world.webhookConfig, retryHours: 0 } });
    await world.drain();
    // with no time for retries, and nothing that failed before, it is the delivery that is given up
    expect(await statuses(id)).toEqual([['FAILED', 1]]);
    const [delivery] = await world.deliveries(owner, id);
    await must(owner, 'webhookRedeliver', { deliveryId: delivery!.id }, 'webhookDelivery { id }');
    await world.drain();
    expect(await statuses(id)).toEqual([['DELIVERED', 2]]);
    expect(receiver.positions).toEqual([bad]);
  });

  test('can’t send what retention has removed', async () => {
    const id = await endpointForChannels();
    await makeChannels(1);
    await world.send();
    await world.drain();
    const [delivery] = await world.deliveries(owner, id);
    await asOwner(world.parley, 'delete from event_log where workspace_id = $1', [workspaceId]);
    expect(await refused(owner, 'webhookRedeliver', { deliveryId: delivery!.id })).toEqual([
      { code: 'INVALID_STATE', path: ['deliveryId'] },
    ]);
    expect((await world.deliveries(owner, id))[0]!.attempts.nodes[0]!.requestBody).toBeNull();
  });
});

test('a delivery whose event retention has removed is given up, and the endpoint is not to blame', async () => {
  const id = await endpointForChannels();
  receiver.answer(() => 500);
  await makeChannels(1);
  const sending = await world.send({
    config: { ...world.webhookConfig, retryFirstSeconds: 3_000, retryLongestSeconds: 3_000 },
  });
  await world.drain();
  await sending.stop();
  await asOwner(world.parley, 'delete from event_log where workspace_id = $1', [workspaceId]);
  await world.update(owner, id, { enabled: false });
  await world.update(owner, id, { enabled: true });
  await world.send();
  await world.drain();
  const [delivery] = await world.deliveries(owner, id);
  expect(delivery).toMatchObject({ status: 'FAILED', attemptCount: 2 });
  expect(delivery!.attempts.nodes[1]!.error).toContain('retention');
  expect(await world.view(owner, id)).toMatchObject({ status: 'ENABLED', failingSince: null });
});

test('a secret that this process can’t read is said in the log, and nothing is sent or lost', async () => {
  const id = await endpointForChannels();
  await makeChannels(1);
  await asOwner(
    world.parley,
    `update webhook_endpoint set secret = set_byte(secret, 1, get_byte(secret, 1) # 255) where workspace_id = $1`,
    [workspaceId],
  );
  await world.send();
  await world.drain();
  expect(receiver.received).toEqual([]);
  expect(await statuses(id)).toEqual([['PENDING', 0]]);
  const line = world.logged.find(({ endpoint }) => endpoint === id);
  expect(JSON.stringify(line)).toContain('PARLEY_SECRET_KEY_PREVIOUS');
});
