import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from 'node:net';
import { failureWords } from '../../src/outgoing/failure-words';
import { OutgoingGuard } from '../../src/outgoing/guard';
import {
  SystemHostLookup,
  type HostAddress,
  type HostLookup,
} from '../../src/outgoing/host-lookup';
import { OutgoingClient, type OutgoingAnswer } from '../../src/outgoing/http-client';

let servers: (Server | TcpServer)[] = [];
let clients: OutgoingClient[] = [];
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
  clients = [];
  servers = [];
});

/** A server on loopback; gives its port and how many connections it got. */
async function serve(
  listener: RequestListener = (_, response) => void response.end('hello'),
): Promise<{ port: number; connections: () => number }> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

const toLoopback: HostAddress = { address: '127.0.0.1', family: 4 };
const toPublic: HostAddress = { address: '93.184.215.14', family: 4 };

function client(networks: string[], find?: HostLookup): OutgoingClient {
  const made = new OutgoingClient(new OutgoingGuard({ names: [], networks }, find));
  clients.push(made);
  return made;
}

const post = (through: OutgoingClient, url: string, timeout = 5_000): Promise<OutgoingAnswer> =>
  through.post({ url, headers: { 'content-type': 'text/plain' }, body: 'x', timeout });

/** Why a request got no answer, as people are told. */
async function failure(through: OutgoingClient, url: string, timeout?: number): Promise<string> {
  return post(through, url, timeout).then(
    ({ status }) => `answered ${status}`,
    (error: unknown) => failureWords(error),
  );
}

test('an allowed host is asked and answers', async () => {
  const { port } = await serve();
  const answer = await post(client(['127.0.0.0/8']), `http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ status: 200, excerpt: 'hello' });
});

test.each([
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '[::ffff:127.0.0.1]',
  'localhost',
  'localhost.',
])('no connection is made to %s, where nothing is allowed', async (host) => {
  const { port, connections } = await serve();
  for (const scheme of ['http', 'https']) {
    expect(await failure(client([]), `${scheme}://${host}:${port}/`)).toContain(
      'not on the public internet',
    );
  }
  expect(connections()).toBe(0);
});

test('a name that leads elsewhere the second time is checked again, and not connected to', async () => {
  const { port, connections } = await serve();
  const answers = [[toPublic], [toLoopback]];
  const find: HostLookup = () => Promise.resolve(answers.shift()!);
  const guard = new OutgoingGuard({ names: [], networks: [] }, find);
  const rebound = new OutgoingClient(guard);
  clients.push(rebound);
  const url = `https://rebinding.example:${port}/`;
  await guard.check(new URL(url));
  expect(await failure(rebound, url)).toContain('not on the public internet');
  expect(connections()).toBe(0);
});

test('the address that was checked is the one that is connected to', async () => {
  const { port, connections } = await serve();
  let questions = 0;
  const find: HostLookup = () => {
    questions += 1;
    return Promise.resolve([toLoopback]);
  };
  const answer = await post(client(['127.0.0.1'], find), `http://named.example:${port}/`);
  expect(answer.status).toBe(200);
  expect([questions, connections()]).toEqual([1, 1]);
});

test('a host with one address that is not allowed is refused, whichever would be taken', async () => {
  const { port, connections } = await serve();
  const find: HostLookup = () => Promise.resolve([toPublic, toLoopback]);
  expect(await failure(client([], find), `https://half.example:${port}/`)).toContain('public');
  expect(connections()).toBe(0);
});

test('proxies of the environment are not used', async () => {
  const proxy = await serve();
  const { port } = await serve();
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
  try {
    const answer = await post(client(['127.0.0.1']), `http://127.0.0.1:${port}/`);
    expect(answer.excerpt).toBe('hello');
    expect(proxy.connections()).toBe(0);
  } finally {
    for (const name of names) delete process.env[name];
  }
});

test('redirects are given back and not followed', async () => {
  const target = await serve();
  const { port } = await serve((_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${target.port}/` }).end(),
  );
  const answer = await post(client(['127.0.0.1']), `http://127.0.0.1:${port}/`);
  expect(answer.status).toBe(302);
  expect(target.connections()).toBe(0);
});

describe('bounds', () => {
  test('a body without an end is cut off', async () => {
    let sent = 0;
    const { port } = await serve((_, response) => {
      const more = () => {
        sent += 65_536;
        if (!response.destroyed) {
          response.write(Buffer.alloc(65_536, 'é'), () => setImmediate(more));
        }
      };
      more();
    });
    const { status, excerpt } = await post(client(['127.0.0.1']), `http://127.0.0.1:${port}/`);
    expect(status).toBe(200);
    expect(excerpt).toBe('é'.repeat(1_024));
    expect(sent).toBeLessThan(20_000_000);
  });

  test('a body that stands still gives what there was, when the time is up', async () => {
    const { port } = await serve((_, response) => void response.write('some'));
    const answer = await post(client(['127.0.0.1']), `http://127.0.0.1:${port}/`, 200);
    expect(answer).toMatchObject({ status: 200, excerpt: 'some' });
  });

  test('no answer in time is a failure', async () => {
    const { port } = await serve(() => undefined);
    const began = performance.now();
    const words = await failure(client(['127.0.0.1']), `http://127.0.0.1:${port}/`, 200);
    expect(words).toBe('No answer came in time.');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('headers without an end are a failure', async () => {
    const { port } = await serve((_, response) => {
      response.socket!.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}`);
    });
    const words = await failure(client(['127.0.0.1']), `http://127.0.0.1:${port}/`);
    expect(words).toBe('The headers of the answer are too large.');
  });

  test('an excerpt holds no broken character and no NUL', async () => {
    const { port } = await serve((_, response) => {
      response.end(
        Buffer.concat([Buffer.from([0, 0xff]), Buffer.from('x'.repeat(2_045)), Buffer.from('é')]),
      );
    });
    const { excerpt } = await post(client(['127.0.0.1']), `http://127.0.0.1:${port}/`);
    expect(excerpt).toBe(`\ufffd\ufffd${'x'.repeat(2_045)}`);
  });
});

describe('in words', () => {
  test('nobody listens', async () => {
    const { port } = await serve();
    servers.pop()!.close();
    expect(await failure(client(['127.0.0.1']), `http://127.0.0.1:${port}/`)).toBe(
      'The connection was refused: nothing listens there.',
    );
  });

  test('the connection is cut off', async () => {
    const { port } = await serve((_, response) => void response.destroy());
    expect(await failure(client(['127.0.0.1']), `http://127.0.0.1:${port}/`)).toBe(
      'The connection was cut off.',
    );
  });

  test('something else than HTTP answers', async () => {
    const server = createTcpServer((socket) =>
      socket.on('error', () => undefined).end('hello\r\n'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    expect(await failure(client(['127.0.0.1']), `http://127.0.0.1:${port}/`)).toBe(
      'The answer is no HTTP.',
    );
    expect(await failure(client(['127.0.0.1']), `https://127.0.0.1:${port}/`)).toMatch(
      /^No encrypted connection came about/,
    );
  });

  test('the name is nobody’s', async () => {
    const find: HostLookup = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await failure(client([], find), 'https://nobody.example/')).toBe(
      'There is no host of the name nobody.example.',
    );
  });
});

test('names of the hosts file are found', async () => {
  expect(await new SystemHostLookup().find('localhost')).toContainEqual(toLoopback);
});
