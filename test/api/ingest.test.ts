import fc from 'fast-check';
import { systemActor } from '../../src/auth/actor';
import { ingestMessages } from '../../src/domain/ingest/ingest-messages';
import type { InboundItem } from '../../src/domain/ingest/item';
import { runCommand } from '../../src/domain/kit/command';
import { startTestApp, type TestApp } from '../support/app';
import { must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner, uuid } from '../support/owner';
import { makeChannel, unique } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

/** A message as the tests state it; times are minutes. */
interface Told {
  id: string;
  thread: 'PUBLIC' | 'PRIVATE';
  direction: 'INBOUND' | 'OUTBOUND';
  author: string;
  at: number;
  orderKey: number;
  replyTo: string | null;
}

const START = Date.UTC(2026, 1, 1);
const timeOf = ({ at }: Pick<Told, 'at'>) => new Date(START + at * 60_000);

/** Messages of one public and one private conversation of a channel, with ties of every kind. */
const someMessages: fc.Arbitrary<Told[]> = fc
  .array(
    fc.record({
      thread: fc.constantFrom('PUBLIC', 'PRIVATE'),
      direction: fc.constantFrom('INBOUND', 'INBOUND', 'OUTBOUND'),
      author: fc.constantFrom('ada', 'bob', 'cleo'),
      at: fc.integer({ min: 0, max: 4 }),
      orderKey: fc.integer({ min: 0, max: 2 }),
      replyTo: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map((draft, index) => ({
      ...(draft as Omit<Told, 'id' | 'replyTo'>),
      id: `m${index}`,
      // one beyond the last is never told of, one's own id is nobody's answer
      replyTo: draft.replyTo === null ? null : `m${draft.replyTo}`,
    })),
  );

/** Each message at least once, some twice or thrice, in any order. */
const retold = (messages: Told[]): fc.Arbitrary<Told[]> =>
  fc
    .tuple(
      fc.shuffledSubarray(messages, { minLength: messages.length }),
      fc.array(fc.constantFrom(...messages), { maxLength: 6 }),
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
    )
    .map(([once, again, places]) => {
      const told = [...once];
      again.forEach((message, index) => {
        told.splice(places[index]! % (told.length + 1), 0, message);
      });
      return told;
    });

const stories = someMessages.chain((messages) => fc.tuple(fc.constant(messages), retold(messages)));

function record(owner: Client, channelId: string, told: Told): Promise<{ outcome: string }> {
  return must(
    owner,
    'messageRecord',
    {
      channelId,
      input: {
        threadKey: told.thread,
        visibility: told.thread,
        externalId: told.id,
        direction: told.direction,
        body: told.id,
        sentAt: timeOf(told).toISOString(),
        orderKey: String(told.orderKey),
        replyToExternalId: told.replyTo,
        ...(told.direction === 'INBOUND' && { author: { externalId: told.author } }),
      },
    },
    'outcome',
  );
}

/** What must come out, for the threads by key and the messages by external id. */
interface State {
  conversations: Record<string, object>;
  messages: Record<string, object>;
  touchpoints: string[];
}

/** The state, worked out from the whole set at once. */
function expected(messages: readonly Told[], rank: ReadonlyMap<string, number>): State {
  const before = (a: Told, b: Told) =>
    a.at - b.at || a.orderKey - b.orderKey || rank.get(a.id)! - rank.get(b.id)!;
  const sorted = [...messages].sort(before);
  const state: State = { conversations: {}, messages: {}, touchpoints: [] };
  for (const thread of ['PRIVATE', 'PUBLIC'] as const) {
    const inIt = sorted.filter((message) => message.thread === thread);
    if (inIt.length === 0) continue;
    const firstInbound = inIt.find(({ direction }) => direction === 'INBOUND') ?? null;
    const firstResponse = firstInbound
      ? inIt.find(({ direction, at }) => direction === 'OUTBOUND' && at >= firstInbound.at)
      : null;
    const customer = firstInbound?.author ?? null;
    state.conversations[thread] = {
      customer,
      count: inIt.length,
      startedAt: timeOf(inIt[0]!),
      lastMessage: inIt.at(-1)!.id,
      lastMessageAt: timeOf(inIt.at(-1)!),
      firstInboundAt: firstInbound && timeOf(firstInbound),
      firstResponseAt: firstResponse ? timeOf(firstResponse) : null,
      status: 'OPEN',
      visibility: thread,
    };
    for (const message of inIt) {
      const answers = sorted.filter(
        (other) =>
          other.direction === 'OUTBOUND' &&
          other.id !== message.id &&
          (other.replyTo === message.id ||
            (thread === 'PRIVATE' && other.thread === 'PRIVATE' && before(other, message) > 0)),
      );
      const response = message.direction === 'INBOUND' ? (answers[0] ?? null) : null;
      const parent = messages.find(({ id }) => id === message.replyTo && id !== message.id);
      state.messages[message.id] = {
        thread,
        replyTo: parent?.id ?? null,
        response: response?.id ?? null,
        respondedAt: response && timeOf(response),
      };
      const whose = message.direction === 'INBOUND' ? message.author : customer;
      const type = message.direction === 'INBOUND' ? 'message_received' : 'message_sent';
      if (whose) state.touchpoints.push(`${message.id} ${type} ${whose}`);
    }
  }
  state.touchpoints.sort();
  return state;
}

/** The state as stored, and the order in which ids were given out. */
async function stored(workspaceId: string): Promise<{ state: State; rank: Map<string, number> }> {
  const person = (column: string) =>
    `(select external_id from customer_identity i where i.workspace_id = $1 and i.customer_id = ${column})`;
  const message = (column: string) =>
    `(select external_id from message o where o.workspace_id = $1 and o.id = ${column})`;
  const conversations = await asOwner<{ key: string }>(
    parley,
    `select thread_key "key", ${person('c.customer_id')} customer, message_count count,
       started_at "startedAt", ${message('c.last_message_id')} "lastMessage",
       last_message_at "lastMessageAt", first_inbound_at "firstInboundAt",
       first_response_at "firstResponseAt", status, visibility
     from conversation c where workspace_id = $1`,
    [workspaceId],
  );
  const messages = await asOwner<{ key: string }>(
    parley,
    `select m.external_id "key", c.thread_key thread, ${message('m.reply_to_id')} "replyTo",
       ${message('m.response_id')} response, responded_at "respondedAt"
     from message m join conversation c on c.workspace_id = $1 and c.id = m.conversation_id
     where m.workspace_id = $1 order by m.id`,
    [workspaceId],
  );
  const touchpoints = await asOwner<{ key: string }>(
    parley,
    `select concat_ws(' ', ${message('t.message_id')}, t.type, ${person('t.customer_id')}) "key"
     from touchpoint t where t.workspace_id = $1 order by 1`,
    [workspaceId],
  );
  const byKey = <T extends { key: string }>(rows: T[]) =>
    Object.fromEntries(rows.map(({ key, ...row }) => [key, row]));
  return {
    state: {
      conversations: byKey(conversations),
      messages: byKey(messages),
      touchpoints: touchpoints.map(({ key }) => key).sort(),
    },
    rank: new Map(messages.map(({ key }, index) => [key, index])),
  };
}

async function expectState(workspaceId: string, messages: readonly Told[]): Promise<void> {
  const { state, rank } = await stored(workspaceId);
  expect(state).toEqual(expected(messages, rank));
}

describe('whatever the order in which messages come, and however often', () => {
  test('conversations, replies, responses and touchpoints are those of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ([messages, told]) => {
        const { owner, workspaceId } = await parley.workspace();
        const channelId = await makeChannel(owner);
        const seen = new Set<string>();
        for (const message of told) {
          const { outcome } = await record(owner, channelId, message);
          expect(outcome).toBe(seen.has(message.id) ? 'UNCHANGED' : 'CREATED');
          seen.add(message.id);
        }
        await expectState(workspaceId, messages);
      }),
      { numRuns: 20 },
    );
  });

  test('they are so too when all come at the same moment', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ([messages, told]) => {
        const { owner, workspaceId } = await parley.workspace();
        const channelId = await makeChannel(owner);
        const answers = await Promise.all(told.map((message) => record(owner, channelId, message)));
        const created = answers.filter(({ outcome }) => outcome === 'CREATED');
        expect(created).toHaveLength(messages.length);
        await expectState(workspaceId, messages);
      }),
      { numRuns: 10 },
    );
  });

  test('they are so too when a connector hands them over in batches', async () => {
    const batches = stories.chain(([messages, told]) =>
      fc.tuple(fc.constant(messages), fc.constant(told), fc.array(fc.nat({ max: 8 }))),
    );
    await fc.assert(
      fc.asyncProperty(batches, async ([messages, told, sizes]) => {
        const { owner, workspaceId } = await parley.workspace();
        const channelId = uuid(await makeChannel(owner));
        const actor = systemActor(workspaceId, new Set());
        const left = told.map((message) => itemOf(channelId, message));
        for (const size of [...sizes, left.length]) {
          const items = left.splice(0, size);
          const answer = await runCommand(parley.app.units, actor, parley.now(), ingestMessages, {
            items,
          });
          expect(answer.ok).toBe(true);
        }
        await expectState(workspaceId, messages);
      }),
      { numRuns: 20 },
    );
  });
});

