import { Script } from 'node:vm';
import { startTestApp, type TestApp } from '../support/app';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** What browsers send from the address bar. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';
const browse = (path = '/graphql', headers: object = {}) =>
  fetch(parley.url + path, { headers: { accept, ...headers } });

/** Every address in a text that another host could be asked for. */
const addresses = (text: string) => text.match(/(?:https?:|wss?:)?\/\/[\w.[-]+[^\s'"`<>)]*/g) ?? [];

test('a browser gets the page without a token, and the page may load nothing from elsewhere', async () => {
  const response = await browse();
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(html).toMatch(/^<!doctype html>/);
  expect(addresses(html)).toEqual([]);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(html).not.toMatch(/\son\w+=/);

  const policy = Object.fromEntries(
    response.headers
      .get('content-security-policy')!
      .split(';')
      .map((rule) => rule.trim().split(/\s+/))
      .map(([name, ...sources]) => [name, sources]),
  ) as Record<string, string[]>;
  expect(policy).toMatchObject({
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'connect-src': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
  });
  for (const sources of Object.values(policy)) {
    for (const source of sources) {
      expect(["'none'", "'self'", "'unsafe-inline'", 'data:', 'blob:']).toContain(source);
    }
  }
});

test('everything that the page names is served by the server itself, as what it is', async () => {
  const html = await (await browse()).text();
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  const paths = named.filter((path) => !path.startsWith('data:'));
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) {
    expect(path).toMatch(/^\/graphql\/assets\/[\w.-]+$/);
    const response = await fetch(parley.url + path);
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript';
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      200,
      `${type}; charset=utf-8`,
    ]);
    expect((await response.text()).length).toBeGreaterThan(500);
  }
});

test('styles name no file that the policy or the server would refuse', async () => {
  const css = await (await fetch(`${parley.url}/graphql/assets/graphiql.css`)).text();
  const urls = [...css.matchAll(/url\(\s*['"]?([^'")]+)/g)].map(([, url]) => url!);
  expect(urls.filter((url) => !url.startsWith('data:') && !url.startsWith('#'))).toEqual([]);
  expect(css).not.toMatch(/@import/);
});

test('the script that starts the page asks only its own server', async () => {
  const script = await (await fetch(`${parley.url}/graphql/assets/start.js`)).text();
  const code = script.replace(/^\s*\/\/.*$/gm, '').replace(/^\s*#.*$/gm, '');
  expect(addresses(code)).toEqual([]);
  expect(script).toContain("url: '/graphql'");
  // compiles it, and runs nothing
  expect(() => new Script(script)).not.toThrow();
});

test('the query that the page begins with is one that the API answers', async () => {
  const script = await (await fetch(`${parley.url}/graphql/assets/start.js`)).text();
  const [, query] = /const query = `([^`]+)`/.exec(script)!;
  const { owner } = await parley.workspace();
  const response = await owner.post(JSON.stringify({ query, operationName: 'Inbox' }));
  expect(await response.json()).toMatchObject({ data: { conversations: { nodes: [] } } });
});

test('a request with a query is one for data, whatever it accepts', async () => {
  for (const search of ['?query=%7B__typename%7D', '?query=', '?extensions=%7B%7D', '?x=1']) {
    const response = await browse(`/graphql${search}`);
    expect([search, response.status]).toEqual([search, 401]);
  }
  const { owner } = await parley.workspace();
  const response = await browse('/graphql?query=%7B__typename%7D', {
    authorization: `Bearer ${owner.token}`,
    'apollo-require-preflight': 'true',
  });
  expect([response.status, await response.json()]).toEqual([
    200,
    { data: { __typename: 'Query' } },
  ]);
});

test('programs get no page: neither by POST, nor when they accept anything', async () => {
  expect(
    (await fetch(`${parley.url}/graphql`, { method: 'POST', headers: { accept } })).status,
  ).toBe(401);
  for (const other of ['*/*', 'application/json', 'text/plain', '']) {
    expect([other, (await browse('/graphql', { accept: other })).status]).toEqual([other, 401]);
  }
});

test('an asset that there is none of is not found, and no other file is served', async () => {
  for (const path of [
    'x.js',
    '',
    '../graphiql.js',
    '..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    'graphiql.js%00',
    'graphiql.js/',
  ]) {
    const response = await fetch(`${parley.url}/graphql/assets/${path}`);
    expect([path, response.status]).toEqual([path, 404]);
  }
});
