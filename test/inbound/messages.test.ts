import { startTestApp, type TestApp } from '../support/app';
import { at, itemsWorld, message } from './items-world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const CONVERSATIONS = `{ conversations { nodes {
  subject visibility messageCount customer { name } post { externalId body }
  messages(first: 10) { nodes {
    externalId body direction authorName authorCustomer { name } replyTo { externalId } editedAt
    attachments(first: 5) { nodes { fileName contentType byteSize } }
  } }
} } }`;

test('a message brings its customer, conversation, post and files', async () => {
  const { owner, take } = await itemsWorld(parley, { visibility: 'PUBLIC' });
  const told = message({
    externalId: 'm1',
    subject: 'My parcel',
    post: { externalId: 'p1', publishedAt: at(-60), body: 'We ship today.' },
    attachments: [
      { fileName: 'a.png', contentType: 'image/png', byteSize: 12, url: 'https://x.test/a' },
      { fileName: 'b.txt', byteSize: 5 },
    ],
  });
  const answer = message({
    externalId: 'm2',
    direction: 'OUTBOUND',
    author: null,
    sentAt: at(5),
    body: 'On its way.',
    replyTo: 'm1',
    editedAt: at(6),
  });
  await take(told, told);
  await take(answer);
  await take(told, answer);
  const { conversations } = await owner.query<{ conversations: { nodes: object[] } }>(
    CONVERSATIONS,
  );
  expect(conversations.nodes).toEqual([
    {
      subject: 'My parcel',
      visibility: 'PUBLIC',
      messageCount: 2,
      customer: { name: 'Ada' },
      post: { externalId: 'p1', body: 'We ship today.' },
      messages: {
        nodes: [
          expect.objectContaining({
            externalId: 'm1',
            direction: 'INBOUND',
            authorCustomer: { name: 'Ada' },
            attachments: {
              nodes: [
                { fileName: 'a.png', contentType: 'image/png', byteSize: '12' },
                { fileName: 'b.txt', contentType: null, byteSize: '5' },
              ],
            },
          }),
          expect.objectContaining({
            externalId: 'm2',
            direction: 'OUTBOUND',
            authorName: 'Acme',
            replyTo: { externalId: 'm1' },
            editedAt: at(6).toISOString(),
          }),
        ],
      },
    },
  ]);
});

describe('people', () => {
  const PEOPLE = `{ customers { nodes { name email phone identities(first: 9) { nodes {
    externalId handle displayName
  } } } } }`;
  const people = async (owner: { query: (text: string) => Promise<unknown> }) =>
    ((await owner.query(PEOPLE)) as { customers: { nodes: object[] } }).customers.nodes;

  test('any id of a person leads to the same customer, and what is told later wins', async () => {
    const { owner, take } = await itemsWorld(parley);
    const phone = '+49301234567';
    await take(message({ author: { externalId: 'u1', aliases: [phone], displayName: 'Ada' } }));
    await take(
      message({ author: { externalId: phone, displayName: 'Ada L.', phone }, sentAt: at(300) }),
      message({ author: { externalId: 'u1', displayName: 'A.', handle: 'ada' }, sentAt: at(100) }),
    );
    expect(await people(owner)).toEqual([
      {
        name: 'Ada L.',
        email: null,
        phone,
        identities: {
          nodes: [
            { externalId: 'u1', handle: 'ada', displayName: 'A.' },
            { externalId: phone, handle: null, displayName: 'Ada L.' },
          ],
        },
      },
    ]);
  });
});
