import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from '../support/app';
import type { Client, WireError } from '../support/client';

let parley: TestApp;
let owner: Client;
beforeAll(async () => {
  parley = await startTestApp();
  ({ owner } = await parley.workspace());
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const query = '{ viewer { name } }';

/** What a response comes to when it holds nothing but one error. */
async function refusal(
  response: Response,
): Promise<{ status: number; code: string; message: string }> {
  const { errors, ...rest } = (await response.json()) as { errors: WireError[] };
  expect(rest).toEqual({});
  expect(errors).toHaveLength(1);
  expect(Object.keys(errors[0]!.extensions)).toEqual(['code']);
  const { extensions, message } = errors[0]!;
  return { status: response.status, code: extensions.code, message };
}

const bodies: [name: string, body: string | Buffer, message: RegExp][] = [
  ['nothing at all', '', /JSON|empty/],
  ['blanks', '   ', /JSON/],
  ['a broken object', '{"query": "{ viewer', /JSON/],
  ['no JSON', 'query { viewer { name } }', /JSON/],
  ['NUL in JSON', '{"query": "{ viewer\0 }"}', /JSON/],
  ['JSON after JSON', `${JSON.stringify({ query })} {}`, /JSON/],
  ['null', 'null', /one JSON object/],
  ['a number', '1', /one JSON object/],
  ['a string', '"{ viewer { name } }"', /one JSON object/],
  ['a batch', JSON.stringify([{ query }, { query }]), /batches are not taken/],
  ['an empty batch', '[]', /batches are not taken/],
  ['no query', '{}', /no keys/],
  ['an empty query', '{"query": ""}', /query/],
  ['a query that is null', '{"query": null}', /query/],
  ['a query that is a number', '{"query": 5}', /query/],
  ['a query that is a list', '{"query": ["{ viewer { name } }"]}', /query/],
  ['a query that is a document', '{"query": {"kind": "Document"}}', /query/],
  ['variables that are text', JSON.stringify({ query, variables: '{}' }), /variables/],
  ['variables that are a list', JSON.stringify({ query, variables: [] }), /variables/],
  ['variables that are a number', JSON.stringify({ query, variables: 1 }), /variables/],
  ['extensions that are text', JSON.stringify({ query, extensions: 'x' }), /extensions/],
  ['an operation name that is a number', JSON.stringify({ query, operationName: 7 }), /operationN/],
  ['Latin-1', Buffer.from('{"query": "{ viewer { name } } # caf\xe9"}', 'latin1'), /UTF-8/],
  ['an overlong encoding', Buffer.from('7b22c0af223a317d', 'hex'), /UTF-8/],
  ['an encoded surrogate', Buffer.from('7b22eda080223a317d', 'hex'), /UTF-8/],
  ['a cut character', Buffer.from('7b22e282223a317d', 'hex'), /UTF-8/],
  ['UTF-16', Buffer.from(JSON.stringify({ query }), 'utf16le'), /UTF-8|JSON/],
  ['gzip that nobody announced', gzipSync(JSON.stringify({ query })), /UTF-8/],
];

test.each(bodies)('a body of %s is a mistake that is told', async (_name, body, message) => {
  const answer = await refusal(await owner.post(body));
  expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  expect(answer.message).toMatch(message);
});

test.each(['text/plain', 'application/graphql', 'application/xml', 'multipart/form-data', 'x'])(
  'the content type %s is refused',
  async (type) => {
    const answer = await refusal(
      await owner.post(JSON.stringify({ query }), { 'content-type': type }),
    );
    expect(answer.code).toBe('BAD_USER_INPUT');
    expect([400, 415]).toContain(answer.status);
  },
);

test.each([
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/json;charset="utf-8"',
])('the content type %s is taken', async (type) => {
  const response = await owner.post(JSON.stringify({ query }), { 'content-type': type });
  expect([response.status, await response.json()]).toEqual([
    200,
    { data: { viewer: { name: 'Owner' } } },
  ]);
});

test('a body of 10 MB is refused with an answer, however often', async () => {
  const body = JSON.stringify({ query: `${query} #${'x'.repeat(10 * 1024 * 1024)}` });
  for (let round = 0; round < 5; round++) {
    const answer = await refusal(await owner.post(body));
    expect(answer).toMatchObject({ status: 413, code: 'BAD_USER_INPUT' });
  }
  expect(await owner.query(query)).toEqual({ viewer: { name: 'Owner' } });
});

test('a body of 10 MB that does not tell its length is refused', async () => {
  const chunk = Buffer.alloc(256 * 1024, ' ');
  const chunks = Array.from({ length: 40 }, () => chunk);
  const response = await fetch(owner.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
    body: ReadableStream.from(chunks),
    duplex: 'half',
  } as unknown as RequestInit);
  expect(await refusal(response)).toMatchObject({ status: 413, code: 'BAD_USER_INPUT' });
});

test('a query text of more than 100,000 characters is refused', async () => {
  const longest = `${query} #`.padEnd(100_000, 'x');
  expect(await owner.query(longest)).toEqual({ viewer: { name: 'Owner' } });
  const answer = await refusal(await owner.post(JSON.stringify({ query: `${longest}x` })));
  expect(answer).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  expect(answer.message).toMatch(/100000 characters/);
});

const get = (search: string, headers: object = {}) =>
  fetch(`${owner.url}?${search}`, {
    headers: { authorization: `Bearer ${owner.token}`, ...headers },
  });
const preflight = { 'apollo-require-preflight': 'true' };

test('a query may come by GET, with a header that browsers do not send by themselves', async () => {
  const search = `query=${encodeURIComponent(query)}`;
  expect(await (await get(search, preflight)).json()).toEqual({
    data: { viewer: { name: 'Owner' } },
  });
  expect(await refusal(await get(search))).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
});

test('a mutation by GET is refused, and nothing is done', async () => {
  const mutation =
    'mutation { customerUpsert(by: { externalRef: "by-get" }, input: {}) { outcome } }';
  const answer = await refusal(await get(`query=${encodeURIComponent(mutation)}`, preflight));
  expect(answer).toMatchObject({ status: 405, code: 'BAD_USER_INPUT' });
  const { customer } = await owner.query<{ customer: object | null }>(
    '{ customer(by: { externalRef: "by-get" }) { id } }',
  );
  expect(customer).toBeNull();
});

test.each([
  ['no query', 'variables={}'],
  ['two queries', 'query=%7Ba%7D&query=%7Bb%7D'],
  ['variables that are no JSON', `query=${encodeURIComponent(query)}&variables=%7B`],
  ['variables that are a list', `query=${encodeURIComponent(query)}&variables=%5B%5D`],
  ['variables nested too deep', `query=x&variables={"a":${'['.repeat(2000)}${']'.repeat(2000)}}`],
  ['a query nested too deep', `query=${'{a'.repeat(101)}${'}'.repeat(101)}`],
  ['bytes that are no UTF-8', 'query=%FF%FE'],
])('a GET with %s is a mistake that is told', async (_name, search) => {
  expect(await refusal(await get(search, preflight))).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
  });
});

