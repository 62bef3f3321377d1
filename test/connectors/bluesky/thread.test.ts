import { headOf, type Link } from '../../../src/connectors/bluesky/thread';

const company = 'did:plc:brand';

/** A chain as `who` or `who!` where the post names the company, from the root down. */
function chainOf(...posts: string[]): Link[] {
  return posts.map((post, index) => {
    const [who, sign] = [post.replace(/\W/g, ''), post.at(-1)];
    const facets =
      sign === '!'
        ? [{ features: [{ $type: 'app.bsky.richtext.facet#mention', did: company }] }]
        : [];
    const record = { text: post, createdAt: '2026-03-01T10:00:00Z', facets };
    return {
      uri: `at://did:plc:${who}/app.bsky.feed.post/${index}`,
      record: sign === '?' ? null : record,
    };
  });
}

test.each([
  ['a comment on a post of the company', ['brand', 'ana'], 1],
  [
    'a deeper comment belongs to the one below the post',
    ['brand', 'ana', 'bob', 'brand', 'ana'],
    1,
  ],
  ['a comment on the second part of a thread of the company', ['brand', 'brand', 'ana'], 2],
  ['a post that names the company', ['ana!'], 0],
  ['talk below that', ['ana!', 'brand', 'bob'], 0],
  ['a reply that names the company under talk of others', ['ana', 'bob', 'cid!', 'bob'], 2],
  ['a post that the company answered unasked', ['ana', 'brand', 'ana'], 0],
  ['a reply that the company answered unasked', ['ana', 'bob', 'brand'], 1],
  ['nothing that says why it came', ['ana', 'bob'], 1],
  ['a thread of the company’s own', ['brand', 'brand'], -1],
  ['a post of the company’s own', ['brand'], -1],
  ['a comment on a post of the company that is gone', ['brand?', 'ana', 'bob'], 1],
])('%s', (_, posts, head) => {
  expect(headOf(chainOf(...posts), company)).toBe(head);
});

test('each post of a tree tells the same beginning', () => {
  const chain = chainOf('ana', 'bob', 'brand', 'ana!', 'brand', 'bob');
  const heads = chain.slice(2).map((_, index) => headOf(chain.slice(0, index + 3), company));
  expect(new Set(heads)).toEqual(new Set([1]));
});
