import { sql } from '../../src/db/sql';
import { uuidOf } from '../../src/domain/kit/ids';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { makeChannel, recordMessage } from '../support/world';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());

/** A recorded message, and the means to record it again with news. */
async function aMessage() {
  const { owner } = await parley.workspace();
  const channelId = await makeChannel(owner);
  const original = {
    threadKey: 'thread',
    externalId: 'message',
    body: 'first',
    sentAt: '2026-02-01T10:00:00Z',
    customer: { externalId: 'person' },
  };
  const { message } = await recordMessage(owner, channelId, original);
  const again = (news: object) => recordMessage(owner, channelId, { ...original, ...news });
  return { owner, id: message.id, again };
}

const HISTORY = `query ($id: ID!) {
  node(id: $id) { ... on Message {
    body editedAt deletedAt revisions { nodes { kind previousBody occurredAt } }
  } }
}`;

async function historyOf(owner: Client, id: string) {
  return (await owner.query<{ node: object }>(HISTORY, { id })).node;
}

test('an edit replaces the text and keeps what it said before', async () => {
  const { owner, id, again } = await aMessage();
  const { outcome } = await again({ body: 'second', editedAt: '2026-02-01T10:05:00Z' });
  expect(outcome).toBe('UPDATED');
  expect(await historyOf(owner, id)).toEqual({
    body: 'second',
    editedAt: '2026-02-01T10:05:00.000Z',
    deletedAt: null,
    revisions: {
      nodes: [{ kind: 'EDITED', previousBody: 'first', occurredAt: '2026-02-01T10:05:00.000Z' }],
    },
  });
});

test('an edit that is told twice changes nothing', async () => {
  const { owner, id, again } = await aMessage();
  const edit = { body: 'second', editedAt: '2026-02-01T10:10:00Z' };
  await again(edit);
  const before = await historyOf(owner, id);
  expect((await again(edit)).outcome).toBe('UNCHANGED');
  expect(await historyOf(owner, id)).toEqual(before);
});

test('an edit that is told after a newer one takes its place in the history', async () => {
  const { owner, id, again } = await aMessage();
  await again({ body: 'third', editedAt: '2026-02-01T10:10:00Z' });
  await again({ body: 'second', editedAt: '2026-02-01T10:05:00Z' });
  expect(await historyOf(owner, id)).toEqual({
    body: 'third',
    editedAt: '2026-02-01T10:10:00.000Z',
    deletedAt: null,
    revisions: {
      nodes: [
        { kind: 'EDITED', previousBody: 'first', occurredAt: '2026-02-01T10:05:00.000Z' },
        { kind: 'EDITED', previousBody: 'second', occurredAt: '2026-02-01T10:10:00.000Z' },
      ],
    },
  });
});

test('a deletion empties the text and keeps it in the history, and so does what is told later', async () => {
  const { owner, id, again } = await aMessage();
  const deletion = { deletedAt: '2026-02-01T11:00:00Z' };
  expect((await again(deletion)).outcome).toBe('UPDATED');
  expect((await again(deletion)).outcome).toBe('UNCHANGED');
  await again({ body: 'late', editedAt: '2026-02-01T10:30:00Z' });
  expect(await historyOf(owner, id)).toEqual({
    body: '',
    editedAt: '2026-02-01T10:30:00.000Z',
    deletedAt: '2026-02-01T11:00:00.000Z',
    revisions: {
      nodes: [
        { kind: 'EDITED', previousBody: 'first', occurredAt: '2026-02-01T10:30:00.000Z' },
        { kind: 'DELETED', previousBody: 'late', occurredAt: '2026-02-01T11:00:00.000Z' },
      ],
    },
  });
});

test('edits and deletions are events without the text', async () => {
  const { again, owner } = await aMessage();
  await again({ body: 'second', editedAt: '2026-02-01T10:05:00Z' });
  await again({ deletedAt: '2026-02-01T11:00:00Z' });
  const { viewer } = await owner.query<{ viewer: { workspace: { id: string } } }>(
    '{ viewer { workspace { id } } }',
  );
  const workspaceId = uuidOf('Workspace', viewer.workspace.id)!;
  const rows = await parley.app.sessions.objects<{ type: string; data: object }>(
    workspaceId,
    sql`select type, data from event_outbox where type in ('message.edited', 'message.deleted') order by seq`,
  );
  expect(rows.map(({ type }) => type)).toEqual(['message.edited', 'message.deleted']);
  for (const { data } of rows) {
    expect(Object.keys(data).sort()).toEqual([
      'channelId',
      'conversation',
      'conversationId',
      'customerId',
      'was',
    ]);
    expect(JSON.stringify(data)).not.toMatch(/first|second/);
  }
});
