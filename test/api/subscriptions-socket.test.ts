import { once } from 'node:events';
import { connect } from 'node:net';
import { Hub } from '../../src/events/hub/hub';
import type { Member } from '../../src/events/hub/member';
import { startTestApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { FurtherApps } from '../support/further-apps';
import { eventsQuery, follow, liveClient, RawSocket, type EventItem } from '../support/live-client';
import { until } from '../support/process';
import { makeChannel, recordMessage, unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let channelId: string;
beforeAll(async () => {
  parley = await startTestApp({}, 'all');
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

async function record(count: number, body = (index: number) => `Message ${index}`): Promise<void> {
  const threadKey = unique('thread');
  for (let index = 0; index < count; index++) {
    await recordMessage(owner, channelId, { threadKey, body: body(index) });
  }
}

describe('a subscription over a socket', () => {
  test('brings what happens, as it happens', async () => {
    const client = liveClient(owner);
    const followed = follow(client, added);
    await followed.untilLive();
    const { message } = await recordMessage(owner, channelId, { body: 'Hello' });
    await followed.untilItems(() => followed.events.length > 0);
    expect(followed.events).toMatchObject([
      { event: { type: 'message.added' }, message: { id: message.id, body: 'Hello' } },
    ]);
    await client.dispose();
  });

  test('goes on after the position that it is given', async () => {
    await record(5);
    const client = liveClient(owner);
    const all = follow(client, { ...added, after: 0 });
    await all.untilItems(() => all.events.length === 5);
    const third = all.events[2]!.position;
    const rest = follow(client, { ...added, after: third });
    await rest.untilItems(() => rest.events.length === 2);
    expect(bodies(rest.events)).toEqual(['Message 3', 'Message 4']);
    await client.dispose();
  });

  test('is refused for a position that lies in the future, and another goes on', async () => {
    const client = liveClient(owner);
    const good = follow(client, added);
    await good.untilLive();
    const { position } = good.items[0]!;
    const bad = follow(client, { after: position + 1_000 });
    await bad.untilOver();
    expect(bad.items).toEqual([]);
    expect(bad.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: ['after'] } },
    ]);
    expect(bad.errors![0]!.message).toContain(`is ${position + 1_000}`);
    await record(1);
    await good.untilItems(() => good.events.length === 1);
    await client.dispose();
  });

  test('ends when the client completes it, and others on the socket go on', async () => {
    const client = liveClient(owner);
    const [first, second] = [follow(client, added), follow(client, added)];
    await Promise.all([first.untilLive(), second.untilLive()]);
    first.stop();
    await record(2);
    await second.untilItems(() => second.events.length === 2);
    expect(first.events).toEqual([]);
    expect(first.isOver).toBe(true);
    await client.dispose();
  });

  test('may have the id of one that was completed just before', async () => {
    const socket = await RawSocket.admitted(owner);
    for (let round = 0; round < 20; round++) {
      socket.subscribe('same');
      socket.send({ type: 'complete', id: 'same' });
    }
    socket.subscribe('same', eventsQuery, { after: 0, ...added });
    await record(1);
    await until(() => JSON.stringify(socket.messages).includes('Message 0'), 'the message');
    expect(socket.closed).toBeNull();
    socket.drop();
  });

  test('brings results of any size whole and in order', async () => {
    const sizes = [1, 60, 66, 67, 68, 125, 126, 127, 4_000, 4_096, 20_000];
    await record(sizes.length, (index) => 'é'.repeat(sizes[index]!));
    const query = `subscription ($after: Position) {
      events(after: $after, types: ["message.added"]) {
        kind position ${Array.from({ length: 4 }, (_, index) => `m${index}: message { body }`).join(' ')}
      }
    }`;
    const client = liveClient(owner);
    const followed = follow<{ kind: string; m0: { body: string } | null }>(
      ...[client, { after: 0 }, query],
    );
    await followed.untilItems(() => followed.events.length === sizes.length);
    expect(followed.events.map(({ m0 }) => m0!.body.length)).toEqual(sizes);
    await client.dispose();
  });

  test('replays much in order, each event once, while other operations on the socket are answered', async () => {
    await record(120);
    const client = liveClient(owner);
    const followed = follow(client, { ...added, after: 0 });
    const answers = Array.from({ length: 50 }, () =>
      follow<{ name: string }>(client, {}, '{ viewer { name } }'),
    );
    await followed.untilItems(() => followed.events.length === 120);
    expect(bodies(followed.events)).toEqual(
      Array.from({ length: 120 }, (_, index) => `Message ${index}`),
    );
    await Promise.all(answers.map((answer) => answer.untilOver()));
    expect(answers.map(({ items }) => items)).toEqual(Array(50).fill([{ name: 'Owner' }]));
    await client.dispose();
  });

  test('is told nothing of another workspace', async () => {
    const { owner: stranger } = await parley.workspace();
    const client = liveClient(stranger);
    const followed = follow(client, { after: 0 });
    await followed.untilLive();
    await record(1);
    const own = await makeChannel(stranger);
    await recordMessage(stranger, own, { body: 'Mine' });
    await followed.untilItems((items) => bodies(items).includes('Mine'));
    expect(bodies(followed.events)).not.toContain('Message 0');
    await client.dispose();
  });

  test('may be asked for with aliases, fragments and directives', async () => {
    await record(1);
    const client = liveClient(owner);
    const query = `subscription Named ($after: Position, $with: Boolean!) { ...Root }
      fragment Root on Subscription {
        ... on Subscription { all: events(after: $after, types: "message.added") @skip(if: false) {
          kind message @include(if: $with) { body }
        } }
      }`;
    const having = follow(client, { after: 0, with: true }, query);
    const lacking = follow(client, { after: 0, with: false }, query);
    await having.untilItems(() => having.events.length === 1);
    await lacking.untilItems(() => lacking.events.length === 1);
    expect(having.events).toEqual([{ kind: 'EVENT', message: { body: 'Message 0' } }]);
    expect(lacking.events).toEqual([{ kind: 'EVENT' }]);
    await client.dispose();
  });
});

describe('subscriptions that are mistakes', () => {
  test.each([
    ['two fields', 'subscription { events { kind } inboxUpdates { kind } }'],
    ['no field', 'subscription { events @include(if: false) { kind } }'],
    ['introspection', 'subscription { __typename }'],
    [
      'a directive with a variable',
      'subscription ($x: Boolean = true) { events @skip(if: $x) { kind } }',
    ],
    ['an unknown field', 'subscription { nonsense }'],
    ['a syntax error', 'subscription { events { kind }'],
    ['an argument of the wrong type', 'subscription { events(after: "x") { kind } }'],
    ['a negative position', 'subscription { events(after: -1) { kind } }'],
    ['an unknown type of event', 'subscription { events(types: ["nope"]) { kind } }'],
    [
      'a variable without a value',
      'subscription ($after: Position!) { events(after: $after) { kind } }',
    ],
    ['two operations', 'subscription a { events { kind } } subscription b { events { kind } }'],
    ['nothing', ''],
    [
      'what is costly',
      `subscription { events { conversation { customer { conversations(first: 100) { nodes {
        messages(first: 100) { nodes { id } } } } } } } }`,
    ],
  ])('%s is refused, and the socket stays', async (_name, query) => {
    const socket = await RawSocket.admitted(owner);
    for (const id of ['1', '2', '3']) {
      socket.subscribe(id, query);
      const { payload } = await socket.until('error', id);
      const [error] = payload as { extensions: { code: string } }[];
      expect(error!.extensions.code).toMatch(/^(BAD_USER_INPUT|QUERY_TOO_COSTLY)$/);
    }
    socket.subscribe('4', '{ viewer { name } }');
    await socket.until('complete', '4');
    socket.drop();
  });

  test('over plain HTTP are told where to go', async () => {
    for (let round = 0; round < 3; round++) {
      const { status, errors, data } = await owner.ask('subscription { events { kind } }');
      expect({ status, data }).toEqual({ status: 400, data: undefined });
      expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors![0]!.message).toMatch(/WebSocket.*event stream/);
    }
  });

  test('over plain HTTP are no fault', async () => {
    const query = 'subscription ($x: Boolean!) { events @skip(if: $x) { kind } }';
    const { status, errors } = await owner.ask(query, { x: false });
    expect([status, errors![0]!.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('other operations over a socket', () => {
  test('queries and mutations are answered as over HTTP', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('q', 'query ($first: Int) { channels(first: $first) { nodes { id } } }', {
      first: 5,
    });
    expect((await socket.until('next', 'q')).payload).toEqual({
      data: { channels: { nodes: [{ id: channelId }] } },
    });
    await socket.until('complete', 'q');
    socket.subscribe(
      'm',
      'mutation { customerUpsert(by: { externalRef: "x" }, input: { name: "Ada" }) { outcome } }',
    );
    expect((await socket.until('next', 'm')).payload).toEqual({
      data: { customerUpsert: { outcome: 'CREATED' } },
    });
    socket.subscribe('e', '{ node(id: "x") { id } channels(first: 1000) { nodes { id } } }');
    expect((await socket.until('next', 'e')).payload).toMatchObject({
      errors: [{ path: ['channels'], extensions: { code: 'BAD_USER_INPUT', argument: ['first'] } }],
    });
    socket.drop();
  });

  test('a ping of the protocol is answered', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.send({ type: 'ping', payload: { at: 1 } });
    expect(await socket.until('pong')).toEqual({ type: 'pong', payload: { at: 1 } });
    socket.drop();
  });
});

test('what a socket follows ends with it', async () => {
  const subscribe = jest.spyOn(Hub.prototype, 'subscribe');
  const ends: ((socket: RawSocket) => void)[] = [
    (socket) => socket.send({ type: 'complete', id: '1' }),
    (socket) => socket.ws.close(),
    (socket) => socket.drop(),
    (socket) => socket.send('garbage'),
  ];
  for (const [index, end] of ends.entries()) {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('1');
    await socket.until('next', '1');
    const member = (await subscribe.mock.results[index]!.value) as Member;
    expect(member.closed).toBe(false);
    end(socket);
    await until(() => member.closed, 'the end of the subscription');
    socket.drop();
  }
  subscribe.mockRestore();
});

describe('the way to a socket', () => {
  test('credentials may come with the upgrade request, and in any case of their names', async () => {
    const authorization = `Bearer ${owner.token}`;
    const byHeader = await RawSocket.open(owner, { headers: { authorization } });
    byHeader.send({ type: 'connection_init' });
    await byHeader.until('connection_ack');
    for (const payload of [{ Authorization: authorization }, { AUTHORIZATION: authorization }]) {
      const socket = await RawSocket.open(owner);
      socket.send({ type: 'connection_init', payload });
      await socket.until('connection_ack');
      socket.drop();
    }
    byHeader.drop();
  });

  const upgrade = async (path: string, more = '') => {
    const { port } = new URL(parley.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`,
    );
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    await until(() => answer.includes('\r\n\r\n'), 'an answer');
    socket.destroy();
    return answer;
  };

  test('sockets are at one place only', async () => {
    for (const path of ['/', '/graphq', '/graphql/', '/graphql/stream', '/health/live']) {
      expect(await upgrade(path)).toMatch(/^HTTP\/1.1 404 Not Found\r\n/);
    }
    expect(await upgrade('/graphql?x=1')).toMatch(/^HTTP\/1.1 101 /);
  });

  test('without the subprotocol there is no conversation', async () => {
    const more = 'Sec-WebSocket-Protocol: mqtt\r\n';
    expect(await upgrade('/graphql', more)).not.toMatch(/sec-websocket-protocol/i);
    const socket = await RawSocket.open(owner, { protocol: null });
    expect((await socket.untilClosed()).code).toBe(4406);
  });

  test('a client that would rather speak HTTP/2 is answered in HTTP/1.1', async () => {
    const body = JSON.stringify({ query: '{ viewer { name } }' });
    const { port } = new URL(parley.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head =
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
      `HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n` +
      `Content-Type: application/json\r\nAuthorization: Bearer ${owner.token}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    // both in one piece, then apart, on the same connection
    socket.write(head + body);
    await until(() => answer.includes('"Owner"'), 'the first answer');
    answer = '';
    socket.write(head);
    socket.write(body.slice(0, 5));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(body.slice(5));
    await until(() => answer.includes('"Owner"'), 'the second answer');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    socket.destroy();
  });
});

test('a server that stops closes its sockets with a code for connecting elsewhere', async () => {
  const other = await further.start({}, 'all');
  const { owner: client } = await other.workspace();
  const socket = await RawSocket.admitted(new Client(client.url, client.token));
  socket.subscribe('1');
  await socket.until('next', '1');
  const idle = await RawSocket.open(client);
  const silent = await RawSocket.admitted(client);
  // it never answers, not even that it is closed
  silent.ws.pause();
  const began = performance.now();
  await other.app.close();
  expect(performance.now() - began).toBeLessThan(6_000);
  expect(await socket.untilClosed()).toEqual({
    code: 1001,
    reason: 'The server stops: connect again.',
  });
  expect((await idle.untilClosed()).code).toBe(1001);
  silent.drop();
});
