import type { InboundItem } from '../../src/connectors/kit/item';
import { startTestApp, type TestApp } from '../support/app';
import { asOwner, eventsOf } from '../support/owner';
import { at, itemsWorld, message } from './items-world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());
afterEach(() => expect(parley.faults.splice(0)).toEqual([]));

const FIELDS = `externalId body status deliveredAt readAt failure { code message } hiddenAt isAutomatic
  content editedAt deletedAt revisions(first: 5) { nodes { kind previousBody } }
  reactions(first: 5) { nodes { reaction customer { name } reactedAt } }`;

/** A workspace with a channel, and the means to read what is in its one conversation. */
async function aTalk(visibility: 'PUBLIC' | 'PRIVATE' = 'PRIVATE') {
  const world = await itemsWorld(parley, { visibility });
  const messages = async () => {
    const { conversations } = await world.owner.query<{
      conversations: { nodes: { messages: { nodes: Record<string, unknown>[] } }[] };
    }>(`{ conversations { nodes { messages(first: 20) { nodes { ${FIELDS} } } } } }`);
    return conversations.nodes.flatMap((conversation) => conversation.messages.nodes);
  };
  const only = async () => {
    const [first, ...others] = await messages();
    expect(others).toEqual([]);
    return first!;
  };
  const events = async () =>
    (await eventsOf(parley, world.workspaceId))
      .map(({ type }) => type)
      .filter((type) => type.startsWith('message.'));
  return { ...world, messages, only, events };
}

const reply = (told: object = {}) =>
  message({ externalId: 'm1', direction: 'OUTBOUND', author: null, ...told });

/** A message of ours as it waits for the platform's answer. */
async function sending(workspaceId: string, externalId: string): Promise<void> {
  await asOwner(
    parley,
    `with ours as (
       update message set status = 'SENDING', external_id = null, client_key = 'key of ' || external_id
       where workspace_id = $1 and external_id = $2
       returning workspace_id, id, channel_id, conversation_id
     )
     insert into outbound_queue (workspace_id, message_id, channel_id, conversation_id, queued_at, due_at)
     select workspace_id, id, channel_id, conversation_id, now(), now() from ours`,
    [workspaceId, externalId],
  );
}

describe('news of a message', () => {
  test('that is not here yet waits for it', async () => {
    const { take, only, workspaceId } = await aTalk();
    await take(
      { type: 'edit', externalId: 'm1', body: 'second', editedAt: at(5) },
      {
        type: 'reaction',
        externalId: 'm1',
        actor: null,
        reaction: 'like',
        removed: false,
        at: at(6),
      },
    );
    await take(message({ externalId: 'm1', body: 'first' }));
    expect(await only()).toMatchObject({
      body: 'second',
      editedAt: at(5).toISOString(),
      revisions: { nodes: [{ kind: 'EDITED', previousBody: 'first' }] },
      reactions: { nodes: [{ reaction: 'like', customer: null }] },
    });
    const left = await asOwner(parley, 'select from awaited_item where workspace_id = $1', [
      workspaceId,
    ]);
    expect(left).toEqual([]);
  });

  test('that it was deleted empties it, keeps what it said, and takes its files away', async () => {
    const { take, only, workspaceId } = await aTalk();
    await take(message({ externalId: 'm1', body: 'oops', attachments: [{ externalId: 'f1' }] }), {
      type: 'deletion',
      externalId: 'm1',
      deletedAt: at(3),
    });
    expect(await only()).toMatchObject({
      body: '',
      deletedAt: at(3).toISOString(),
      revisions: { nodes: [{ kind: 'DELETED', previousBody: 'oops' }] },
    });
    const files = await asOwner(parley, 'select status from attachment where workspace_id = $1', [
      workspaceId,
    ]);
    expect(files).toEqual([{ status: 'REMOVED' }]);
  });

  test('that it was hidden or shown counts by its time', async () => {
    const { take, only, events } = await aTalk('PUBLIC');
    const hiding = (hidden: boolean, minutes: number): InboundItem => ({
      ...{ type: 'hiding', externalId: 'm1' },
      ...{ hidden, at: at(minutes) },
    });
    await take(message({ externalId: 'm1' }), hiding(true, 5));
    await take(hiding(false, 3));
    expect(await only()).toMatchObject({ hiddenAt: at(5).toISOString() });
    await take(hiding(false, 7));
    expect(await only()).toMatchObject({ hiddenAt: null });
    expect(await events()).toEqual(['message.added', 'message.hidden', 'message.shown']);
  });
});

