import { ada, FormWorld, post, postForm, postJson, type ContactForm } from './form-world';

/** What becomes of a form that was filled in well. */

let world: FormWorld;
let form: ContactForm;

beforeAll(async () => {
  world = await FormWorld.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  form = await world.connect();
});

const conversation = {
  subject: 'Contact us',
  answers: [
    { key: 'name', label: 'Your name', value: 'Ada' },
    { key: 'email', label: 'Your e-mail address', value: 'Ada@example.com' },
    { key: 'message', label: 'Your message', value: 'Where is my parcel?' },
  ],
  customer: { name: 'Ada', email: 'ada@example.com', phone: null },
  messages: [{ body: 'Where is my parcel?', direction: 'INBOUND', attachments: { nodes: [] } }],
};

test('JSON becomes a conversation with its answers', async () => {
  const response = await postJson(form, { ...ada, more: 'is ignored', __proto__: 1 });
  expect([response.status, await response.json()]).toEqual([200, { received: true }]);
  expect(await world.seen(form)).toMatchObject([conversation]);
});

test('a plain form becomes one too, and thanks', async () => {
  const response = await postForm(form, ada);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('Thank you. We have your message.');
  expect(await world.seen(form)).toMatchObject([conversation]);
});

test('a form with files becomes one with attachments, whose bytes are kept', async () => {
  const body = new FormData();
  for (const [name, value] of Object.entries(ada)) body.set(name, value);
  body.append('_files', new File(['hello'], '../../etc/note.txt', { type: 'text/plain' }));
  body.append('photo', new File([Buffer.alloc(1_000, 1)], 'Foto ü.png', { type: 'image/png' }));
  body.append('_files', new File([], ''));
  const response = await post(form, body, { accept: 'application/json' });
  expect(await response.json()).toEqual({ received: true });
  const [seen] = await world.seen(form);
  expect(seen).toMatchObject({ answers: conversation.answers });
  expect(seen!.messages[0]!.attachments.nodes).toEqual([
    { fileName: 'note.txt', contentType: 'text/plain', byteSize: '5', status: 'STORED' },
    { fileName: 'Foto ü.png', contentType: 'image/png', byteSize: '1000', status: 'STORED' },
  ]);
});

test('two submissions of one address are two conversations of one customer', async () => {
  await postJson(form, ada);
  await postJson(form, { ...ada, email: 'ada@EXAMPLE.com', message: 'And the other one?' });
  const [first, second, ...others] = await world.seen(form);
  expect(others).toEqual([]);
  expect(second!.customer.id).toBe(first!.customer.id);
});

test('without an address each submission is a customer of its own', async () => {
  const questions = [
    { key: 'topic', label: 'Topic', kind: 'choice', required: true, choices: ['A', 'B'] },
    { key: 'phone', label: 'Phone', kind: 'phone', required: false },
    { key: 'terms', label: 'I agree', kind: 'consent', required: true },
  ];
  const own = await world.connect({ questions, title: 'Call me' });
  await postForm(own, { topic: 'A', phone: '+49 (30) 1234-567', terms: 'on' });
  await postJson(own, { topic: 'B', terms: true });
  const [first, second] = await world.seen(own);
  expect(first!.customer.id).not.toBe(second!.customer.id);
  expect(first).toMatchObject({
    subject: 'Call me',
    customer: { phone: '+49301234567', email: null },
    messages: [{ body: 'Topic: A\nPhone: +49 (30) 1234-567\nI agree: yes' }],
  });
  expect(second!.messages[0]!.body).toBe('Topic: B\nI agree: yes');
});

test('what looks like HTML is data, and what no database keeps is replaced', async () => {
  const message = '<script>alert(1)</script>\r\n\0 \ud800 &amp;';
  await postJson(form, { ...ada, name: 'Ada\r\nBcc: eve@example.com', message });
  const [seen] = await world.seen(form);
  expect(seen!.messages[0]!.body).toBe('<script>alert(1)</script>\n\ufffd \ufffd &amp;');
  expect(seen!.customer.name).toBe('Ada Bcc: eve@example.com');
});

describe('the same again', () => {
  test('with the sender’s id is one, however often and late', async () => {
    const key = { 'idempotency-key': 'try-1' };
    await postJson(form, ada, key);
    world.parley.setTime(new Date(world.parley.now().getTime() + 3_600_000));
    const again = await postJson(form, ada, key);
    expect(again.status).toBe(200);
    await postForm(form, { ...ada, _submission: 'try-1' });
    expect(await world.seen(form)).toHaveLength(1);
    expect(await world.kept(form)).toBe(1);
  });

  test('with the id of another text is kept: a page may have one id for all', async () => {
    await postForm(form, { ...ada, _submission: 'fixed' });
    await postForm(form, { ...ada, message: 'Something else', _submission: 'fixed' });
    expect(await world.seen(form)).toHaveLength(2);
  });

  test('without an id is one within the minute, and two in another', async () => {
    await postForm(form, ada);
    await postForm(form, ada);
    expect(await world.seen(form)).toHaveLength(1);
    world.parley.setTime(new Date(world.parley.now().getTime() + 60_000));
    await postForm(form, ada);
    expect(await world.seen(form)).toHaveLength(2);
  });

  test('of a form with files is known by what is in them, whatever the boundary', async () => {
    const send = async (content: string) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(ada)) body.set(name, value);
      body.append('_files', new File([content], 'a.txt'));
      await post(form, body);
    };
    await send('one');
    await send('one');
    await send('two');
    expect(await world.seen(form)).toHaveLength(2);
  });
});

describe('afterwards people get', () => {
  const settings = {
    redirectUrl: 'https://shop.example/thanks',
    origins: ['https://blog.example'],
  };
  const headers = { origin: 'https://blog.example' };

  test.each([
    ['where the settings say', undefined, 'https://shop.example/thanks'],
    ['to a page of the same origin', 'https://shop.example/de?a=b', 'https://shop.example/de?a=b'],
    ['to a page that may use the form', 'https://blog.example/x', 'https://blog.example/x'],
    ['not to others', 'https://evil.example/', 'https://shop.example/thanks'],
    ['not to others by a trick', '//evil.example', 'https://shop.example/thanks'],
    ['not to a script', 'javascript:alert(1)', 'https://shop.example/thanks'],
    [
      'not to others by a name',
      'https://shop.example@evil.example/',
      'https://shop.example/thanks',
    ],
    [
      'not into a header',
      'https://blog.example/\r\nset-cookie: a=b',
      'https://blog.example/set-cookie:%20a=b',
    ],
  ])('%s', async (_words, wanted, target) => {
    const own = await world.connect(settings);
    const fields = wanted === undefined ? ada : { ...ada, _redirect: wanted };
    const response = await postForm(own, fields, headers);
    expect([response.status, response.headers.get('location')]).toEqual([303, target]);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test('nowhere where no page is known, whatever the form says', async () => {
    const response = await postForm(form, { ...ada, _redirect: 'https://evil.example/' });
    expect([response.status, response.headers.get('location')]).toEqual([200, null]);
  });
});
