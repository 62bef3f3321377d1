import { Webhook } from 'standardwebhooks';
import { call, must } from '../support/call';
import type { Client } from '../support/client';
import { auditOf, everythingOf, uuid } from '../support/owner';
import { until } from '../support/process';
import { makeChannel, makeKey, recordMessage } from '../support/world';
import type { Received, Receiver } from './receiver';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let owner: Client;
let workspaceId: string;
let channelId: string;
let receiver: Receiver;
beforeAll(async () => {
  world = await WebhookWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  // signatures are checked against the time that it is
  world.parley.setTime(new Date());
  ({ owner, workspaceId } = await world.parley.workspace());
  channelId = await makeChannel(owner);
  receiver = await world.receiver();
  await world.sequence();
});
afterEach(async () => {
  await world.reset();
  expect(world.parley.faults.splice(0)).toEqual([]);
});

/** Whether the library of a receiver takes a request for genuine. */
function isSignedBy(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

test('an event arrives signed, as every other outlet tells it', async () => {
  const { secret } = await world.endpoint(owner, receiver.url, { eventTypes: ['message.added'] });
  await recordMessage(owner, channelId);
  await world.send();
  await world.drain();

  const [received, ...more] = receiver.received;
  expect(more).toEqual([]);
  expect(isSignedBy(secret, received!)).toBe(true);
  const changes = await call<{ events: { type: string }[] }>(
    owner,
    'changes',
    { after: 0 },
    `{ events { id position type version occurredAt recordedAt actor { kind id } subjectId tombstone data } }`,
  );
  const event = changes.events.find(({ type }) => type === 'message.added') as Record<
    string,
    unknown
  >;
  expect(received!.payload).toEqual({
    type: 'message.added',
    timestamp: event.occurredAt,
    data: event,
  });
  expect(received).toMatchObject({ method: 'POST', path: '/hook' });
  expect(received!.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'Parley-Webhooks/1',
    'webhook-id': event.id,
  });
});

test('what happened before an endpoint was made is not sent to it', async () => {
  await recordMessage(owner, channelId);
  await world.sequence();
  await world.endpoint(owner, receiver.url);
  await makeChannel(owner);
  await world.send();
  await world.drain();
  // an endpoint without order may be told of several things at once
  expect([...receiver.types].sort()).toEqual(['channel.created', 'webhook_endpoint.created']);
});

test('a changed body, id or time no longer fits the signature', async () => {
  const { secret } = await world.endpoint(owner, receiver.url);
  await world.send();
  await world.drain();
  const [received] = receiver.received;
  expect(isSignedBy(secret, received!)).toBe(true);
  const forged = (headers: object, body = received!.body): Received => ({
    ...received!,
    body,
    headers: { ...received!.headers, ...headers },
  });
  expect(isSignedBy(secret, forged({}, received!.body.replace('created', 'deleted')))).toBe(false);
  expect(isSignedBy(secret, forged({ 'webhook-id': 'evt_other' }))).toBe(false);
  const time = Number(received!.headers['webhook-timestamp']);
  expect(Math.abs(time - Date.now() / 1_000)).toBeLessThan(60);
  expect(isSignedBy(secret, forged({ 'webhook-timestamp': String(time - 1) }))).toBe(false);
});

test('an endpoint gets the event types that it asked for, also by their first word', async () => {
  const all = await world.receiver();
  await world.endpoint(owner, all.url);
  await world.endpoint(owner, receiver.url, { eventTypes: ['conversation.*', 'message.added'] });
  const { conversation } = await recordMessage(owner, channelId);
  await must(owner, 'conversationClose', { id: conversation.id }, 'conversation { id }');
  await must(
    owner,
    'tagAdd',
    { id: conversation.customer!.id, input: { name: 'vip' } },
    'tag { id }',
  );
  await world.send();
  await world.drain();
  expect([...receiver.types].sort()).toEqual([
    'conversation.closed',
    'conversation.created',
    'message.added',
  ]);
  expect(all.types).toEqual(
    expect.arrayContaining(['customer.created', 'customer.tagged', 'conversation.closed']),
  );
});