test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is told where the API is', async (method) => {
  const response = await fetch(owner.url, {
    method,
    headers: { authorization: `Bearer ${owner.token}` },
  });
  const answer = await refusal(response);
  expect(answer).toMatchObject({ status: 404, code: 'BAD_USER_INPUT' });
  expect(answer.message).toMatch(/\/graphql/);
});

test.each(['/', '/graphql/', '/graphql/x', '/api', '/health', '/%zz', '/graphql%00', '/../etc'])(
  'the path %s is a mistake that is told',
  async (path) => {
    const answer = await refusal(await fetch(parley.url + path));
    expect(answer.code).toBe('BAD_USER_INPUT');
    expect([400, 404]).toContain(answer.status);
  },
);

/** Sends bytes over a socket; gives everything that comes back until the server closes. */
async function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(parley.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (part) => (answer += String(part)));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

test.each([
  ['what is no HTTP', 'HELLO\r\n\r\n', '400'],
  [
    'a length that is no number',
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
    '400',
  ],
  [
    'headers of 20 KB',
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`,
    '431',
  ],
])('%s gets an answer of the same form', async (_name, text, status) => {
  const [head, body] = (await sendRaw(text)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status}`);
  expect(JSON.parse(body!)).toEqual({
    errors: [{ message: expect.any(String) as string, extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('a client that leaves in the middle of its request harms nobody', async () => {
  const { hostname, port } = new URL(parley.url);
  for (let round = 0; round < 20; round++) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner.token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":',
    );
    socket.destroy();
    await once(socket, 'close');
  }
  expect(await owner.query(query)).toEqual({ viewer: { name: 'Owner' } });
});
