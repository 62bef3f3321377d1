import { startTestApp, type TestApp } from '../support/app';
import { at, itemsWorld, message } from './items-world';

/** Where a thing is first heard of by what happened to it later, and where it is two things at once. */

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const ALL = `{
  conversations { nodes { startedAt firstInboundAt lastInboundAt lastMessageAt
    messages { nodes { externalId body sentAt editedAt deletedAt hiddenAt
      revisions { nodes { kind previousBody } } response { externalId } } } } }
  posts { nodes { externalId body authorName publishedAt editedAt deletedAt } }
  touchpoints { nodes { type occurredAt } }
}`;

const later = message({
  ...{ externalId: 'm1', sentAt: at(30), body: 'Changed', editedAt: at(30) },
});
const first = message({ externalId: 'm1', sentAt: at(1), body: 'As it was' });
const answer = message({
  ...{ externalId: 'm2', sentAt: at(5), direction: 'OUTBOUND', author: null, replyTo: 'm1' },
  customer: { externalId: 'ada' },
});

test.each([
  ['the message first', [first, answer, later]],
  ['its edit first', [later, answer, first]],
  ['the answer first', [answer, later, first]],
])('a message was sent when it was first told of: %s', async (_name, items) => {
  const { owner, take } = await itemsWorld(parley);
  for (const item of items) await take(item);
  const { conversations, touchpoints } = await owner.query<Record<string, object>>(ALL);
  expect(conversations).toMatchObject({
    nodes: [
      {
        startedAt: at(1).toISOString(),
        firstInboundAt: at(1).toISOString(),
        lastInboundAt: at(1).toISOString(),
        lastMessageAt: at(5).toISOString(),
        messages: {
          nodes: [
            {
              ...{ body: 'Changed', sentAt: at(1).toISOString(), editedAt: at(30).toISOString() },
              revisions: { nodes: [{ kind: 'EDITED', previousBody: 'As it was' }] },
              response: { externalId: 'm2' },
            },
            { externalId: 'm2' },
          ],
        },
      },
    ],
  });
  expect(touchpoints).toEqual({
    nodes: [
      { type: 'message_sent', occurredAt: at(5).toISOString() },
      { type: 'message_received', occurredAt: at(1).toISOString() },
    ],
  });
});

const comment = message({
  externalId: 'c1',
  threadKey: 'c1',
  sentAt: at(20),
  visibility: 'PUBLIC',
  post: { externalId: 'p1', publishedAt: at(20) },
});
const post = {
  type: 'post',
  post: { externalId: 'p1', publishedAt: at(2), body: 'We ship today.', authorName: 'Acme' },
} as const;

test.each([
  ['the post first', [post, comment]],
  ['a comment first', [comment, post]],
])('a post was published when it was first told of: %s', async (_name, items) => {
  const { owner, take } = await itemsWorld(parley);
  for (const item of items) await take(item);
  const { posts } = await owner.query<Record<string, object>>(ALL);
  expect(posts).toMatchObject({
    nodes: [{ body: 'We ship today.', authorName: 'Acme', publishedAt: at(2).toISOString() }],
  });
});

const visitors = message({
  ...{ externalId: 'v1', threadKey: 'v1', body: 'It broke', visibility: 'PUBLIC', sentAt: at(1) },
  post: { externalId: 'v1', publishedAt: at(1), body: 'It broke' },
});
const edit = {
  type: 'edit',
  externalId: 'v1',
  body: 'It broke again',
  editedAt: at(3),
} as const;
const deletion = { type: 'deletion', externalId: 'v1', deletedAt: at(4) } as const;

test.each([
  ['in order', [visitors, edit, deletion]],
  ['backwards', [deletion, edit, visitors]],
])(
  'what is told of a visitor’s post is told of it as a message and as a post: %s',
  async (_name, items) => {
    const { owner, take } = await itemsWorld(parley);
    for (const item of items) await take(item);
    const told = await owner.query<Record<string, object>>(ALL);
    const gone = { editedAt: at(3).toISOString(), deletedAt: at(4).toISOString() };
    expect(told.posts).toMatchObject({ nodes: [{ externalId: 'v1', ...gone }] });
    expect(told.conversations).toMatchObject({
      nodes: [{ messages: { nodes: [{ externalId: 'v1', body: '', ...gone }] } }],
    });
  },
);

test.each([
  ['together', [['new', 'old']]],
  ['the newer telling last', [['old'], ['new']]],
  ['the older telling last', [['new'], ['old']]],
])('a message that is told twice tells the newer name of its author: %s', async (_name, calls) => {
  const { owner, take } = await itemsWorld(parley);
  const told = {
    old: message({
      externalId: 'm1',
      sentAt: at(1),
      author: { externalId: 'u', displayName: 'J. Doe' },
    }),
    new: message({
      externalId: 'm1',
      sentAt: at(300),
      author: { externalId: 'u', displayName: 'Joe' },
    }),
  };
  for (const names of calls) await take(...names.map((name) => told[name as 'old' | 'new']));
  const { customers } = await owner.query<Record<string, object>>(
    '{ customers { nodes { identities { nodes { externalId displayName } } } } }',
  );
  expect(customers).toEqual({
    nodes: [{ identities: { nodes: [{ externalId: 'u', displayName: 'Joe' }] } }],
  });
});
