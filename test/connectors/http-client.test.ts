import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent } from 'undici';
import { OutcomeUnknown, Rejected, RetryLater } from '../../src/connectors/kit/errors';
import type { ConnectorHttp, ConnectorRequest } from '../../src/connectors/kit/http';
import {
  createConnectorAgent,
  createConnectorHttp,
  isAmongHosts,
  type RequestHooks,
} from '../../src/connectors/kit/http-client';
import { OutgoingGuard } from '../../src/outgoing/guard';

let servers: Server[] = [];
let agents: Agent[] = [];
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  [servers, agents] = [[], []];
});

/** A platform on loopback; gives its base URL. */
async function platform(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function http(options: { allow?: string[]; hooks?: RequestHooks; signal?: AbortSignal } = {}) {
  const { allow = ['127.0.0.0/8'], hooks, signal = new AbortController().signal } = options;
  const agent = createConnectorAgent(new OutgoingGuard({ names: [], networks: allow }));
  agents.push(agent);
  return createConnectorHttp({ agent, hosts: ['127.0.0.1'], signal, hooks });
}

/** What a request throws. */
function failure(through: ConnectorHttp, request: ConnectorRequest): Promise<unknown> {
  return through.request(request).then(
    ({ status }) => `answered ${status}`,
    (error: unknown) => error,
  );
}

test('an answer of any status comes back, with its headers and its JSON', async () => {
  const url = await platform((_, response) => {
    response.writeHead(422, { 'X-Limit': '7', 'content-type': 'application/json' });
    response.end('{"error":"no"}');
  });
  const response = await http().request({ url });
  expect(response.status).toBe(422);
  expect(response.headers['x-limit']).toBe('7');
  expect(response.json()).toEqual({ error: 'no' });
});

test('what is no JSON reads as null', async () => {
  const url = await platform((_, response) => void response.end('<html>'));
  expect((await http().request({ url })).json()).toBeNull();
});

test('JSON and forms are sent as such', async () => {
  const seen: string[] = [];
  const url = await platform((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(`${request.headers['content-type']} ${Buffer.concat(chunks).toString()}`);
      response.end();
    });
  });
  const through = http();
  await through.request({ method: 'POST', url, json: { text: 'hello' } });
  await through.request({ method: 'POST', url, form: { text: 'a b' } });
  expect(seen).toEqual([
    'application/json {"text":"hello"}',
    'application/x-www-form-urlencoded text=a+b',
  ]);
});

test('redirects are not followed', async () => {
  const url = await platform(
    (_, response) => void response.writeHead(302, { location: '/' }).end(),
  );
  expect((await http().request({ url })).status).toBe(302);
});

test.each(['http://localhost:1/', 'https://example.com/', 'ftp://127.0.0.1/', 'nonsense'])(
  'a host that is not the connector’s is refused: %s',
  async (url) => {
    expect(await failure(http(), { url })).toMatchObject({
      constructor: Rejected,
      code: 'HOST_NOT_ALLOWED',
    });
  },
);

test('an address that the operator does not allow is refused', async () => {
  const url = await platform((_, response) => void response.end());
  const error = await failure(http({ allow: [] }), { url });
  expect(error).toBeInstanceOf(Rejected);
  expect((error as Error).message).toContain('PARLEY_OUTGOING_ALLOW');
});

test('where nobody listens nothing was sent, and it can be tried again', async () => {
  const url = await platform((_, response) => void response.end());
  servers[0]!.close();
  servers[0]!.closeAllConnections();
  await once(servers[0]!, 'close');
  expect(await failure(http(), { url, method: 'POST' })).toBeInstanceOf(RetryLater);
});

describe.each([
  ['a connection that breaks', (_: unknown, response: { destroy(): void }) => response.destroy()],
  ['an answer that never comes', () => undefined],
  [
    'half an answer',
    (_: unknown, response: Parameters<RequestListener>[1]) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    },
  ],
])('%s', (_, listener) => {
  const limits = { timeout: 150, largestAnswer: 1_000 };

  test('leaves it open whether a change was made', async () => {
    const url = await platform(listener);
    expect(await failure(http(), { url, method: 'POST', ...limits })).toBeInstanceOf(
      OutcomeUnknown,
    );
  });

  test('lets a question be asked again', async () => {
    const url = await platform(listener);
    expect(await failure(http(), { url, ...limits })).toBeInstanceOf(RetryLater);
  });
});

test('an answer without an end is not read to its end, and is no use to ask for again', async () => {
  const url = await platform((_, response) => void response.write('x'.repeat(2_000)));
  const error = await failure(http(), { url, largestAnswer: 1_000 });
  expect(error).toMatchObject({ constructor: Rejected, code: 'TOO_LARGE' });
});

test('an answer without an end to a change leaves it open whether it was made', async () => {
  const url = await platform((_, response) => void response.write('x'.repeat(2_000)));
  const error = await failure(http(), { url, method: 'POST', largestAnswer: 1_000 });
  expect(error).toBeInstanceOf(OutcomeUnknown);
});

test('the signal ends a request', async () => {
  const stopping = new AbortController();
  const url = await platform(() => stopping.abort());
  const error = await failure(http({ signal: stopping.signal }), { url });
  expect(error).toBeInstanceOf(RetryLater);
});

test('an empty budget keeps a request from being sent', async () => {
  let asked = 0;
  const url = await platform((_, response) => void response.end(String(++asked)));
  const hooks = { beforeRequest: () => Promise.reject(new RetryLater('Wait.', 30)) };
  const through = http({ hooks });
  expect(await failure(through, { url, bucket: 'posts' })).toMatchObject({ afterSeconds: 30 });
  expect(asked).toBe(0);
  expect((await through.request({ url })).status).toBe(200);
});

test('what the platform says of a budget is told, whatever the status', async () => {
  const url = await platform((_, response) => {
    response.writeHead(429, { 'x-rate-limit-remaining': '0' }).end();
  });
  const told: unknown[] = [];
  const hooks: RequestHooks = {
    afterResponse: (bucket, status, headers) => {
      told.push([bucket, status, headers['x-rate-limit-remaining']]);
      return Promise.resolve();
    },
  };
  await http({ hooks }).request({ url, bucket: 'posts' });
  expect(told).toEqual([['posts', 429, '0']]);
});

test('a star in a list of hosts stands for all below, and for nothing else', () => {
  const hosts = ['api.example.com', '*.example.org'];
  expect(isAmongHosts('API.example.com', hosts)).toBe(true);
  expect(isAmongHosts('a.b.example.org', hosts)).toBe(true);
  for (const host of [
    'example.org',
    'evilexample.org',
    'example.com',
    'api.example.com.evil.net',
  ]) {
    expect(isAmongHosts(host, hosts)).toBe(false);
  }
});