test('an endpoint gets what whoever made it may read, and no more', async () => {
  const { token } = await makeKey(owner, { scopes: ['WEBHOOK_MANAGE', 'CUSTOMER_READ'] });
  await world.endpoint(world.parley.as(token), receiver.url);
  await recordMessage(owner, channelId);
  await world.send();
  await world.drain();
  expect([...new Set(receiver.types)].sort()).toEqual([
    'customer.created',
    'webhook_endpoint.created',
  ]);
});

test('an endpoint of somebody who is limited to a channel gets that channel’s events alone', async () => {
  const other = await makeChannel(owner);
  const { token } = await makeKey(owner, {
    scopes: [
      'WEBHOOK_MANAGE',
      'WORKSPACE_READ',
      'CHANNEL_READ',
      'CONVERSATION_READ',
      'CUSTOMER_READ',
      'TOUCHPOINT_READ',
    ],
    channelIds: [channelId],
  });
  await world.endpoint(world.parley.as(token), receiver.url);
  const mine = await recordMessage(owner, channelId);
  const theirs = await recordMessage(owner, other);
  for (const { conversation } of [mine, theirs]) {
    const id = conversation.customer!.id;
    await must(owner, 'tagAdd', { id, input: { name: 'vip' } }, 'tag { id }');
  }
  await world.send();
  await world.drain();
  const told = JSON.stringify(receiver.received.map(({ body }) => body));
  expect(receiver.types).toEqual(
    expect.arrayContaining([
      'message.added',
      'conversation.created',
      'customer.created',
      'customer.tagged',
    ]),
  );
  for (const id of [mine.message.id, mine.conversation.id, mine.conversation.customer!.id]) {
    expect(told).toContain(id);
  }
  for (const id of [
    other,
    theirs.message.id,
    theirs.conversation.id,
    theirs.conversation.customer!.id,
  ]) {
    expect(told).not.toContain(id);
  }
});

test('events of one workspace never go to the endpoint of another', async () => {
  const { owner: stranger } = await world.parley.workspace();
  await world.endpoint(stranger, receiver.url);
  await recordMessage(owner, channelId);
  await world.send();
  await world.drain();
  expect(receiver.types).toEqual(['webhook_endpoint.created']);
});

