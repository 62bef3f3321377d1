import { ada, FormWorld, postForm, postJson, type ContactForm } from './form-world';

/** Which pages may use a form, and what it shows of itself. */

let world: FormWorld;
let form: ContactForm;

beforeAll(async () => {
  world = await FormWorld.create();
  form = await world.connect({ origins: ['https://shop.example', 'http://localhost:3000'] });
});
afterAll(() => world.close());

const cors = (response: Response) => response.headers.get('access-control-allow-origin');

test('a page that is listed may send, and read the answer', async () => {
  const origin = 'https://shop.example';
  const asked = await fetch(form.url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  expect([asked.status, cors(asked), asked.headers.get('vary')]).toEqual([204, origin, 'origin']);
  expect(asked.headers.get('access-control-allow-headers')).toBe('content-type, idempotency-key');
  const sent = await postJson(form, ada, { origin });
  expect([sent.status, cors(sent)]).toEqual([200, origin]);
  const wrong = await postJson(form, {}, { origin });
  expect([wrong.status, cors(wrong)]).toEqual([422, origin]);
});

test.each([
  ['another page', { origin: 'https://evil.example' }],
  ['one with another scheme', { origin: 'http://shop.example' }],
  ['one whose name begins the same', { origin: 'https://shop.example.evil.example' }],
  ['a page that hides', { origin: 'null' }],
  ['one that does not say', {}],
])('%s may not', async (_words, headers: Record<string, string>) => {
  const before = await world.kept(form);
  const asked = await fetch(form.url, { method: 'OPTIONS', headers });
  expect([asked.status, cors(asked)]).toEqual([403, null]);
  for (const send of [postJson, postForm]) {
    const response = await send(form, ada, headers);
    expect([response.status, cors(response)]).toEqual([403, null]);
    expect(await response.text()).toContain('its origin is not listed');
  }
  expect(await world.kept(form)).toBe(before);
});

test('any page may where none is listed', async () => {
  const open = await world.connect();
  const asked = await fetch(open.url, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example' },
  });
  expect([asked.status, cors(asked)]).toEqual([204, '*']);
  expect((await postForm(open, ada, { origin: 'null' })).status).toBe(200);
});

test('other connectors answer no page that asks', async () => {
  const other = form.url.replace('contact-form', 'custom');
  const asked = await fetch(other, { method: 'OPTIONS', headers: { origin: 'https://a.example' } });
  expect([asked.status, cors(asked)]).toEqual([401, null]);
});

test('the form as data says what to ask for', async () => {
  const response = await fetch(form.url, { headers: { origin: 'https://shop.example' } });
  expect(cors(response)).toBe('https://shop.example');
  expect(await response.json()).toEqual({
    title: 'Contact us',
    questions: [
      { key: 'name', label: 'Your name', kind: 'line', required: false, longest: 200 },
      { key: 'email', label: 'Your e-mail address', kind: 'email', required: true, longest: 254 },
      { key: 'message', label: 'Your message', kind: 'text', required: true, longest: 10_000 },
    ],
    honeypot: 'website',
    files: { name: '_files', most: 3, largestBytes: 8_388_608 },
  });
});

test('the form as a page can be sent from there, and has no scripts', async () => {
  const questions = [
    { key: 'message', label: '"><script>', kind: 'text', required: true },
    { key: 'topic', label: 'Topic', kind: 'choice', required: false, choices: ['<A>', 'B'] },
    { key: 'terms', label: 'Terms', kind: 'consent', required: true },
  ];
  const own = await world.connect({ questions, origins: ['https://shop.example'] });
  const response = await fetch(own.url, { headers: { accept: 'text/html' } });
  const page = await response.text();
  expect(page).not.toContain('<script');
  expect(page).toContain('&quot;&gt;&lt;script&gt;');
  expect(page).toContain('<option>&lt;A&gt;</option>');
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self' https:\/\/shop.example; frame-ancestors 'self' https:\/\/shop.example$/,
  );
  const id = /name="_submission" value="([^"]+)"/.exec(page)![1]!;
  const fields = { message: 'Hello', topic: '', terms: 'yes', website: '', _submission: id };
  const { origin } = new URL(own.url);
  expect((await postForm(own, fields, { origin })).status).toBe(200);
  expect((await postForm(own, fields, { origin })).status).toBe(200);
  expect(await world.seen(own)).toMatchObject([{ messages: [{ body: 'Hello' }] }]);
});
