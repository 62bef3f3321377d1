import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectedChannel } from '../../../src/connectors/kit/connector';
import { Unreadable } from '../../../src/connectors/kit/errors';
import type { InboundItem, MessageItem } from '../../../src/connectors/kit/item';
import { checkItems } from '../../../src/connectors/kit/item-shape';
import { x } from '../../../src/connectors/x';

const folder = join(__dirname, '../../../src/connectors/x/fixtures');
const company = '1111111111111111111';
const channel: ConnectedChannel = {
  ...{ id: 'chn_1', name: 'Acme Bikes', externalId: company, identityScope: '', settings: {} },
};

function itemsOf(body: string | object): InboundItem[] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const receivedAt = new Date('2026-11-22T12:00:00Z');
  const delivery = { source: 'WEBHOOK', headers: {}, body: Buffer.from(text), receivedAt } as const;
  return checkItems(x.normalise(delivery, channel));
}

function fixture(name: string): string {
  return readFileSync(join(folder, `${name}.json`), 'utf8');
}

function messageIn(items: readonly InboundItem[]): MessageItem {
  const found = items.filter((item) => item.type === 'message');
  expect(found).toHaveLength(1);
  return found[0]!;
}

interface Event {
  data: { event_type: string; payload: Record<string, unknown>; includes?: object };
}

const mention = () => JSON.parse(fixture('mention')) as Event;

test('one post that comes as mention, reply, post, from a stream and by polling is one message', () => {
  const { payload } = mention().data;
  const as = (event_type: string) => ({ data: { ...mention().data, event_type } });
  const forms = [
    as('post.mention.create'),
    as('post.reply.create'),
    as('post.create'),
    { data: payload, matching_rules: [] },
    { data: [payload], meta: { result_count: 1 } },
  ];
  const messages = forms.map((form) => messageIn(itemsOf(form)));
  for (const message of messages) {
    const { threadKey, externalId, sentAt, body, content, orderKey } = messages[0]!;
    expect(message).toMatchObject({ threadKey, externalId, sentAt, body, content, orderKey });
  }
});

test('ids that come as numbers alone keep all their digits', () => {
  const text = fixture('aaa-mention').replace(/"id(_str)?": "?\d+"?,?/g, '');
  const bare = text.replace('"truncated"', '"id": 2124533362717622273, "truncated"');
  const withUser = bare.replace('"name": "Ana', '"id": 2222222222222222222, "name": "Ana');
  expect(messageIn(itemsOf(withUser))).toMatchObject({
    externalId: '2124533362717622273',
    orderKey: 2124533362717622273n,
    author: { externalId: '2222222222222222222' },
  });
});

test('digits within texts stay as they are', () => {
  const event = mention();
  event.data.payload.text =
    'order [ 12345678901234567890, "98765432109876543210 \\" : 11111111111111111111';
  event.data.payload.extra = 12345678901234567000;
  expect(messageIn(itemsOf(event)).body).toBe(event.data.payload.text);
});

test('both names of a field are read', () => {
  const event = JSON.parse(fixture('edited')) as Event;
  const { payload } = event.data;
  payload.edit_history_post_ids = payload.edit_history_tweet_ids;
  delete payload.edit_history_tweet_ids;
  expect(itemsOf(event)).toEqual(itemsOf(fixture('edited')));
});

test('a user that is wrapped in data is the same person', () => {
  const event = mention();
  const { users } = event.data.includes as { users: object[] };
  event.data.includes = { users: users.map((data) => ({ data })) };
  expect(messageIn(itemsOf(event)).author).toEqual(messageIn(itemsOf(mention())).author);
});

test('an original that comes beside its edit comes in too, and both say when', () => {
  const edited = JSON.parse(fixture('edited')) as Event;
  const { payload } = mention().data;
  const history = edited.data.payload.edit_history_tweet_ids;
  edited.data.includes = { tweets: [{ ...payload, edit_history_tweet_ids: history }] };
  const [first, second] = itemsOf(edited) as MessageItem[];
  expect(first).toMatchObject({ body: expect.stringContaining('bell & light') as string });
  expect(first!.editedAt).toBeUndefined();
  expect(second).toMatchObject({ externalId: first!.externalId, sentAt: first!.sentAt });
  expect(second!.editedAt).toEqual(new Date('2026-11-22T10:20:00.000Z'));
});

