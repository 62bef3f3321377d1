import { ada, FormWorld, post, postForm, postJson, type ContactForm } from './form-world';

/** What a form does not take, and what it says of it. */

let world: FormWorld;
let form: ContactForm;

beforeAll(async () => {
  world = await FormWorld.create({ PARLEY_TRUST_PROXY: 'on' });
});
afterAll(() => world.close());
beforeEach(async () => {
  form = await world.connect();
});
afterEach(() => expect(world.parley.faults).toEqual([]));

interface Refusal {
  errors: { field?: string; message: string; extensions: { code: string } }[];
}
const refusal = async (response: Response) =>
  ((await response.json()) as Refusal).errors.map(({ field, message }) => [field, message]);

test('every field that is wrong is named, and nothing is kept', async () => {
  const questions = [
    { key: 'who', label: 'Who', kind: 'line', required: true, longest: 5 },
    { key: 'mail', label: 'Mail', kind: 'email', required: true },
    { key: 'phone', label: 'Phone', kind: 'phone', required: false },
    { key: 'topic', label: 'Topic', kind: 'choice', required: true, choices: ['A', 'B'] },
    { key: 'terms', label: 'Terms', kind: 'consent', required: true },
    { key: 'text', label: 'Text', kind: 'text', required: true },
    { key: 'more', label: 'More', kind: 'text', required: false },
  ];
  const own = await world.connect({ questions });
  const response = await postJson(own, {
    ...{ who: 'Adalbert', mail: 'ada@example', phone: 'later', topic: 'C', terms: false },
    ...{ text: '  \n ', more: { a: 1 } },
  });
  expect(response.status).toBe(422);
  expect(await refusal(response)).toEqual([
    ['who', 'Must be at most 5 characters.'],
    ['mail', 'Must be an e-mail address.'],
    ['phone', 'Must be a phone number.'],
    ['topic', 'Must be one of the choices.'],
    ['terms', 'Must be agreed to.'],
    ['text', 'Must be filled in.'],
    ['more', 'Must be a text.'],
  ]);
  expect(await world.kept(own)).toBe(0);
});

test('a plain form gets a page, on which nothing of what was sent stands', async () => {
  const questions = [{ key: 'mail', label: 'Mail <b>', kind: 'email', required: true }];
  const own = await world.connect({ questions, title: '<i>Us' });
  const response = await postForm(own, { mail: '<script>alert(1)</script>' });
  expect(response.status).toBe(422);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await response.text();
  expect(page).toContain('<b>Mail &lt;b&gt;</b>: Must be an e-mail address.');
  expect(page).toContain('<title>&lt;i&gt;Us</title>');
  expect(page).not.toContain('script');
});

