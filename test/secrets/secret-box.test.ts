import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../../src/config/config';
import { SecretBox, SecretUnreadable } from '../../src/secrets/secret-box';
import { newId } from '../../src/domain/kit/ids';

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'parley-secrets-')), 'data');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

const owner = { workspaceId: newId(), rowId: newId() };
const secret = 'whsec_é✗';
const [one, two, three] = [randomBytes(32), randomBytes(32), randomBytes(32)];

const box = (key?: Buffer, previous: Buffer[] = []) => new SecretBox({ key, previous }, dataDir);

test('what is sealed is opened again, and shows nothing meanwhile', async () => {
  const sealed = await box(one).seal(secret, owner);
  expect(await box(one).open(sealed, owner)).toBe(secret);
  expect(sealed.toString('latin1')).not.toContain('whsec_');
  expect(await box(one).seal(secret, owner)).not.toEqual(sealed);
});

test('an empty and a long secret are kept too', async () => {
  for (const text of ['', 'x'.repeat(100_000)]) {
    expect(await box(one).open(await box(one).seal(text, owner), owner)).toBe(text);
  }
});

test('the ciphertext of one row opens in no other', async () => {
  const sealed = await box(one).seal(secret, owner);
  for (const other of [
    { ...owner, rowId: newId() },
    { ...owner, workspaceId: newId() },
    { workspaceId: owner.rowId, rowId: owner.workspaceId },
  ]) {
    await expect(box(one).open(sealed, other)).rejects.toThrow('of another row');
  }
});

test('a change of any byte is noticed', async () => {
  const sealed = await box(one).seal(secret, owner);
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed);
    changed[index]! ^= 1;
    await expect(box(one).open(changed, owner)).rejects.toThrow(SecretUnreadable);
  }
  for (const cut of [0, 1, 20, sealed.length - 1]) {
    await expect(box(one).open(sealed.subarray(0, cut), owner)).rejects.toThrow(SecretUnreadable);
  }
});

test('after a change of the key, the new one seals and the earlier ones still open', async () => {
  const old = await box(one).seal(secret, owner);
  const changed = box(two, [three, one]);
  expect(await changed.open(old, owner)).toBe(secret);
  const fresh = await changed.seal(secret, owner);
  expect(await box(two).open(fresh, owner)).toBe(secret);
  await expect(box(one).open(fresh, owner)).rejects.toThrow(SecretUnreadable);
});

test('a key that is missing is told by its id, and no key is shown', async () => {
  const sealed = await box(one).seal(secret, owner);
  const error = (await box(two)
    .open(sealed, owner)
    .catch((it: unknown) => it)) as Error;
  expect(error.message).toContain(sealed.subarray(1, 9).toString('hex'));
  expect(error.message).toContain('PARLEY_SECRET_KEY_PREVIOUS');
  for (const form of ['hex', 'base64'] as const) {
    for (const key of [one, two]) expect(error.message).not.toContain(key.toString(form));
  }
});

describe('without PARLEY_SECRET_KEY', () => {
  test('a key file is made once, for the owner’s eyes only', async () => {
    const sealed = await box().seal(secret, owner);
    const path = join(dataDir, 'secret.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, 'utf8');
    expect(await box().open(sealed, owner)).toBe(secret);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(dataDir)).toEqual(['secret.key']);
  });

  test('however many begin at once, all have the same key', async () => {
    const boxes = Array.from({ length: 20 }, () => box());
    const sealed = await Promise.all(boxes.map((it) => it.seal(secret, owner)));
    for (const it of sealed) expect(await boxes[0]!.open(it, owner)).toBe(secret);
    expect(await readdir(dataDir)).toEqual(['secret.key']);
  });

  test('the file still opens what it sealed when the variable is set later', async () => {
    const sealed = await box().seal(secret, owner);
    expect(await box(one).open(sealed, owner)).toBe(secret);
    const fresh = await box(one).seal(secret, owner);
    await expect(box().open(fresh, owner)).rejects.toThrow(SecretUnreadable);
  });

  test('a file that holds no key, or can’t be read, is told with its path', async () => {
    await box().seal(secret, owner);
    const path = join(dataDir, 'secret.key');
    await writeFile(path, 'nonsense');
    const error = (await box()
      .seal(secret, owner)
      .catch((it: unknown) => it)) as Error;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(path);
    await rm(path);
    await writeFile(join(dataDir, 'file'), '');
    const nowhere = new SecretBox({ previous: [] }, join(dataDir, 'file'));
    await expect(nowhere.seal(secret, owner)).rejects.toThrow(ConfigError);
  });

  test('a file that was mended is read the next time', async () => {
    const it = box();
    await it.seal(secret, owner);
    const path = join(dataDir, 'secret.key');
    const text = await readFile(path, 'utf8');
    await writeFile(path, '');
    const other = box();
    await expect(other.seal(secret, owner)).rejects.toThrow(ConfigError);
    await writeFile(path, text);
    await chmod(path, 0o600);
    expect(await it.open(await other.seal(secret, owner), owner)).toBe(secret);
  });
});

describe('PARLEY_SECRET_KEY', () => {
  test.each([
    ['base64', one.toString('base64')],
    ['base64 without its end', one.toString('base64').replace('=', '')],
    ['base64 for URLs', one.toString('base64url')],
    ['hexadecimal', one.toString('hex')],
    ['capitals', one.toString('hex').toUpperCase()],
  ])('may be written in %s', (_, text) => {
    const { secretKeys } = loadConfig({ PARLEY_SECRET_KEY: text });
    expect(secretKeys).toEqual({ key: one, previous: [] });
  });

  test.each([
    'short',
    one.toString('hex').slice(1),
    randomBytes(31).toString('base64'),
    `${one.toString('hex')}00`,
    'ä'.repeat(43),
  ])('%s is refused, without being shown', (text) => {
    for (const name of ['PARLEY_SECRET_KEY', 'PARLEY_SECRET_KEY_PREVIOUS']) {
      let message = '';
      try {
        loadConfig({ [name]: text });
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        ({ message } = error as Error);
      }
      expect(message).toContain(`${name}: must be 32 random bytes`);
      expect(message.replaceAll('shorter', '')).not.toContain(text);
    }
  });

  test('earlier ones are a list', () => {
    const { secretKeys } = loadConfig({
      PARLEY_SECRET_KEY: one.toString('hex'),
      PARLEY_SECRET_KEY_PREVIOUS: `${two.toString('base64')}, ${three.toString('hex')}`,
    });
    expect(secretKeys.previous).toEqual([two, three]);
  });
});

test('the other settings of webhooks have bounds', () => {
  expect(loadConfig({}).webhooks).toEqual({
    ...{ retryFirstSeconds: 5, retryLongestSeconds: 43_200, retryHours: 72, timeoutSeconds: 15 },
  });
  for (const [name, value] of [
    ['PARLEY_WEBHOOK_RETRY_FIRST_SECONDS', '0'],
    ['PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS', 'x'],
    ['PARLEY_WEBHOOK_RETRY_HOURS', '-1'],
    ['PARLEY_WEBHOOK_TIMEOUT_SECONDS', '61'],
    ['PARLEY_OUTGOING_ALLOW', 'http://x'],
  ] as const) {
    expect(() => loadConfig({ [name]: value })).toThrow(name);
  }
});
