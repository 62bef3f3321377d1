import { startTestApp, type TestApp } from '../support/app';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());

const post = {
  externalId: 'post-1',
  publishedAt: '2026-02-01T09:00:00Z',
  body: 'We are open on Sunday',
  url: 'https://example.com/posts/1',
  authorName: 'Acme',
};

test('comments of one post are conversations that hang from it, and the post is made once', async () => {
  const { owner } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const first = await recordMessage(owner, channelId, { post });
  const second = await recordMessage(owner, channelId, { post, sentAt: '2026-02-02T10:00:00Z' });

  const { posts } = await owner.query<{ posts: object }>(
    `{ posts { nodes { externalId body url authorName publishedAt channel { id }
        conversations { nodes { id post { externalId } } } } } }`,
  );
  const hanging = (id: string) => ({ id, post: { externalId: 'post-1' } });
  expect(posts).toEqual({
    nodes: [
      {
        ...post,
        publishedAt: '2026-02-01T09:00:00.000Z',
        channel: { id: channelId },
        conversations: {
          nodes: [hanging(second.conversation.id), hanging(first.conversation.id)],
        },
      },
    ],
  });
});

test('the files of a message are known with it, and are not added twice', async () => {
  const { owner } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const file = {
    fileName: 'receipt.pdf',
    contentType: 'application/pdf',
    byteSize: '20480',
    sourceUrl: 'https://example.com/receipt.pdf',
  };
  const input = { threadKey: 't', externalId: 'm', attachments: [file, { fileName: 'photo.jpg' }] };
  await recordMessage(owner, channelId, input);
  const { message } = await recordMessage(owner, channelId, input);

  const { node } = await owner.query<{ node: object }>(
    `query ($id: ID!) { node(id: $id) { ... on Message {
      attachments { nodes { fileName contentType byteSize sourceUrl } } } } }`,
    { id: message.id },
  );
  const unknown = { contentType: null, byteSize: null, sourceUrl: null };
  expect(node).toEqual({
    attachments: { nodes: [file, { fileName: 'photo.jpg', ...unknown }] },
  });
});

test('a customer belongs to a company, which is made once and renamed where it is named anew', async () => {
  const { owner } = await parley.workspace();
  const upsert = (email: string, company: object | null) =>
    owner.query<{ customerUpsert: object }>(
      `mutation ($by: CustomerBy!, $input: CustomerInput!) {
        customerUpsert(by: $by, input: $input) {
          outcome customer { company { name domain externalRef } } userErrors { code path }
        }
      }`,
      { by: { email }, input: { company } },
    );
  const acme = { externalRef: 'c-1', name: 'Acme', domain: 'acme.example' };
  await upsert('ada@example.com', acme);
  const renamed = await upsert('bob@example.com', { externalRef: 'c-1', name: 'Acme Ltd' });
  expect(renamed.customerUpsert).toEqual({
    outcome: 'CREATED',
    customer: { company: { ...acme, name: 'Acme Ltd' } },
    userErrors: [],
  });
  const left = await upsert('ada@example.com', null);
  expect(left.customerUpsert).toMatchObject({ outcome: 'UPDATED', customer: { company: null } });
});

test('a URL that is no web address is refused with its path', async () => {
  const { owner } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const refused = recordMessage(owner, channelId, {
    post: { ...post, url: 'javascript:alert(1)' },
  });
  await expect(refused).rejects.toThrow('["input","post","url"]');
});