test('an edit of a post of the company’s own is an edit of the post', () => {
  const event = JSON.parse(fixture('own-post')) as Event;
  const { payload } = event.data;
  const first = payload.id as string;
  Object.assign(payload, {
    ...{ id: '2124430182306545665', text: 'New winter tyres are here' },
    ...{ edit_history_tweet_ids: [first, '2124430182306545665'], conversation_id: first },
  });
  delete event.data.includes;
  expect(itemsOf(event)).toMatchObject([
    { type: 'post', post: { externalId: first, body: null } },
    { type: 'edit', externalId: first, body: 'New winter tyres are here' },
  ]);
});

test('what the company goes on with under its own answer stays with the customer it names', () => {
  const event = JSON.parse(fixture('own-reply')) as Event;
  delete event.data.includes;
  event.data.payload.in_reply_to_user_id = company;
  expect(messageIn(itemsOf(event))).toMatchObject({
    direction: 'OUTBOUND',
    threadKey: '2124442765751222273/2222222222222222222',
    customer: { externalId: '2222222222222222222', handle: 'ana_k' },
  });
});

test('what the company adds to a post of its own is a post', () => {
  const event = JSON.parse(fixture('own-reply')) as Event;
  delete event.data.includes;
  Object.assign(event.data.payload, { in_reply_to_user_id: company, entities: {} });
  expect(itemsOf(event)).toMatchObject([{ type: 'post' }]);
});

test('a third person in a tree has a conversation of their own under the same post', () => {
  const event = JSON.parse(fixture('reply-under-own-post')) as Event;
  const bo = messageIn(itemsOf(event));
  event.data.payload.author_id = '4444444444444444444';
  const other = messageIn(itemsOf(event));
  expect(other.threadKey).not.toBe(bo.threadKey);
  expect(other.post).toEqual(bo.post);
});

test('a post under somebody else’s hangs from that one, with who wrote it', () => {
  const event = JSON.parse(fixture('reply-under-own-post')) as Event;
  const root = event.data.payload.conversation_id as string;
  event.data.includes = {
    users: [{ id: '5', name: 'Cy', username: 'cy' }],
    tweets: [{ id: root, text: 'Which tyres?', author_id: '5' }],
  };
  event.data.payload.in_reply_to_user_id = '5';
  expect(messageIn(itemsOf(event)).post).toMatchObject({
    ...{ externalId: root, body: 'Which tyres?', authorName: 'Cy' },
    publishedAt: new Date('2026-11-22T09:00:00.000Z'),
  });
});

test('a repost of somebody else’s that names the company is nothing', () => {
  const text = fixture('aaa-retweet').replaceAll(company, '9999999999999999999');
  expect(itemsOf(text)).toEqual([]);
});

test('a like of which X does not tell who gave it is left out', () => {
  const event = JSON.parse(fixture('like')) as Event;
  event.data.includes = {};
  expect(itemsOf(event)).toEqual([]);
});

test('a like that is taken back takes back the reaction', () => {
  const event = JSON.parse(fixture('like')) as Event;
  event.data.event_type = 'like.delete';
  expect(itemsOf(event)).toContainEqual(
    expect.objectContaining({ type: 'reaction', removed: true }),
  );
});

test('a message in a group goes to the group', () => {
  const event = JSON.parse(fixture('dm-found-by-polling')) as { data: Record<string, unknown> };
  event.data.dm_conversation_id = '1578398451921985538';
  expect(messageIn(itemsOf(event))).toMatchObject({
    threadKey: 'dm/1578398451921985538',
    platform: { groupId: '1578398451921985538' },
  });
});

test('what takes somebody else’s permission back says nothing of this account', () => {
  expect(itemsOf(fixture('revoked').replace(company, '5'))).toEqual([]);
});

test.each([
  ['that is no JSON', 'nonsense'],
  ['that is not in UTF-8', '\u0000{'],
])('a delivery %s is unreadable', (_, body) => {
  expect(() => itemsOf(body)).toThrow(Unreadable);
});

test('no part of an event is needed: without any of them it is nothing, or less', () => {
  for (const name of [
    'own-reply',
    'media-found-by-polling',
    'like',
    'follow',
    'dm-read',
    'aaa-dm',
  ]) {
    const whole = JSON.parse(fixture(name)) as unknown;
    for (const less of withoutEach(whole)) expect(() => itemsOf(less as object)).not.toThrow();
  }
});

/** The value once without each of its parts, and once with nonsense instead. */
function* withoutEach(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[key];
    const put = (other: unknown) => {
      if (Array.isArray(value)) {
        return value.map((entry, index) => (String(index) === key ? other : (entry as unknown)));
      }
      return { ...value, [key]: other };
    };
    for (const other of [undefined, 7, {}]) yield put(other);
    for (const less of withoutEach(part)) yield put(less);
  }
}
