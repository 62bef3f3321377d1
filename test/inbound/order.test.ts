import fc from 'fast-check';
import type { InboundItem, MessageItem, Party } from '../../src/connectors/kit/item';
import { startTestApp, type TestApp } from '../support/app';
import { asOwner } from '../support/owner';
import { at, itemsWorld } from './items-world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** Moments are hours apart: what stays the same is noted once an hour. */
const hour = (n: number) => at(n * 120);

const people: Record<string, Party> = {
  ada: { externalId: 'ada', email: 'ada@example.com' },
  bob: { externalId: 'bob', aliases: ['+4930123'], phone: '+4930123' },
};

/** A person as they are told of at some time: names change now and then. */
const party = fc.tuple(fc.constantFrom('ada', 'bob'), fc.nat({ max: 9 }), fc.boolean());
const toldParty = ([who, n, hasHandle]: [string, number, boolean]): Party => ({
  ...people[who]!,
  displayName: `${who} ${n % 3}`,
  ...(hasHandle && { handle: `${who}_${n % 2}` }),
  profile: { followerCount: n },
});

const threadOf = { ada: 'with ada', bob: 'with bob' } as Record<string, string>;

/** Distinct times, one for each thing that happens. */
interface Draft {
  who: [string, number, boolean];
  kind: number;
  isAutomatic: boolean;
  replyTo: number | null;
  about: number;
  emoji: string;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  who: party,
  kind: fc.nat({ max: 15 }),
  isAutomatic: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  replyTo: fc.option(fc.nat({ max: 9 })),
  about: fc.nat({ max: 11 }),
  emoji: fc.constantFrom('like', 'love'),
});

function messageOf(id: number, told: Draft): MessageItem {
  const { who, kind, isAutomatic, replyTo } = told;
  const inbound = kind % 2 === 0;
  return {
    type: 'message',
    threadKey: threadOf[who[0]]!,
    externalId: `m${id}`,
    direction: inbound ? 'INBOUND' : 'OUTBOUND',
    author: inbound ? toldParty(who) : null,
    customer: { externalId: who[0] },
    sentAt: hour(id),
    body: `text ${id}`,
    replyTo: replyTo === null ? null : `m${replyTo}`,
    isAutomatic,
    subject: kind % 3 === 0 ? `subject ${id}` : null,
    post: who[0] === 'ada' ? { externalId: 'p0', publishedAt: at(-99), body: 'a post' } : null,
    conversationPlatform: kind % 4 === 0 ? { root: id, [`k${kind % 3}`]: id } : null,
    ...(kind === 4 && { answers: [{ key: 'q', label: 'Q', value: String(id) }] }),
    ...(kind === 5 && { attachments: [{ fileName: `${id}.png`, externalId: `f${id}` }] }),
    ...(kind >= 12 && { editedAt: hour(id + 40), body: `edited ${id}` }),
  };
}

/** News of one of the messages, which may never come. */
function newsOf(n: number, told: Draft): InboundItem {
  const { who, about, emoji, kind } = told;
  const when = hour(20 + n);
  const externalId = about === 11 ? 'p0' : `m${about}`;
  const actor = toldParty(who);
  const statuses = ['SENT', 'DELIVERED', 'READ', 'FAILED'] as const;
  const status = statuses[n % 4]!;
  switch (kind % 9) {
    case 0:
      return { type: 'edit', externalId, body: `edit ${n}`, editedAt: when };
    case 1:
      return { type: 'deletion', externalId, deletedAt: when };
    case 2:
      return { type: 'hiding', externalId, hidden: n % 2 === 0, at: when };
    case 3:
      return {
        ...{ type: 'reaction', externalId, actor, reaction: emoji, at: when },
        ...{ removed: n % 3 === 0, reactionId: n % 3 === 0 ? null : `r${about}` },
      };
    case 4:
      return { type: 'reaction', externalId, actor, reaction: null, removed: true, at: when };
    case 5:
      return { type: 'receipt', status, at: when, about: { externalId }, platform: { cost: n } };
    case 6:
      return {
        ...{ type: 'receipt', at: hour(about), about: { threadKey: threadOf[who[0]]! } },
        status: n % 2 === 0 ? 'READ' : 'DELIVERED',
      };
    case 7:
      return { type: 'deletion', externalId: `r${about}`, deletedAt: when };
    default:
      return n % 2 === 0
        ? { type: 'party', party: actor, at: when }
        : {
            ...{ type: 'touchpoint', party: actor, touchpoint: 'follow' },
            ...{ externalId: `t${n}`, occurredAt: when },
          };
  }
}