describe('reactions', () => {
  const reaction = (told: object): InboundItem => ({
    ...{ type: 'reaction', externalId: 'm1', actor: { externalId: 'ada', displayName: 'Ada' } },
    ...{ reaction: 'like', removed: false, at: at(1), ...told },
  });
  const given = async (only: () => Promise<Record<string, unknown>>) =>
    ((await only()).reactions as { nodes: { reaction: string }[] }).nodes.map((it) => it.reaction);

  test('are given and taken back, all at once too, by their times', async () => {
    const { take, only } = await aTalk();
    await take(message({ externalId: 'm1' }), reaction({}), reaction({ reaction: 'love' }));
    expect(await given(only)).toEqual(['like', 'love']);
    await take(reaction({ removed: true, at: at(4) }));
    await take(reaction({ at: at(3) }));
    expect(await given(only)).toEqual(['love']);
    // to change a reaction some platforms take back all and give the new one at the same time
    await take(
      reaction({ reaction: null, removed: true, at: at(6) }),
      reaction({ reaction: 'wow', at: at(6) }),
    );
    expect(await given(only)).toEqual(['wow']);
  });

  test('that have an id of their own are taken back by it, whenever that is told', async () => {
    const { take, only } = await aTalk();
    await take({ type: 'deletion', externalId: 'r1', deletedAt: at(9) });
    await take(message({ externalId: 'm1' }));
    await take(reaction({ reactionId: 'r1' }));
    expect(await given(only)).toEqual([]);
    await take(reaction({ reactionId: 'r2', at: at(12) }));
    expect(await given(only)).toEqual(['like']);
    await take({ type: 'deletion', externalId: 'r2', deletedAt: at(11) });
    expect(await given(only)).toEqual([]);
  });

  test('to a post are moments of who reacted', async () => {
    const { take, owner } = await aTalk('PUBLIC');
    await take(
      reaction({ externalId: 'p1', reactionId: 'r1' }),
      { type: 'post', post: { externalId: 'p1', publishedAt: at(0), body: 'News!' } },
      { type: 'deletion', externalId: 'r1', deletedAt: at(9) },
    );
    const { touchpoints } = await owner.query<{ touchpoints: { nodes: object[] } }>(
      '{ touchpoints { nodes { type customer { name } properties } } }',
    );
    const properties = { post: 'p1', reaction: 'like' };
    expect(touchpoints.nodes).toEqual([
      { type: 'post_reacted_withdrawn', customer: { name: 'Ada' }, properties },
      { type: 'post_reacted', customer: { name: 'Ada' }, properties },
    ]);
  });
});

describe('what became of a message of ours', () => {
  const receipt = (status: string, minutes: number, told: object = {}) =>
    ({
      ...{ type: 'receipt', status, at: at(minutes), about: { externalId: 'm1' } },
      ...told,
    }) as InboundItem;

  test('moves forward only, whatever the order of the receipts', async () => {
    const { take, only, events } = await aTalk();
    await take(reply());
    await take(receipt('READ', 5), receipt('READ', 4));
    await take(receipt('DELIVERED', 2), receipt('SENT', 1));
    expect(await only()).toMatchObject({
      status: 'READ',
      deliveredAt: at(2).toISOString(),
      readAt: at(4).toISOString(),
    });
    expect(await events()).toEqual(['message.added', 'message.status_changed']);
  });

  test('that failed says why, unless it was delivered after all', async () => {
    const { take, only, workspaceId } = await aTalk();
    const failure = { code: 'RECIPIENT_UNKNOWN', message: 'Nobody has this number.' };
    await take(reply(), receipt('FAILED', 3, { failure }));
    await take(receipt('SENT', 4));
    expect(await only()).toMatchObject({ status: 'FAILED', failure });
    const told = (await eventsOf(parley, workspaceId)).at(-1)!;
    expect(told).toMatchObject({ data: { status: 'FAILED', failureCode: 'RECIPIENT_UNKNOWN' } });
    expect(told.occurredAt).toEqual(at(3));
    await take(receipt('DELIVERED', 2));
    expect(await only()).toMatchObject({ status: 'DELIVERED', failure: null });
  });

  test('is told of all up to a time, and of those that come late', async () => {
    const { take, messages } = await aTalk();
    await take(reply({ sentAt: at(1) }), reply({ externalId: 'm2', sentAt: at(9) }));
    await take(receipt('READ', 5, { about: { threadKey: 'thread' } }));
    await take(reply({ externalId: 'm3', sentAt: at(4) }));
    expect(await messages()).toMatchObject([
      { externalId: 'm1', status: 'READ' },
      { externalId: 'm3', status: 'READ' },
      { externalId: 'm2', status: 'SENT' },
    ]);
  });
});

