import { countGraphemes, facetsOf } from '../../../src/connectors/bluesky/facets';

const known: Record<string, string> = { 'ana.test': 'did:plc:ana', 'čšž.example.com': 'did:plc:x' };
const resolve = (handle: string) => Promise.resolve(known[handle] ?? null);

/** What the facets of a text cover, read back by their bytes. */
async function covered(text: string): Promise<string[]> {
  const bytes = Buffer.from(text);
  return (await facetsOf(text, resolve)).map(({ index, features }) => {
    const part = bytes.subarray(index.byteStart, index.byteEnd).toString();
    const { $type, ...value } = features[0]!;
    return `${$type.split('#')[1]} ${part} → ${Object.values(value).join()}`;
  });
}

test('offsets count bytes, whatever stands before', async () => {
  expect(await covered('👩‍👩‍👧‍👦🇸🇮 čšž @ana.test see https://example.test/č?a=1 #pomoč')).toEqual([
    'mention @ana.test → did:plc:ana',
    'link https://example.test/č?a=1 → https://example.test/č?a=1',
    'tag #pomoč → pomoč',
  ]);
});

test('punctuation that ends a sentence is no part of a link, a tag or a mention', async () => {
  expect(
    await covered('(https://a.test/b). Also #help!, https://a.test/c_(d), @ana.test.'),
  ).toEqual([
    'link https://a.test/b → https://a.test/b',
    'tag #help → help',
    'link https://a.test/c_(d) → https://a.test/c_(d)',
    'mention @ana.test → did:plc:ana',
  ]);
});

test.each([
  ['a handle that nobody has', 'hi @nobody.test'],
  ['an e-mail address', 'write to me@ana.test'],
  ['a word with an at sign', 'meet @noon'],
  ['a bare host, which might be a typing error', 'see example.com.Then'],
  ['a number after a hash', 'we are #1'],
  ['a tag of more than 64 characters', `#${'x'.repeat(65)}`],
])('%s stays plain text', async (_, text) => {
  expect(await covered(text)).toEqual([]);
});

test('a ticker is a tag in capitals, sign and all', async () => {
  expect(await covered('buy $acme now')).toEqual(['tag $acme → $ACME']);
});

test.each([
  ['👩‍👩‍👧‍👦', 1],
  ['🇸🇮🇩🇪', 2],
  ['e\u0301', 1],
  ['čšž', 3],
  ['', 0],
  ['👍🏽👍', 2],
])('%j has %d characters as people count them', (text, count) => {
  expect(countGraphemes(text)).toBe(count);
});