const stories = fc
  .tuple(
    fc.array(draft, { minLength: 1, maxLength: 9 }),
    fc.array(draft, { minLength: 1, maxLength: 12 }),
  )
  .map(([messages, news]) => [
    ...messages.map((told, id) => messageOf(id, told)),
    ...news.map((told, n) => newsOf(n, told)),
  ]);

/** The same items in any order, some of them again, in any number of calls. */
const retold = (items: InboundItem[]) =>
  fc
    .tuple(
      fc.shuffledSubarray(items, { minLength: items.length }),
      fc.array(fc.constantFrom(...items), { maxLength: 6 }),
      fc.array(fc.nat({ max: 6 })),
    )
    .map(([once, again, sizes]) => {
      const left = [...once, ...again];
      return [...sizes, left.length].map((size) => left.splice(0, size));
    });

/** All that can be read of it, without ids and the times of receipt. */
async function stored(workspaceId: string): Promise<Record<string, object[]>> {
  const person = (column: string) =>
    `(select min(external_id) from customer_identity i where i.workspace_id = $1 and i.customer_id = ${column})`;
  const message = (column: string) =>
    `(select external_id from message o where o.workspace_id = $1 and o.id = ${column})`;
  const queries = {
    conversations: `select thread_key, ${person('customer_id')} customer, status, subject, started_at,
      first_inbound_at, first_response_at, last_inbound_at, answers, platform,
      ${message('last_message_id')} last, message_count, delivered_until, read_until,
      (select external_id from post p where p.workspace_id = $1 and p.id = post_id) post
      from conversation where workspace_id = $1 order by 1`,
    messages: `select external_id, direction, ${person('author_customer_id')} author, author_name, body,
      ${message('reply_to_id')} reply, ${message('response_id')} response, sent_at, edited_at, deleted_at,
      status, (delivered_at is not null) delivered, (read_at is not null) "read", failure,
      content, hidden_at, platform, is_automatic
      from message where workspace_id = $1 order by 1`,
    revisions: `select ${message('message_id')} of, kind, previous_body, previous_at, occurred_at
      from message_revision where workspace_id = $1 order by 1, occurred_at`,
    reactions: `select ${message('message_id')} of, actor_key, reaction, reacted_at, removed_at,
      ${person('customer_id')} who
      from message_reaction where workspace_id = $1 order by 1, 2, 3`,
    attachments: `select ${message('message_id')} of, file_name, status
      from attachment where workspace_id = $1 order by 1, 2`,
    posts: `select external_id, body, edited_at, deleted_at from post where workspace_id = $1 order by 1`,
    postRevisions: `select kind, previous_body, previous_at, occurred_at
      from post_revision where workspace_id = $1 order by occurred_at`,
    identities: `select external_id, handle, display_name, profile, ${person('customer_id')} whose
      from customer_identity where workspace_id = $1 order by 1`,
    customers: `select ${person('customer.id')} id, name, email, phone from customer where workspace_id = $1 order by 1`,
    touchpoints: `select type, ${person('customer_id')} who, ${message('message_id')} message, occurred_at,
      properties, case when message_id is null then external_id end external_id
      from touchpoint where workspace_id = $1 order by 1, 2, 3, 4, 6`,
    awaited: `select message_external_id, item from awaited_item where workspace_id = $1
      order by 1, item_key`,
  };
  const entries = Object.entries(queries).map(async ([name, query]) => [
    name,
    await asOwner(parley, query, [workspaceId]),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, object[]>;
}

test('whatever the order in which items come, however often, in whatever calls, the state is the same', async () => {
  const cases = stories.chain((items) => fc.tuple(fc.constant(items), retold(items)));
  await fc.assert(
    fc.asyncProperty(cases, async ([items, calls]) => {
      const inOrder = await itemsWorld(parley);
      for (const item of items) await inOrder.take(item);
      const mixed = await itemsWorld(parley);
      for (const call of calls) await mixed.take(...call);
      expect(await stored(mixed.workspaceId)).toEqual(await stored(inOrder.workspaceId));
    }),
    { numRuns: 15, interruptAfterTimeLimit: 60_000, endOnFailure: true },
  );
}, 120_000);