describe('webhookEndpointRotateSecret', () => {
  test('has requests signed by both secrets for a day, and by the new one after', async () => {
    const { id, secret: first } = await world.endpoint(owner, receiver.url);
    const { secret: second } = await must<{ secret: string }>(
      owner,
      'webhookEndpointRotateSecret',
      { id },
      'secret',
    );
    expect(second).toMatch(/^whsec_[\w+/]{43}=$/);
    let now = new Date();
    await world.send({ clock: () => now });
    await world.drain();
    const [both] = receiver.received;
    expect(both!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect([first, second].map((secret) => isSignedBy(secret, both!))).toEqual([true, true]);

    now = new Date(now.getTime() + 24 * 3_600_000 + 60_000);
    receiver.received.length = 0;
    await makeChannel(owner);
    await world.drain();
    const [one] = receiver.received;
    expect(one!.headers['webhook-signature']).toMatch(/^v1,\S+$/);
    // the library refuses requests that are not of now, so its own signature is compared
    const { 'webhook-id': messageId, 'webhook-timestamp': time } = one!.headers;
    const signed = new Webhook(second).sign(messageId!, new Date(Number(time) * 1_000), one!.body);
    expect(one!.headers['webhook-signature']).toBe(signed);
  });

  test('takes a secret of the caller’s, and ends the one before at once if asked', async () => {
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const { id, secret: first } = await world.endpoint(owner, receiver.url);
    const rotated = await must(
      owner,
      'webhookEndpointRotateSecret',
      { id, input: { secret: own, overlapHours: 0 } },
      'secret webhookEndpoint { previousSecretUntil }',
    );
    expect(rotated).toEqual({ secret: own, webhookEndpoint: { previousSecretUntil: null } });
    await world.send();
    await world.drain();
    const [received] = receiver.received;
    expect([first, own].map((secret) => isSignedBy(secret, received!))).toEqual([false, true]);
  });

  test('leaves no secret in the database, the log or the answers that are stored', async () => {
    const key = 'k1';
    const { secret: first } = await must<{ secret: string }>(
      owner,
      'webhookEndpointCreate',
      { input: { url: receiver.url }, idempotencyKey: key },
      'secret webhookEndpoint { id }',
    );
    const again = await must<{ secret: null; webhookEndpoint: { id: string } }>(
      owner,
      'webhookEndpointCreate',
      { input: { url: receiver.url }, idempotencyKey: key },
      'secret webhookEndpoint { id }',
    );
    expect(again.secret).toBeNull();
    const args = { id: again.webhookEndpoint.id, idempotencyKey: 'k2' };
    const { secret: second } = await must<{ secret: string }>(
      owner,
      'webhookEndpointRotateSecret',
      args,
      'secret',
    );
    expect(await must(owner, 'webhookEndpointRotateSecret', args, 'secret')).toEqual({
      secret: null,
    });
    await world.send();
    await world.drain();
    const everything =
      (await everythingOf(world.parley, workspaceId)) + JSON.stringify(world.logged);
    for (const secret of [first, second]) {
      const bare = secret.slice('whsec_'.length);
      for (const form of [
        bare,
        Buffer.from(bare, 'base64').toString('hex'),
        Buffer.from(secret).toString('hex'),
      ]) {
        expect(everything).not.toContain(form);
      }
    }
  });
});

describe('webhookEndpointPing', () => {
  test('sends a signed test, whatever events the endpoint asked for', async () => {
    const { id, secret } = await world.endpoint(owner, receiver.url, {
      eventTypes: ['user.invited'],
    });
    await world.send();
    const { webhookDelivery } = await must<{ webhookDelivery: { id: string } }>(
      owner,
      'webhookEndpointPing',
      { id },
      'webhookDelivery { id kind type status eventId position subjectId endpoint { id } }',
    );
    expect(webhookDelivery).toEqual({
      ...{ id: expect.stringMatching(/^whd_/) as string, kind: 'PING', type: 'webhook.ping' },
      ...{ status: 'PENDING', eventId: null, position: null, subjectId: null, endpoint: { id } },
    });
    await world.drain();
    const [received, ...more] = receiver.received;
    expect(more).toEqual([]);
    expect(isSignedBy(secret, received!)).toBe(true);
    expect(received!.headers['webhook-id']).toBe(webhookDelivery.id);
    expect(received!.payload).toEqual({
      type: 'webhook.ping',
      timestamp: world.parley.now().toISOString(),
      data: { endpointId: id },
    });
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery).toMatchObject({
      id: webhookDelivery.id,
      status: 'DELIVERED',
      attemptCount: 1,
    });
  });

  test('is tried once, and tells why it failed', async () => {
    const { id } = await world.endpoint(owner, receiver.url, { eventTypes: ['user.invited'] });
    receiver.answer(() => 500);
    await world.send();
    await must(owner, 'webhookEndpointPing', { id }, 'webhookDelivery { id }');
    await world.drain();
    const [delivery] = await world.deliveries(owner, id);
    expect(delivery).toMatchObject({ status: 'FAILED', attemptCount: 1, nextAttemptAt: null });
    expect(delivery!.attempts.nodes).toMatchObject([{ error: 'The receiver answered 500.' }]);
  });
});