const type = (contentType: string) => ({ 'content-type': contentType, accept: 'application/json' });
const multipart = type('multipart/form-data; boundary=x');
const part = (name: string, value: string) =>
  `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const broken: [string, number, string | Buffer, Record<string, string>][] = [
  ['no type', 415, 'a=b', type('text/plain')],
  ['XML', 415, '<a/>', type('application/xml')],
  ['no JSON', 400, '{', type('application/json')],
  ['an empty body', 400, '', type('application/json')],
  ['a list', 400, '[]', type('application/json')],
  ['null', 400, 'null', type('application/json')],
  ['JSON that is no UTF-8', 400, Buffer.from([0x22, 0xff, 0x22]), type('application/json')],
  ['deep JSON', 400, '['.repeat(100_000), type('application/json')],
  [
    'a form that is no UTF-8',
    400,
    Buffer.from([0x61, 0x3d, 0xff]),
    type('application/x-www-form-urlencoded'),
  ],
  ['a thousand fields', 400, 'a=b&'.repeat(1_000), type('application/x-www-form-urlencoded')],
  ['parts without a boundary', 400, 'x', type('multipart/form-data')],
  ['parts that end early', 400, part('a', 'b'), multipart],
  ['parts that are none', 400, 'hello', multipart],
  ['an empty body of parts', 400, '', multipart],
  ['ten thousand parts', 400, `${part('a', 'b').repeat(10_000)}--x--`, multipart],
];

test.each(broken)('%s is refused', async (_words, status, body, headers) => {
  const response = await post(form, body as string, headers);
  expect(response.status).toBe(status);
  expect(await refusal(response)).toEqual([[undefined, expect.stringMatching(/\.$/)]]);
  expect(await world.kept(form)).toBe(0);
});

test('an empty form names what is missing', async () => {
  const response = await postForm(form, {}, { accept: 'application/json' });
  expect(await refusal(response)).toEqual([
    ['email', 'Must be filled in.'],
    ['message', 'Must be filled in.'],
  ]);
});

test('an id of the sender that is too long is refused', async () => {
  const response = await postJson(form, ada, { 'idempotency-key': 'a'.repeat(201) });
  expect(await refusal(response)).toEqual([
    ['_submission', 'Must be at most 200 characters of ASCII.'],
  ]);
});

describe('of files', () => {
  const send = (own: ContactForm, sizes: number[]) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(ada)) body.set(name, value);
    for (const size of sizes) body.append('_files', new File([Buffer.alloc(size)], 'a.bin'));
    return post(own, body, { accept: 'application/json' });
  };

  test('too many are refused', async () => {
    const own = await world.connect({ mostFiles: 2 });
    expect(await refusal(await send(own, [1, 2, 3, 4]))).toEqual([
      ['_files', 'Must be at most 2 files.'],
    ]);
    const none = await world.connect({ mostFiles: 0 });
    expect(await refusal(await send(none, [1]))).toEqual([['_files', 'No files are taken.']]);
  });

  test('one that is too large is refused, one that is just as large is not', async () => {
    const own = await world.connect({ largestFileMb: 1 });
    const response = await send(own, [1_048_577, 5]);
    expect([response.status, await refusal(response)]).toEqual([
      422,
      [['_files', 'Must be a file of at most 1 MiB.']],
    ]);
    expect((await send(own, [1_048_576])).status).toBe(200);
  });

  test('more than a request may hold is refused at once', async () => {
    const response = await send(form, [25 * 1024 * 1024]).catch(() => null);
    expect(response?.status ?? 413).toBe(413);
    expect(await world.kept(form)).toBe(0);
  });
});

test('what a machine fills into the trap is answered as if taken, and dropped', async () => {
  const honest = await postForm(form, { ...ada, website: '' });
  const caught = await postForm(form, { ...ada, message: 'Buy!', website: 'https://spam.example' });
  expect(caught.status).toBe(200);
  expect(await caught.text()).toBe(await honest.text());
  const json = await postJson(form, { ...ada, message: 'Buy!', website: 'x' });
  expect(await json.json()).toEqual({ received: true });
  expect(await world.seen(form)).toHaveLength(1);
  expect(await world.kept(form)).toBe(1);
});

test('a trap that a question has the name of is none', async () => {
  const questions = [{ key: 'website', label: 'Your site', kind: 'line', required: true }];
  const own = await world.connect({ questions });
  await postForm(own, { website: 'https://ada.example' });
  expect(await world.seen(own)).toHaveLength(1);
});

describe('an address that sends too often', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('has to wait, in words and by a header; others need not', async () => {
    const own = await world.connect({ mostPosts: 2 });
    const send = (address: string, message: string) =>
      postJson(own, { ...ada, message }, from(address));
    expect((await send('203.0.113.7', 'one')).status).toBe(200);
    expect((await send('203.0.113.7', 'two')).status).toBe(200);
    const third = await send('203.0.113.7', 'three');
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '600']);
    expect(third.headers.get('access-control-allow-origin')).toBe('*');
    expect(await refusal(third)).toEqual([
      [undefined, 'That was too often: try again in 600 seconds.'],
    ]);
    expect((await send('203.0.113.8', 'other')).status).toBe(200);
    world.parley.setTime(new Date(world.parley.now().getTime() + 600_000));
    expect((await send('203.0.113.7', 'four')).status).toBe(200);
    expect(await world.seen(own)).toHaveLength(4);
  });

  test('is its whole network in IPv6, and the same in both writings of IPv4', async () => {
    const own = await world.connect({ mostPosts: 1 });
    const status = async (address: string) => (await postForm(own, ada, from(address))).status;
    expect(await status('2001:db8:1:2::1')).toBe(200);
    expect(await status('2001:db8:1:2:ffff::9')).toBe(429);
    expect(await status('2001:db8:1:3::1')).toBe(200);
    expect(await status('198.51.100.1')).toBe(200);
    expect(await status('::ffff:198.51.100.1')).toBe(429);
    expect(await status('nonsense, or worse')).toBe(200);
  });

  test('is what the proxy saw, whatever the sender says that it is', async () => {
    const own = await world.connect({ mostPosts: 1 });
    const claim = (address: string) => from(`${address}, 203.0.113.77`);
    expect((await postForm(own, ada, claim('192.0.2.50'))).status).toBe(200);
    expect((await postForm(own, ada, claim('192.0.2.51'))).status).toBe(429);
  });

  test('is counted once however many send at the same moment', async () => {
    const own = await world.connect({ mostPosts: 5 });
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        postJson(own, { ...ada, message: `${n}` }, from('192.0.2.1')),
      ),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(15);
  });
});
