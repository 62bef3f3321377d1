import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { makeKey } from '../support/world';

let parley: TestApp;
let owner: Client;
beforeAll(async () => {
  parley = await startTestApp({ PARLEY_SECRET_KEY: 'cd'.repeat(32), PARLEY_LARGEST_FILE_MB: '1' });
  ({ owner } = await parley.workspace());
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

function upload(token: string | null, body: string | Buffer, query = '', type = 'image/png') {
  return fetch(`${parley.url}/uploads${query}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(token !== null && { authorization: `Bearer ${token}` }) },
    body,
  });
}

test('a file that is uploaded gets an id to send it by', async () => {
  const response = await upload(owner.token, 'pixels', '?fileName=..%2Fcat.png');
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({
    id: expect.stringMatching(/^upl_/) as string,
    fileName: 'cat.png',
    contentType: 'image/png',
    byteSize: 6,
    expiresAt: '2026-03-02T12:00:00.000Z',
  });
});

test('JSON is a file like any other', async () => {
  const response = await upload(owner.token, '{"a":', '', 'application/json');
  expect(response.status).toBe(201);
});

test('the same bytes are kept once in a workspace', async () => {
  await upload(owner.token, 'kept but once');
  await upload(owner.token, 'kept but once');
  const rows = await asOwner<{ count: string }>(
    parley,
    'select count(*) from stored_file where byte_size = 13',
  );
  expect(rows[0]!.count).toBe('1');
});

test('a file that is too large is refused', async () => {
  const response = await upload(owner.token, Buffer.alloc(1_048_577));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('an empty body is refused', async () => {
  const response = await upload(owner.token, '');
  expect(response.status).toBe(400);
});

test('who is unknown can’t upload', async () => {
  expect((await upload(null, 'x')).status).toBe(401);
});

test('who may only read can’t upload', async () => {
  const reader = await makeKey(owner, { scopes: ['CONVERSATION_READ'] });
  const response = await upload(reader.token, 'x');
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

test.each(['x', 'a'.repeat(70), '..%2F..%2Fetc'])(
  'a link that was made up leads nowhere: %s',
  async (token) => {
    const response = await fetch(`${parley.url}/files/${token}/name.png`);
    expect(response.status).toBe(404);
  },
);