describe('webhookDeliveries', () => {
  test('tell each request and its answer', async () => {
    const { id } = await world.endpoint(owner, receiver.url, { eventTypes: ['message.added'] });
    receiver.answer(({ number }, response) => {
      response
        .writeHead(number === 1 ? 500 : 200)
        .end(number === 1 ? 'no\0pe ✗' : 'x'.repeat(5_000));
    });
    const began = Date.now();
    const { message } = await recordMessage(owner, channelId);
    await world.send();
    await world.sequence();
    await until(() => receiver.received.length === 2, 'the second request');
    await world.drain();
    const [delivery, ...more] = await world.deliveries(owner, id);
    expect(more).toEqual([]);
    const [first, second] = receiver.received;
    expect(delivery).toMatchObject({
      ...{ kind: 'EVENT', type: 'message.added', status: 'DELIVERED', attemptCount: 2 },
      ...{ eventId: first!.headers['webhook-id'], position: first!.payload.data.position },
      ...{ subjectId: message.id, nextAttemptAt: null },
    });
    expect(Date.parse(delivery!.finishedAt!)).toBeGreaterThanOrEqual(began);
    const { nodes } = delivery!.attempts;
    expect(nodes).toMatchObject([
      {
        number: 1,
        responseStatus: 500,
        responseBody: 'no\ufffdpe ✗',
        error: 'The receiver answered 500.',
      },
      { number: 2, responseStatus: 200, responseBody: 'x'.repeat(2_048), error: null },
    ]);
    for (const [index, received] of [first, second].entries()) {
      const { requestUrl, requestHeaders, requestBody, durationMs, startedAt } = nodes[index]!;
      expect(requestUrl).toBe(receiver.url);
      expect(requestBody).toBe(received!.body);
      expect(received!.headers).toMatchObject(requestHeaders);
      expect(Object.keys(requestHeaders)).toContain('webhook-signature');
      expect(durationMs).toBeLessThan(5_000);
      expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(began);
    }
    // the same message is the same to its receiver, however often it comes
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
  });

  test('come in pages, newest first, also of one status', async () => {
    const { id } = await world.endpoint(owner, receiver.url, { eventTypes: ['channel.created'] });
    receiver.answer(({ payload }) => (payload.data.position % 2 === 0 ? 204 : 410));
    for (let n = 0; n < 5; n++) await makeChannel(owner);
    await world.send();
    await world.drain();
    const all = await world.deliveries(owner, id);
    const positions = all.map(({ position }) => position!);
    expect(positions).toEqual([...positions].sort((a, b) => b - a));
    expect(positions).toHaveLength(5);

    const page = (after: string | null) =>
      call<{ nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } }>(
        owner,
        'webhookDeliveries',
        { endpointId: id, first: 2, after },
        '{ nodes { id } pageInfo { endCursor hasNextPage } }',
      );
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await page(after);
      seen.push(...nodes.map((node) => node.id));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    expect(seen).toEqual(all.map((delivery) => delivery.id));
    const delivered = await world.deliveries(owner, id, 'DELIVERED');
    expect(delivered).toEqual(all.filter(({ status }) => status === 'DELIVERED'));
    expect(await world.deliveries(owner, id, 'FAILED')).toEqual([]);
  });
});

describe('webhookEndpointDelete', () => {
  test('ends an endpoint for good', async () => {
    const { id } = await world.endpoint(owner, receiver.url);
    const { deletedId } = await must<{ deletedId: string }>(
      owner,
      'webhookEndpointDelete',
      { id },
      'deletedId',
    );
    expect(deletedId).toBe(id);
    await makeChannel(owner);
    await world.send();
    await world.drain();
    expect(receiver.received).toEqual([]);
    expect(await call(owner, 'webhookEndpoints', {}, '{ nodes { id } }')).toEqual({ nodes: [] });
    expect(await call(owner, 'node', { id }, '{ id }')).toBeNull();
    const audit = await auditOf(world.parley, workspaceId);
    expect(audit.filter(({ subject }) => subject === uuid(id)).map(({ action }) => action)).toEqual(
      ['webhookEndpointCreate', 'webhookEndpointDelete'],
    );
  });
});
