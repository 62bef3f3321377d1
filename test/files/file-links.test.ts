import { FileLinks } from '../../src/files/file-links';
import { SecretBox } from '../../src/secrets/secret-box';

const target = {
  workspaceId: '01890000-0000-7000-8000-000000000001',
  attachmentId: '01890000-0000-7000-8000-000000000002',
};
const begin = new Date('2026-03-01T12:00:00Z');
const key = (byte: number) => Buffer.alloc(32, byte);

function links(keys: { key: Buffer; previous: Buffer[] }, now = begin): FileLinks {
  return new FileLinks(new SecretBox(keys, '/nonexistent'), () => now);
}

const own = { key: key(1), previous: [] };
const after = (minutes: number) => new Date(begin.getTime() + minutes * 60_000);

test('a link leads to its file for at least an hour, and not for two', async () => {
  const token = await links(own).tokenOf(target);
  expect(await links(own, after(60)).read(token)).toMatchObject(target);
  expect(await links(own, after(120)).read(token)).toBeNull();
});

test('links made within a quarter of an hour are the same', async () => {
  const made = await links(own, after(1)).tokenOf(target);
  expect(await links(own, after(14)).tokenOf(target)).toBe(made);
});

test('one byte changed anywhere makes a link worthless', async () => {
  const token = Buffer.from(await links(own).tokenOf(target), 'base64url');
  for (let index = 0; index < token.length; index++) {
    const changed = Buffer.from(token);
    changed[index]! ^= 1;
    expect(await links(own).read(changed.toString('base64url'))).toBeNull();
  }
});

test('a link outlives a change of the secret key, for as long as the former one decrypts', async () => {
  const token = await links(own).tokenOf(target);
  expect(await links({ key: key(2), previous: [key(1)] }).read(token)).toMatchObject(target);
  expect(await links({ key: key(2), previous: [] }).read(token)).toBeNull();
});

test.each(['', 'x', 'a'.repeat(70), '%00'])('%j is no link', async (token) => {
  expect(await links(own).read(token)).toBeNull();
});
