import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/files/files';
import { LocalStore } from '../../src/files/local-store';

const workspaceId = '01890000-0000-7000-8000-000000000001';
let dir: string;
let store: LocalStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-files-'));
  store = new LocalStore(dir);
});
afterEach(() => rm(dir, { recursive: true }));

async function text(key: string, range?: { from: number; to: number }): Promise<string | null> {
  const stream = await store.read(key, range);
  return stream && Buffer.concat((await stream.toArray()) as Buffer[]).toString();
}

const keep = async (words: string) => {
  const bytes = Buffer.from(words);
  const { storageKey } = digestOf(workspaceId, bytes);
  await store.put(storageKey, bytes);
  return storageKey;
};

test('what was put is read again, whole and in part', async () => {
  const key = await keep('hello world');
  expect(await text(key)).toBe('hello world');
  expect(await text(key, { from: 6, to: 8 })).toBe('wor');
});

test('the same bytes put many times at once are there once', async () => {
  await Promise.all(Array.from({ length: 8 }, () => keep('same')));
  const all = await readdir(dir, { recursive: true, withFileTypes: true });
  expect(all.filter((entry) => entry.isFile())).toHaveLength(1);
});

test('what was removed is gone, and removing it again is no mistake', async () => {
  const key = await keep('short');
  await store.remove(key);
  await store.remove(key);
  expect(await text(key)).toBeNull();
});

test.each(['../../etc/passwd', `${workspaceId}/../x`, `${workspaceId}/${'g'.repeat(64)}`, ''])(
  'a key that is none leads nowhere: %s',
  async (key) => {
    await expect(store.read(key)).rejects.toThrow('A blob key is');
  },
);
