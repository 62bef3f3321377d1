import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createClient, type Client as StreamClient } from 'graphql-sse';
import { Hub } from '../../src/events/hub/hub';
import type { Member } from '../../src/events/hub/member';
import { startTestApp, type TestApp } from '../support/app';
import type { Answer, Client } from '../support/client';
import { FurtherApps } from '../support/further-apps';
import { eventsQuery, Followed, type EventItem } from '../support/live-client';
import { asOwner, uuid } from '../support/owner';
import { until } from '../support/process';
import { makeChannel, makeKey, recordMessage, unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let channelId: string;
let time = new Date('2026-03-01T12:00:00.000Z');
/** The server's ends of its connections, by the port at the other end. */
const ends = new Map<number, Socket>();
const limits = { recheckMs: 20, partingMs: 500, reservationMs: 300, keepAliveMs: 200 };
beforeAll(async () => {
  const options = { clock: () => time, limits };
  parley = await startTestApp({ PARLEY_SOCKET_BUFFER_KB: '64' }, 'all', options);
  parley.app.http.server.on('connection', (socket) => ends.set(socket.remotePort!, socket));
});
beforeEach(async () => {
  ({ owner } = await parley.workspace());
  channelId = await makeChannel(owner);
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const further = new FurtherApps();
afterEach(async () => expect(await further.close()).toEqual([]));

const added = { types: ['message.added'] };
const bodies = (items: readonly EventItem[]) => items.map(({ message }) => message?.body);
const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` });

function streamClient<Single extends boolean = false>(
  client: Client,
  singleConnection: Single = false as Single,
): StreamClient<Single> {
  return createClient<Single>({
    url: `${client.url}/stream`,
    singleConnection,
    headers: bearer(client),
    retryAttempts: 0,
  });
}

function followStream<T = EventItem>(
  client: StreamClient<boolean>,
  variables: Record<string, unknown> = {},
  query = eventsQuery,
): Followed<T> {
  const followed = new Followed<T>();
  followed.stop = client.subscribe<Record<string, T>>(
    { query, variables },
    {
      next({ data, errors }) {
        if (errors) followed.errors = errors as never;
        if (data) followed.items.push(...Object.values(data));
      },
      error(error) {
        followed.closed = { code: 0, reason: String((error as Error).message) };
        followed.isOver = true;
      },
      complete() {
        followed.isOver = true;
      },
    },
  );
  return followed;
}

/** A stream as it comes over the wire. */
class RawStream {
  text = '';
  isOver = false;

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.isOver = true));
    response.on('error', () => undefined);
  }

  static async post(
    url: string,
    body: object,
    headers: Record<string, string>,
  ): Promise<RawStream> {
    const sent = request(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    });
    sent.on('error', () => undefined);
    sent.end(JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new RawStream(response);
  }

  untilOver(): Promise<void> {
    return until(() => this.isOver, 'the end of the stream');
  }

  /** The data of its events of a kind. */
  data(event: 'next' | 'complete'): unknown[] {
    const found = this.text.matchAll(new RegExp(`^event: ${event}\ndata: (.*)\n\n`, 'gm'));
    return [...found].map(([, data]) => (data ? (JSON.parse(data) as unknown) : null));
  }
}

describe.each([
  ['a stream of its own', false],
  ['a stream that operations share', true],
] as const)('a subscription over %s', (_name, isShared) => {
  let client: StreamClient<boolean>;
  beforeEach(() => {
    client = streamClient(owner, isShared);
  });
  afterEach(() => client.dispose());

  test('brings what happens, goes on after a position, and ends when it is stopped', async () => {
    const followed = followStream(client, added);
    await followed.untilLive();
    for (const body of ['One', 'Two', 'Three']) await recordMessage(owner, channelId, { body });
    await followed.untilItems(() => followed.events.length === 3);
    expect(bodies(followed.events)).toEqual(['One', 'Two', 'Three']);
    const after = followed.events[0]!.position;
    const second = followStream(client, { ...added, after });
    await second.untilItems(() => second.events.length === 2);
    expect(bodies(second.events)).toEqual(['Two', 'Three']);
    second.stop();
    await recordMessage(owner, channelId, { body: 'Four' });
    await followed.untilItems(() => followed.events.length === 4);
    expect(second.events.length).toBe(2);
  });

  test('is refused for a position that lies in the future', async () => {
    const followed = followStream(client, { after: 1_000 });
    await followed.untilOver();
    expect(followed.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: ['after'] } },
    ]);
  });

  test('replays much, in order and whole', async () => {
    const threadKey = unique('thread');
    for (let index = 0; index < 60; index++) {
      const body = `${index} ${'é'.repeat(4_000)}`;
      await recordMessage(owner, channelId, { threadKey, body });
    }
    const followed = followStream(client, { ...added, after: 0 });
    await followed.untilItems(() => followed.events.length === 60);
    expect(bodies(followed.events).map((body) => Number.parseInt(body!, 10))).toEqual(
      Array.from({ length: 60 }, (_, index) => index),
    );
  });

  test('goes along with queries and mutations', async () => {
    const query = followStream<{ name: string }>(client, {}, '{ viewer { name } }');
    const mutation = followStream<{ outcome: string }>(
      client,
      {},
      'mutation { customerUpsert(by: { externalRef: "x" }, input: {}) { outcome } }',
    );
    await Promise.all([query.untilOver(), mutation.untilOver()]);
    expect(query.items).toEqual([{ name: 'Owner' }]);
    expect(mutation.items).toEqual([{ outcome: 'CREATED' }]);
  });

  test('ends with an error when its key is revoked, by whomever', async () => {
    const key = await makeKey(owner, { scopes: ['WORKSPACE_READ', 'CONVERSATION_READ'] });
    const other = streamClient(parley.as(key.token), isShared);
    const followed = followStream(other);
    await followed.untilLive();
    await owner.query('mutation ($id: ID!) { apiKeyRevoke(id: $id) { userErrors { code } } }', {
      id: key.id,
    });
    await followed.untilOver();
    expect(followed.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    other.dispose();
  });

  test('ends with an error when the right to it is gone', async () => {
    const key = await makeKey(owner, { scopes: ['WORKSPACE_READ', 'CONVERSATION_READ'] });
    const other = streamClient(parley.as(key.token), isShared);
    const followed = followStream(other, {}, 'subscription { inboxUpdates { kind position } }');
    await followed.untilLive();
    await asOwner(parley, `update api_key set scopes = '{WORKSPACE_READ}' where id = $1`, [
      uuid(key.id),
    ]);
    time = new Date(time.getTime() + 2_000);
    await followed.untilOver();
    expect(followed.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    other.dispose();
  });
});

describe('a stream', () => {
  const post = (body: object, headers: Record<string, string> = {}, path = '/stream') =>
    RawStream.post(`${owner.url}${path}`, body, { ...bearer(owner), ...headers });

  test('is told to proxies as what it is, and kept from being cut', async () => {
    const stream = await post({ query: 'subscription { events { kind } }' });
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await until(() => (stream.text.match(/^:\n\n/gm)?.length ?? 0) > 3, 'comments');
    expect(stream.text).toMatch(
      /^event: next\ndata: \{"data":\{"events":\{"kind":"HEARTBEAT"\}\}\}\n\n/m,
    );
    stream.response.destroy();
  });

  test('tells mistakes of the operation as results', async () => {
    for (const query of [
      '{',
      '{ nope }',
      'subscription { nope }',
      'query ($a: Int!) { __typename }',
    ]) {
      const stream = await post({ query });
      await stream.untilOver();
      expect(stream.data('next')).toMatchObject([
        { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      ]);
      expect(stream.data('complete')).toEqual([null]);
    }
  });

  test('is also to be had where plain requests go, for those who ask for it alone', async () => {
    const stream = await post({ query: '{ viewer { name } }' }, {}, '');
    await stream.untilOver();
    expect(stream.data('next')).toEqual([{ data: { viewer: { name: 'Owner' } } }]);
    const byGet = await fetch(`${owner.url}?query=${encodeURIComponent('{ viewer { name } }')}`, {
      headers: { ...bearer(owner), accept: 'text/event-stream' },
    });
    expect(await byGet.text()).toContain(
      'event: next\ndata: {"data":{"viewer":{"name":"Owner"}}}\n\n',
    );
  });

  test('or who take both, for subscriptions', async () => {
    const accept = 'application/graphql-response+json, application/json, text/event-stream';
    const plain = await owner.post(JSON.stringify({ query: '{ viewer { name } }' }), { accept });
    expect(plain.headers.get('content-type')).toMatch(/json/);
    expect(await plain.json()).toEqual({ data: { viewer: { name: 'Owner' } } });
    const stream = await post({ query: 'subscription { events { kind } }' }, { accept }, '');
    await until(() => stream.data('next').length > 0, 'the first notice');
    stream.response.destroy();
    const refused = await owner.post(
      JSON.stringify({ query: 'subscription { events { kind } }' }),
      { accept: 'application/json, text/event-stream;q=0' },
    );
    expect(refused.status).toBe(400);
  });

  test('is not opened for a request that is none, nor for nobody', async () => {
    const ask = async (body: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${owner.url}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
        body,
      });
      const { errors } = (await response.json()) as Answer;
      return [response.status, errors![0]!.extensions.code];
    };
    const query = JSON.stringify({ query: '{ viewer { name } }' });
    expect(await ask(query)).toEqual([401, 'UNAUTHENTICATED']);
    for (const body of ['', '{', '[]', '5', '{"query":5}', '{"query":"{a}","variables":[]}']) {
      expect(await ask(body, bearer(owner))).toEqual([400, 'BAD_USER_INPUT']);
    }
    const deep = JSON.stringify({ query: `${'{a'.repeat(200)}${'}'.repeat(200)}` });
    expect(await ask(deep, bearer(owner))).toEqual([400, 'BAD_USER_INPUT']);
    const large = JSON.stringify({ query: '{a}', variables: { x: 'x'.repeat(5_000_000) } });
    expect(await ask(large, bearer(owner))).toEqual([413, 'BAD_USER_INPUT']);
  });

  test('takes no mutation by GET', async () => {
    const mutation = 'mutation { customerUpsert(by: { externalRef: "g" }, input: {}) { outcome } }';
    const response = await fetch(`${owner.url}/stream?query=${encodeURIComponent(mutation)}`, {
      headers: { ...bearer(owner), accept: 'text/event-stream' },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    const found = await owner.query('{ customer(by: { externalRef: "g" }) { id } }');
    expect(found).toEqual({ customer: null });
  });

  test('whose client is gone follows nothing any longer', async () => {
    const subscribe = jest.spyOn(Hub.prototype, 'subscribe');
    const stream = await post({ query: 'subscription { events { kind } }' });
    await until(() => stream.data('next').length > 0, 'the first notice');
    const member = (await subscribe.mock.results[0]!.value) as Member;
    subscribe.mockRestore();
    expect(member.closed).toBe(false);
    stream.response.destroy();
    await until(() => member.closed, 'the end of the subscription');
  });

  /** Each event in some 200 kB, so that the buffers of the system fill soon. */
  const largeQuery = `subscription ($after: Position) {
    events(after: $after, types: ["message.added"]) {
      kind position ${Array.from({ length: 20 }, (_, index) => `m${index}: message { body }`).join(' ')}
    }
  }`;

  test('that is read too slowly says where to resume, and ends', async () => {
    const patient = await further.start({ PARLEY_SOCKET_BUFFER_KB: '64' }, 'all', {
      limits: { partingMs: 20_000, keepAliveMs: 20_000 },
    });
    ({ owner } = await patient.workspace());
    channelId = await makeChannel(owner);
    const client = streamClient(owner);
    const quick = followStream(client, {}, largeQuery);
    const slow = await post({ query: largeQuery });
    await until(() => slow.data('next').length > 0, 'the first notice');
    await quick.untilLive();
    slow.response.pause();
    const threadKey = unique('thread');
    let recorded = 0;
    // more than the buffers of both systems and the server's together
    while (recorded < 60) {
      await recordMessage(owner, channelId, { threadKey, body: 'x'.repeat(10_000) });
      recorded += 1;
      await quick.untilItems(() => quick.events.length === recorded);
    }
    slow.response.resume();
    await slow.untilOver();
    const results = slow.data('next') as { data?: { events: EventItem }; errors?: object[] }[];
    const last = results.at(-1)!;
    const positions = results.flatMap(({ data }) => data?.events.position ?? []);
    expect(last).toEqual({
      errors: [
        {
          message: `You read too slowly: resume after ${positions.at(-1)}.`,
          extensions: { code: 'SLOW_CONSUMER', resumeAfter: positions.at(-1) },
        },
      ],
    });
    expect(slow.data('complete')).toEqual([null]);
    expect(positions.length).toBeLessThan(60);
    client.dispose();
  });

  test('that is not read at all is cut off', async () => {
    const slow = await post({ query: largeQuery });
    await until(() => slow.data('next').length > 0, 'the first notice');
    const end = ends.get(slow.response.socket.localPort!)!;
    slow.response.pause();
    const threadKey = unique('thread');
    let most = 0;
    await until(async () => {
      await recordMessage(owner, channelId, { threadKey, body: 'x'.repeat(10_000) });
      most = Math.max(most, end.writableLength);
      return end.destroyed;
    }, 'the end of the connection');
    // the limit, the one result that went over it, and the words of farewell
    expect(most).toBeLessThan(64 * 1024 + 210_000);
    slow.response.resume();
    await slow.untilOver();
    expect(slow.data('complete')).toEqual([]);
  });
});

describe('a stream that operations share', () => {
  const reserve = async (client: Client) => {
    const response = await fetch(`${client.url}/stream`, {
      method: 'PUT',
      headers: bearer(client),
    });
    return [response.status, await response.text()] as const;
  };
  const send = (client: Client, token: string, body: object) =>
    fetch(`${client.url}/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-graphql-event-stream-token': token,
        ...bearer(client),
      },
      body: JSON.stringify(body),
    });
  const open = (client: Client, token: string) =>
    RawStream.post(`${client.url}/stream?token=${token}`, {}, bearer(client));
  const operation = (id: unknown, query = '{ viewer { name } }') => ({
    query,
    extensions: { operationId: id },
  });

  test('is reserved, opened once, and takes operations before and after', async () => {
    const [status, token] = await reserve(owner);
    expect(status).toBe(201);
    expect((await send(owner, token, operation('before'))).status).toBe(202);
    const stream = await open(owner, token);
    expect((await send(owner, token, operation('after'))).status).toBe(202);
    await until(() => stream.data('complete').length === 2, 'both answers');
    const payload = { data: { viewer: { name: 'Owner' } } };
    expect(stream.data('next')).toEqual([
      { id: 'before', payload },
      { id: 'after', payload },
    ]);
    expect(stream.data('complete')).toEqual([{ id: 'before' }, { id: 'after' }]);
    expect((await open(owner, token)).response.statusCode).toBe(409);
    stream.response.destroy();
    await until(
      async () => (await send(owner, token, operation('late'))).status === 404,
      'its end',
    );
  });

  test('is nobody else’s', async () => {
    const [, token] = await reserve(owner);
    const { owner: stranger } = await parley.workspace();
    const { token: key } = await makeKey(owner, { scopes: ['WORKSPACE_READ'] });
    for (const other of [stranger, parley.as(key)]) {
      expect((await send(other, token, operation('1'))).status).toBe(404);
      expect((await open(other, token)).response.statusCode).toBe(404);
    }
    expect((await send(parley.as(null), token, operation('1'))).status).toBe(401);
  });

  test('is gone when it isn’t opened in time', async () => {
    const [, token] = await reserve(owner);
    await until(
      async () => (await send(owner, token, operation(unique('id')))).status === 404,
      'its end',
    );
  });

  test('refuses what it can’t run, each time with the reason', async () => {
    const [, token] = await reserve(owner);
    const stream = await open(owner, token);
    const codeOf = async (response: Response) => {
      const { errors } = (await response.json()) as Answer;
      return [response.status, errors![0]!.extensions.code];
    };
    for (const id of [undefined, '', 5, 'x'.repeat(129), null]) {
      expect(await codeOf(await send(owner, token, operation(id)))).toEqual([
        400,
        'BAD_USER_INPUT',
      ]);
    }
    for (const query of ['{', '{ nope }', '']) {
      const response = await send(owner, token, operation('1', query));
      expect(await codeOf(response)).toEqual([400, 'BAD_USER_INPUT']);
    }
    const subscription = 'subscription { events { kind } }';
    expect((await send(owner, token, operation('same', subscription))).status).toBe(202);
    expect(await codeOf(await send(owner, token, operation('same', subscription)))).toEqual([
      409,
      'BAD_USER_INPUT',
    ]);
    for (let index = 1; index < 200; index++) {
      expect((await send(owner, token, operation(`s${index}`, subscription))).status).toBe(202);
    }
    expect(await codeOf(await send(owner, token, operation('more', subscription)))).toEqual([
      429,
      'RATE_LIMITED',
    ]);
    const end = await fetch(`${owner.url}/stream?operationId=same`, {
      method: 'DELETE',
      headers: { 'x-graphql-event-stream-token': token, ...bearer(owner) },
    });
    expect(end.status).toBe(200);
    await until(() => stream.data('complete').length === 1, 'its end');
    expect((await send(owner, token, operation('more', subscription))).status).toBe(202);
    const noToken = await fetch(`${owner.url}/stream`, {
      method: 'DELETE',
      headers: bearer(owner),
    });
    expect(noToken.status).toBe(400);
    stream.response.destroy();
  });
});

test('a server that stops ends its streams without completing them, so that clients connect elsewhere', async () => {
  const other = await further.start({}, 'all');
  const { owner: client } = await other.workspace();
  const stream = await RawStream.post(
    `${client.url}/stream`,
    { query: 'subscription { events { kind } }' },
    bearer(client),
  );
  await until(() => stream.data('next').length > 0, 'the first notice');
  const shared = streamClient(client, true);
  const followed = followStream(shared);
  await followed.untilLive();
  const began = performance.now();
  await other.app.close();
  expect(performance.now() - began).toBeLessThan(6_000);
  await Promise.all([stream.untilOver(), followed.untilOver()]);
  expect(stream.data('complete')).toEqual([]);
  expect(followed.closed).not.toBeNull();
  shared.dispose();
});
