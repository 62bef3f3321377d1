import fc from 'fast-check';
import { compileFactsMatcher } from '../../src/domain/conversation/match-facts';
import type { ConversationChange } from '../../src/events/registry';
import { readLog } from '../../src/events/log';
import { uuidOf } from '../../src/domain/kit/ids';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;

beforeAll(async () => {
  parley = await startTestApp({}, 'all');
});

afterAll(() => parley.close());

test('a live list judges every conversation as the query of the same filter does', async () => {
  const { owner, workspaceId } = await parley.workspace();
  const world = await fillWorld(owner);
  await parley.app.drain();
  const facts = await latestFacts(workspaceId);
  const tagNames = await namesOfTags(owner);

  await fc.assert(
    fc.asyncProperty(filters(world), async (filter) => {
      const matches = compileFactsMatcher(filter);
      const judged = [...facts]
        .filter(([, conversation]) =>
          matches(conversation, {
            hasName: (tagId, names) => names.has(tagNames.get(tagId)!),
            isFound: () => null,
          }),
        )
        .map(([id]) => id);
      expect(judged.sort()).toEqual((await queried(owner, filter)).sort());
    }),
    { numRuns: 150 },
  );
});

interface World {
  channels: string[];
  customers: string[];
  users: string[];
}

const TAGS = ['vip', 'Refund', 'late'];
const MOMENTS = ['2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-05T12:00:00Z'];

/** Conversations in many states, made and changed through the API. */
async function fillWorld(owner: Client): Promise<World> {
  const channels = [
    await makeChannel(owner, { visibility: 'PUBLIC' }),
    await makeChannel(owner, { visibility: 'PRIVATE' }),
  ];
  const users = [await invite(owner, 'a@example.org'), await invite(owner, 'b@example.org')];
  const customers: string[] = [];
  for (let index = 0; index < 24; index++) {
    const threadKey = `thread ${index}`;
    const customer = { externalId: `person ${index % 5}` };
    const channel = channels[index % 2]!;
    const first = {
      threadKey,
      customer,
      sentAt: `2026-01-0${1 + (index % 6)}T0${index % 9}:00:00Z`,
    };
    const { conversation } = await recordMessage(owner, channel, first);
    customers.push(conversation.customer!.id);
    const { id } = conversation;
    if (index % 3 === 0) await act(owner, 'conversationClose', id);
    if (index % 4 < 2) await act(owner, 'conversationAssign', id, { assigneeId: users[index % 2] });
    if (index % 5 < 3) await act(owner, 'tagAdd', id, { name: TAGS[index % 3] });
    if (index % 7 === 0) await act(owner, 'tagAdd', id, { name: 'vip' });
    if (index % 10 === 0) await act(owner, 'tagRemove', id, { name: TAGS[index % 3] });
    if (index % 6 === 0) {
      await recordMessage(owner, channel, { threadKey, customer, sentAt: '2026-01-07T00:00:00Z' });
    }
    if (index % 12 === 0) await act(owner, 'conversationReopen', id);
    if (index % 8 === 0) await act(owner, 'conversationAssign', id, { assigneeId: null });
  }
  return { channels, users, customers: [...new Set(customers)] };
}

function filters({ channels, customers, users }: World) {
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });
  const moment = fc.constantFrom(...MOMENTS).map((text) => new Date(text));
  const range = fc.record({ from: maybe(moment), to: maybe(moment) });
  const level = {
    status: maybe(fc.constantFrom('OPEN', 'CLOSED')),
    visibility: maybe(fc.constantFrom('PUBLIC', 'PRIVATE')),
    channelIds: maybe(fc.subarray(channels)),
    assigneeId: maybe(fc.constantFrom(...users)),
    unassigned: maybe(fc.boolean()),
    customerId: maybe(fc.constantFrom(...customers, 'cus_nobody')),
    tags: maybe(fc.subarray(['VIP', 'refund', 'late', 'none'])),
    startedAt: maybe(range),
    lastMessageAt: maybe(range),
  };
  return fc.letrec<{ filter: object }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      // one condition at a time, or nothing would be left
      fc
        .constantFrom(...(Object.keys(level) as (keyof typeof level)[]))
        .chain((key) => fc.record({ [key]: level[key] as fc.Arbitrary<unknown> })),
      fc.record({ and: fc.array(tie('filter'), { maxLength: 2 }) }),
      fc.record({ or: fc.array(tie('filter'), { maxLength: 3 }) }),
      fc.record({ not: tie('filter') }),
    ),
  })).filter;
}

async function queried(owner: Client, filter: object): Promise<string[]> {
  const { conversations } = await owner.query<{ conversations: { nodes: { id: string }[] } }>(
    `query ($filter: ConversationFilterInput) {
      conversations(filter: $filter, first: 100) { nodes { id } }
    }`,
    { filter },
  );
  return conversations.nodes.map(({ id }) => uuidOf('Conversation', id)!);
}

/** The facts of each conversation as the last event about it has them. */
async function latestFacts(workspaceId: string) {
  const events = await parley.app.sessions.with(workspaceId, (session) =>
    readLog(session, workspaceId, { after: 0, limit: 1_000 }),
  );
  return new Map(
    events.flatMap(({ conversationId, data }) => {
      const { conversation } = data as Partial<ConversationChange>;
      return conversationId && conversation ? [[conversationId, conversation] as const] : [];
    }),
  );
}

async function namesOfTags(owner: Client): Promise<Map<string, string>> {
  const { conversations } = await owner.query<{
    conversations: { nodes: { tags: { id: string; name: string }[] }[] };
  }>('{ conversations(first: 100) { nodes { tags { id name } } } }');
  const tags = conversations.nodes.flatMap((conversation) => conversation.tags);
  return new Map(tags.map(({ id, name }) => [uuidOf('Tag', id)!, name.toLowerCase()]));
}

async function invite(owner: Client, email: string): Promise<string> {
  const { userInvite } = await owner.query<{ userInvite: { user: { id: string } } }>(
    `mutation ($input: UserInviteInput!) {
      userInvite(input: $input) { user { id } userErrors { message } }
    }`,
    { input: { email, name: email, role: 'AGENT' } },
  );
  return userInvite.user.id;
}

async function act(owner: Client, name: string, id: string, input?: object): Promise<void> {
  const types: Record<string, string> = {
    conversationAssign: 'ConversationAssignInput',
    tagAdd: 'TagInput',
    tagRemove: 'TagInput',
  };
  const [variables, args] = input ? [`, $input: ${types[name]}!`, ', input: $input'] : ['', ''];
  const answer = await owner.query<Record<string, { userErrors: object[] }>>(
    `mutation ($id: ID!${variables}) { ${name}(id: $id${args}) { userErrors { message } } }`,
    { id, input },
  );
  expect(answer[name]!.userErrors).toEqual([]);
}