function itemOf(channelId: string, told: Told): InboundItem {
  const person = { channelKind: 'X', scope: '', externalId: told.author };
  const isInbound = told.direction === 'INBOUND';
  return {
    channelId,
    threadKey: told.thread,
    visibility: told.thread,
    externalId: told.id,
    orderKey: BigInt(told.orderKey),
    direction: told.direction,
    author: isInbound ? { identity: person } : { name: 'Acme' },
    customer: isInbound ? person : null,
    replyTo: told.replyTo === null ? null : { externalId: told.replyTo },
    sentAt: timeOf(told),
    body: told.id,
  };
}

test('a message told again with another thread or customer leaves nothing behind', async () => {
  const { owner, workspaceId } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const told: Told = {
    id: unique('m'),
    thread: 'PUBLIC',
    direction: 'INBOUND',
    author: 'ada',
    at: 1,
    orderKey: 0,
    replyTo: null,
  };
  await record(owner, channelId, told);
  const other: Told = { ...told, thread: 'PRIVATE', author: 'bob', at: 0 };
  expect(await record(owner, channelId, other)).toEqual({ outcome: 'UNCHANGED' });
  await expectState(workspaceId, [told]);
  const customers = await asOwner(parley, 'select from customer where workspace_id = $1', [
    workspaceId,
  ]);
  expect(customers).toHaveLength(1);
});