describe('an echo of a message of ours', () => {
  test.each([
    ['our client key', { clientKey: 'key of ours', body: 'something else' }],
    ['its text, while just one of that is on its way', { body: ' On its\nway. ' }],
  ])('is known by %s', async (_, told) => {
    const { take, only, workspaceId } = await aTalk();
    await take(reply({ externalId: 'ours', body: 'On its way.' }));
    await sending(workspaceId, 'ours');
    await take(
      { type: 'receipt', status: 'DELIVERED', at: at(3), about: { externalId: 'echo' } },
      reply({ externalId: 'echo', ...told, sentAt: at(2) }),
    );
    expect(await only()).toMatchObject({
      externalId: 'echo',
      body: 'On its way.',
      status: 'DELIVERED',
    });
  });

  test('is a message sent beside us where two of the same text are on their way', async () => {
    const { take, messages, workspaceId } = await aTalk();
    await take(
      reply({ externalId: 'one', body: 'Yes' }),
      reply({ externalId: 'two', body: 'Yes' }),
    );
    for (const externalId of ['one', 'two']) await sending(workspaceId, externalId);
    await take(reply({ externalId: 'echo', body: 'Yes' }));
    expect(await messages()).toHaveLength(3);
  });
});

test('what a machine sent opens nothing again and is no answer', async () => {
  const { take, owner } = await aTalk();
  await take(message({ externalId: 'm1' }));
  const { conversations } = await owner.query<{ conversations: { nodes: { id: string }[] } }>(
    '{ conversations { nodes { id } } }',
  );
  const { id } = conversations.nodes[0]!;
  await owner.query(`mutation ($id: ID!) { conversationClose(id: $id) { userErrors { code } } }`, {
    id,
  });
  const later = new Date(parley.now().getTime() + 60_000);
  await take(
    message({ sentAt: later, isAutomatic: true }),
    reply({ externalId: 'auto', sentAt: at(5), isAutomatic: true }),
  );
  const seen = await owner.query(
    `{ conversations { nodes { status messageCount firstResponseAt lastInboundAt } }
       responseMetrics(groupBy: []) { total { inboundMessages answeredMessages } } }`,
  );
  expect(seen).toMatchObject({
    conversations: {
      nodes: [
        {
          ...{ status: 'CLOSED', messageCount: 3, firstResponseAt: null },
          lastInboundAt: later.toISOString(),
        },
      ],
    },
    responseMetrics: { total: { inboundMessages: 1 } },
  });
});

test('a text of two megabytes is kept to the first, says how long it was, and is found', async () => {
  const { take, only, owner } = await aTalk();
  const words = Array.from({ length: 260_000 }, (_, n) => `w${n.toString(36)}`);
  const body = `ouverture ${words.join(' ')}`;
  await take(message({ externalId: `m${'x'.repeat(5_000)}`, body: body + body }));
  const { content, body: kept } = await only();
  expect(content).toEqual({ fullLength: body.length * 2 });
  expect((kept as string).length).toBe(1_048_576);
  const found = await owner.query<{ conversations: { nodes: object[] } }>(
    '{ conversations(filter: { search: "ouverture" }) { nodes { id } } }',
  );
  expect(found.conversations.nodes).toHaveLength(1);
});
