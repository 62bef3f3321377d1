import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { FurtherApps } from '../support/further-apps';
import {
  eventsQuery,
  follow,
  liveClient,
  RawSocket,
  socketUrl,
  type EventItem,
} from '../support/live-client';
import { retainedMemory, retainsMoreThan } from '../support/retained-memory';
import { until } from '../support/process';
import { makeChannel, recordMessage, unique } from '../support/world';

let parley: TestApp;
let owner: Client;
let channelId: string;
const limits = { initMs: 500, partingMs: 300 };
beforeAll(async () => {
  parley = await startTestApp({ PARLEY_SOCKET_BUFFER_KB: '64' }, 'all', { limits });
});
beforeEach(async () => {
  ({ owner } = await parley.workspace());
  channelId = await makeChannel(owner);
});
afterAll(() => parley.close());
afterEach(async () => {
  expect(parley.faults.splice(0)).toEqual([]);
  // whatever was done to it, it still serves
  expect(await owner.query('{ viewer { name } }')).toEqual({ viewer: { name: 'Owner' } });
});

const further = new FurtherApps();
afterEach(async () => expect(await further.close()).toEqual([]));

describe('frames that are garbage close their socket', () => {
  const init = JSON.stringify({ type: 'connection_init' });
  test.each<[string, string | Buffer]>([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['half of a message', init.slice(0, 10)],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '5'],
    ['an object without a type', '{}'],
    ['a type that is no text', '{"type":5}'],
    ['an unknown type', '{"type":"start"}'],
    ['a type of prototypes', '{"type":"__proto__"}'],
    ['a message that servers send', '{"type":"next","id":"1","payload":{}}'],
    ['another that servers send', '{"type":"connection_ack"}'],
    ['a payload that is no object', '{"type":"connection_init","payload":[]}'],
    ['a subscription without an id', '{"type":"subscribe","payload":{"query":"{a}"}}'],
    ['one whose id is empty', '{"type":"subscribe","id":"","payload":{"query":"{a}"}}'],
    ['one whose id is a number', '{"type":"subscribe","id":1,"payload":{"query":"{a}"}}'],
    ['one without a payload', '{"type":"subscribe","id":"1"}'],
    ['one without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    [
      'one whose variables are a list',
      '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}',
    ],
    ['bytes', Buffer.from([0, 1, 2, 254, 255])],
    ['100,000 brackets', '['.repeat(100_000)],
  ])('%s', async (_name, frame) => {
    const socket = await RawSocket.admitted(owner);
    socket.send(frame);
    expect((await socket.untilClosed()).code).toBe(4400);
  });

  test.each<[string, number[], number]>([
    ['that are not masked', [0x81, 0x02, 0x7b, 0x7d], 1002],
    ['of an unknown kind', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['with bits that nobody agreed on', [0xf1, 0x80, 0, 0, 0, 0], 1002],
    ['of text that is no UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
    [
      'that claim to be larger than memory',
      [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      1009,
    ],
    ['that claim to be 2 MiB', [0x81, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0], 1009],
  ])('%s', async (_name, bytes, code) => {
    const socket = await RawSocket.admitted(owner);
    socket.stream.write(Buffer.from(bytes));
    expect((await socket.untilClosed()).code).toBe(code);
  });

  test('and none of a thousand random ones does harm', async () => {
    const random = (length: number) =>
      Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
    for (let round = 0; round < 50; round++) {
      const socket = await RawSocket.admitted(owner);
      for (let index = 0; index < 20; index++) socket.stream.write(random(1 + index * 10));
      socket.stream.end();
      await socket.untilClosed();
    }
  });
});

describe('a socket that is not admitted', () => {
  test('is closed when it never says who it is', async () => {
    const socket = await RawSocket.open(owner);
    expect(await socket.untilClosed()).toMatchObject({ code: 4408 });
  });

  test('is closed when it sends much before', async () => {
    const socket = await RawSocket.open(owner);
    const payload = { authorization: `Bearer ${owner.token}`, more: 'x'.repeat(100_000) };
    socket.send({ type: 'connection_init', payload });
    expect((await socket.untilClosed()).code).toBe(1009);
    const patient = await RawSocket.open(owner);
    const feed = setInterval(() =>
      patient.send({ type: 'ping', payload: { x: 'x'.repeat(9_000) } }),
    );
    expect((await patient.untilClosed()).code).toBe(1009);
    clearInterval(feed);
  });

  test('is closed when it says so twice', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${owner.token}` } });
    expect((await socket.untilClosed()).code).toBe(4429);
  });
});

describe('a socket that asks for too much', () => {
  test('10,000 subscriptions: 200 run, and each of the others is refused by itself', async () => {
    const socket = await RawSocket.admitted(owner);
    for (let index = 0; index < 10_000; index++) {
      socket.subscribe(`s${index}`, 'subscription { events { position kind } }');
    }
    const errors = () => socket.messages.filter(({ type }) => type === 'error');
    await until(() => errors().length === 9_800 || socket.closed !== null, 'the errors');
    expect(socket.closed).toBeNull();
    expect(errors()[0]).toMatchObject({
      id: 's200',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    const running = () =>
      new Set(socket.messages.filter(({ type }) => type === 'next').map(({ id }) => id)).size;
    await until(() => running() === 200, 'the notices of those that run');
    socket.send({ type: 'complete', id: 's7' });
    socket.subscribe('again', '{ viewer { name } }');
    await socket.until('complete', 'again');
    socket.drop();
  });

  test('10,000 queries at once are answered or refused', async () => {
    const socket = await RawSocket.admitted(owner);
    for (let index = 0; index < 10_000; index++) socket.subscribe(`q${index}`, '{ __typename }');
    const ends = () =>
      socket.messages.filter(({ type }) => type === 'complete' || type === 'error');
    await until(() => ends().length === 10_000 || socket.closed !== null, 'the answers');
    // whoever reads is not cut off
    expect(socket.closed).toBeNull();
    socket.drop();
  });

  test('a message of more than a mebibyte closes it', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('1', `{ viewer { name } } # ${'x'.repeat(90_000)}`);
    await socket.until('complete', '1');
    socket.subscribe('2', '{ viewer { name } }', { x: 'x'.repeat(1024 * 1024) });
    expect((await socket.untilClosed()).code).toBe(1009);
  });

  test('a query of more than 100,000 characters is refused', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('1', `{ viewer { name } } # ${'x'.repeat(100_000)}`);
    expect((await socket.until('error', '1')).payload).toMatchObject([
      {
        message: 'query must be at most 100000 characters.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    socket.drop();
  });

  test('an id of more than 128 characters closes it, and one of 128 is fine', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('é'.repeat(128), '{ viewer { name } }');
    await socket.until('complete', 'é'.repeat(128));
    socket.subscribe('x'.repeat(129), '{ viewer { name } }');
    expect((await socket.untilClosed()).code).toBe(4400);
  });

  test('an id that is in use closes it', async () => {
    const socket = await RawSocket.admitted(owner);
    socket.subscribe('1');
    await socket.until('next', '1');
    socket.subscribe('1');
    expect((await socket.untilClosed()).code).toBe(4409);
  });

  test.each(['__proto__', 'constructor', 'toString', '"', '\\', '\u0000', '\ud800', '💥'])(
    'the id %j is one like any other',
    async (id) => {
      const socket = await RawSocket.admitted(owner);
      socket.subscribe(id, 'subscription { events { kind } }');
      expect(await socket.until('next')).toEqual({
        id,
        type: 'next',
        payload: { data: { events: { kind: 'HEARTBEAT' } } },
      });
      socket.drop();
    },
  );
});

/** Each event in some 200 kB, so that the buffers of the system fill soon. */
const largeQuery = `subscription ($after: Position) {
  events(after: $after, types: ["message.added"]) {
    kind position ${Array.from({ length: 20 }, (_, index) => `m${index}: message { body }`).join(' ')}
  }
}`;
const body = 'x'.repeat(10_000);

async function recordLarge(count: number): Promise<void> {
  const threadKey = unique('thread');
  for (let index = 0; index < count; index++) {
    await recordMessage(owner, channelId, { threadKey, body });
  }
}

describe('a subscriber that reads too slowly', () => {
  let patient: TestApp;
  const partingMs = 2_000;
  /** The server's ends of its connections, by the port at the other end. */
  const ends = new Map<number, Socket>();
  const endOf = (socket: RawSocket) => ends.get(socket.stream.localPort!)!;
  beforeAll(async () => {
    patient = await startTestApp({ PARLEY_SOCKET_BUFFER_KB: '64' }, 'all', {
      limits: { partingMs },
    });
    patient.app.http.server.on('connection', (socket) => ends.set(socket.remotePort!, socket));
  });
  beforeEach(async () => {
    ({ owner } = await patient.workspace());
    channelId = await makeChannel(owner);
  });
  afterEach(() => expect(patient.faults.splice(0)).toEqual([]));
  afterAll(() => patient.close());

  const eventsOn = (socket: RawSocket, id: string) =>
    socket.messages
      .filter((message) => message.type === 'next' && message.id === id)
      .map(({ payload }) => (payload as { data: { events: EventItem } }).data.events)
      .filter(({ kind }) => kind === 'EVENT')
      .map(({ position }) => position);

  test('is cut off before much waits for it, and can resume; others notice nothing', async () => {
    const client = liveClient(owner);
    const quick = follow(client, {}, largeQuery);
    await quick.untilLive();
    const slow = await RawSocket.admitted(owner);
    slow.subscribe('1', largeQuery);
    await slow.until('next', '1');
    slow.ws.pause();
    let recorded = 0;
    let most = 0;
    while (!endOf(slow).destroyed && recorded < 300) {
      await recordLarge(2);
      recorded += 2;
      await quick.untilItems(() => quick.events.length === recorded);
      most = Math.max(most, endOf(slow).writableLength);
    }
    expect(endOf(slow).destroyed).toBe(true);
    // the limit, and the one result that went over it
    expect(most).toBeGreaterThan(64 * 1024);
    expect(most).toBeLessThan(64 * 1024 + 210_000);
    expect(quick.isOver).toBe(false);
    slow.ws.resume();
    await slow.untilClosed();
    const got = eventsOn(slow, '1');
    const all = quick.events.map(({ position }) => position);
    expect(got).toEqual(all.slice(0, got.length));
    expect(got.length).toBeLessThan(all.length);
    const rest = follow(client, { after: got.at(-1) ?? 0 }, largeQuery);
    await rest.untilItems(() => rest.events.length === all.length - got.length);
    expect([...got, ...rest.events.map(({ position }) => position)]).toEqual(all);
    await client.dispose();
  });

  test('is told where to resume when it reads on in time', async () => {
    const client = liveClient(owner);
    const quick = follow(client, {}, largeQuery);
    const slow = await RawSocket.admitted(owner);
    slow.subscribe('1', largeQuery);
    slow.subscribe('2', 'subscription { events(types: ["channel.created"]) { kind position } }');
    await Promise.all([quick.untilLive(), slow.until('next', '1'), slow.until('next', '2')]);
    slow.ws.pause();
    let recorded = 0;
    const record = async () => {
      await recordLarge(1);
      recorded += 1;
      // whoever is in the same group gets it at the same moment
      await quick.untilItems(() => quick.events.length === recorded);
    };
    while (endOf(slow).writableLength <= 64 * 1024) await record();
    await record();
    slow.ws.resume();
    const { code, reason } = await slow.untilClosed();
    expect(code).toBe(4413);
    const [, position] = /^SLOW_CONSUMER: resume after (\d+)$/.exec(reason)!;
    // everything up to there has come, and nothing after it
    expect(eventsOn(slow, '1').at(-1)).toBe(Number(position));
    await client.dispose();
  });

  test('may take its time with a replay, which goes no faster than it reads', async () => {
    await recordLarge(100);
    const slow = await RawSocket.admitted(owner);
    slow.subscribe('1', largeQuery, { after: 0 });
    await slow.until('next', '1');
    for (let round = 0; round < 5; round++) {
      slow.ws.pause();
      await recordLarge(1);
      slow.ws.resume();
      const count = slow.messages.length;
      await until(() => slow.messages.length > count || slow.closed !== null, 'more');
    }
    const hasAll = () => eventsOn(slow, '1').length === 105;
    await until(() => hasAll() || slow.closed !== null, 'everything');
    expect(slow.closed).toBeNull();
    slow.drop();
  });
});

describe('a peer that never reads', () => {
  let impatient: TestApp;
  beforeAll(async () => {
    impatient = await startTestApp({ PARLEY_SOCKET_BUFFER_KB: '64' }, 'all', {
      limits: { ...limits, keepAliveMs: 600 },
    });
  });
  beforeEach(async () => {
    ({ owner } = await impatient.workspace());
  });
  afterEach(() => expect(impatient.faults.splice(0)).toEqual([]));
  afterAll(() => impatient.close());

  const openConnections = () => {
    const { server } = impatient.app.http;
    return promisify(server.getConnections.bind(server))();
  };

  /** A socket beneath which nothing is read once it is admitted. */
  async function deaf(): Promise<{ stream: Socket; frame: (message: object) => Buffer }> {
    const { port } = new URL(impatient.url);
    const stream = connect(Number(port), '127.0.0.1');
    stream.on('error', () => undefined);
    await once(stream, 'connect');
    stream.write(
      `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    let got = '';
    const hear = (chunk: Buffer) => (got += chunk.toString('latin1'));
    stream.on('data', hear);
    const frame = (message: object) => {
      const text = Buffer.from(JSON.stringify(message));
      const head = Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255, 0, 0, 0, 0]);
      return Buffer.concat([head, text]);
    };
    stream.write(
      frame({
        type: 'connection_init',
        payload: { authorization: `Bearer ${owner.token}`, padding: 'x'.repeat(200) },
      }),
    );
    await until(() => got.includes('connection_ack'), 'the admission');
    stream.off('data', hear).pause();
    return { stream, frame };
  }

  test.each([
    ['pings without end', { type: 'ping', payload: { x: 'x'.repeat(1_000) } }],
    [
      'mistakes without end',
      { type: 'subscribe', id: 'x'.repeat(100), payload: { query: '{ nope }' } },
    ],
    [
      'queries without end',
      { type: 'subscribe', id: 'x'.repeat(100), payload: { query: '{ __typename }' } },
    ],
  ])('and sends %s is cut off, and takes up little', async (_name, message) => {
    const before = await openConnections();
    const { stream, frame } = await deaf();
    const bytes = Buffer.concat(Array.from({ length: 100 }, () => frame(message)));
    const little = retainedMemory() + 20 * 1024 * 1024;
    let isMuch = false;
    const isGone = async () => (await openConnections()) <= before;
    for (let turn = 0; !(await isGone()); turn++) {
      if (stream.writableLength < 1_000_000) stream.write(bytes);
      if (turn % 500 === 0) isMuch ||= retainsMoreThan(little);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isMuch).toBe(false);
    stream.destroy();
  });

  test('nor answers pings is cut off', async () => {
    const ws = new WebSocket(socketUrl(owner), 'graphql-transport-ws', { autoPong: false });
    await once(ws, 'open');
    ws.send(
      JSON.stringify({
        type: 'connection_init',
        payload: { authorization: `Bearer ${owner.token}` },
      }),
    );
    const [code] = (await once(ws, 'close')) as [number];
    expect(code).toBe(1006);
  });

  test('while one that answers them stays', async () => {
    const socket = await RawSocket.admitted(owner);
    let pings = 0;
    socket.ws.on('ping', () => (pings += 1));
    await until(() => pings >= 3 || socket.closed !== null, 'three pings');
    expect(socket.closed).toBeNull();
    socket.drop();
  });
});

test('at most a thousand sockets wait to be admitted, and room is made again', async () => {
  const slow = await further.start({}, 'api', { limits: { initMs: 60_000 } });
  const { owner: client } = await slow.workspace();
  const sockets = await Promise.all(Array.from({ length: 1_000 }, () => RawSocket.open(client)));
  const refused = new WebSocket(socketUrl(client), 'graphql-transport-ws');
  const [error] = (await once(refused, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 503');
  const [first] = sockets;
  first!.send({ type: 'connection_init', payload: { authorization: `Bearer ${client.token}` } });
  await first!.until('connection_ack');
  const another = await RawSocket.admitted(client);
  another.subscribe('1', '{ viewer { name } }');
  await another.until('complete', '1');
  for (const socket of [...sockets, another]) socket.drop();
});

test('events on a crowd of sockets reach each of them once', async () => {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => RawSocket.admitted(owner)));
  for (const [index, socket] of sockets.entries()) {
    socket.subscribe(`id-${index}`, eventsQuery, { types: ['message.added'] });
  }
  await Promise.all(sockets.map((socket) => socket.until('next')));
  for (let index = 0; index < 10; index++) {
    await recordMessage(owner, channelId, { body: `Message ${index}` });
  }
  const events = (socket: RawSocket) =>
    socket.messages
      .filter(({ type }) => type === 'next')
      .map(({ payload }) => (payload as { data: { events: EventItem } }).data.events)
      .filter(({ kind }) => kind === 'EVENT');
  await until(() => sockets.every((socket) => events(socket).length === 10), 'ten events each');
  for (const [index, socket] of sockets.entries()) {
    expect(events(socket)).toEqual(events(sockets[0]!));
    expect(new Set(socket.messages.slice(1).map(({ id }) => id))).toEqual(new Set([`id-${index}`]));
    socket.drop();
  }
});
