import { gunzipSync } from 'node:zlib';
import { ChatWorld, ORIGIN, QUESTIONS, type Chat } from './chat-world';

/** As the issue has it: 15 kB on the wire. */
const LARGEST = 15_000;

let world: ChatWorld;
let chat: Chat;
beforeAll(async () => {
  world = await ChatWorld.create();
  chat = await world.chat({ welcome: 'Hello!', intake: QUESTIONS, fileTypes: ['image/*'] });
});
afterAll(async () => {
  await world.parley.close();
});
afterEach(() => {
  expect(world.parley.faults).toEqual([]);
});

const get = (headers: Record<string, string> = {}) =>
  fetch(`${world.parley.url}/chat.js`, { headers });

test('the script for pages is small, and safe to keep', async () => {
  const answer = await get({ 'accept-encoding': 'gzip' });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'gzip',
    'cache-control': 'public, max-age=600, stale-while-revalidate=86400',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  });
  expect(Number(answer.headers.get('content-length'))).toBeLessThanOrEqual(LARGEST);
  const again = await get({ 'if-none-match': answer.headers.get('etag')! });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('the script is the same without compression', async () => {
  const plain = await get({ 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  const zipped = await world.parley.app.http.inject({
    ...{ url: '/chat.js', headers: { 'accept-encoding': 'br, gzip' } },
  });
  expect(gunzipSync(zipped.rawPayload).toString()).toBe(await plain.text());
});

test('the script takes nothing for markup or code', async () => {
  const text = await (await get()).text();
  expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
  expect(text).not.toMatch(/new Function|\.style\b\s*[.=[]|setAttribute\("style"/);
});

describe('what a chat says of itself', () => {
  const greet = (origin: string) =>
    fetch(`${world.parley.url}/chat/${chat.channelId}/greeting`, { headers: { origin } });

  test('is for its pages, before anybody is known', async () => {
    const answer = await greet(ORIGIN);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      ...[200, ORIGIN],
    ]);
    expect(await answer.json()).toEqual({
      ...{ name: 'Shop', welcome: 'Hello!', signInNeeded: false },
      questions: [
        { ...QUESTIONS[0], kind: 'LINE', choices: [] },
        { ...QUESTIONS[1], kind: 'CHOICE' },
      ],
      files: { contentTypes: ['image/*'], largestBytes: 20 * 1024 * 1024, most: 10 },
    });
  });

  test('is refused to others in words that they can read', async () => {
    const answer = await greet('https://evil.example');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      ...[403, 'https://evil.example'],
    ]);
    expect(await answer.text()).toContain('“origins”');
  });
});

describe('a chat takes no file', () => {
  const upload = async (of: Chat, contentType: string, bytes: number) => {
    const { token } = await world.visitor(of);
    const answer = await fetch(`${world.parley.url}/chat/${of.channelId}/uploads?fileName=a`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body: Buffer.alloc(bytes, 1),
    });
    return [answer.status, JSON.stringify(await answer.json())] as const;
  };

  test('of a type that it does not name', async () => {
    expect((await upload(chat, 'image/png', 10))[0]).toBe(201);
    const [status, words] = await upload(chat, 'text/html', 10);
    expect(status).toBe(415);
    expect(words).toContain('image/*');
  });

  test('that is larger than it is set to', async () => {
    const small = await world.chat({ largestFileMb: 1 });
    expect((await upload(small, 'image/png', 1024 * 1024))[0]).toBe(201);
    expect((await upload(small, 'image/png', 1024 * 1024 + 1))[0]).toBe(413);
  });

  test('where it is set to take none', async () => {
    const none = await world.chat({ largestFileMb: 0 });
    expect((await upload(none, 'image/png', 1))[0]).toBe(403);
  });
});
