import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { ConversationStatus } from '../../entities/conversation';
import type { Visibility } from '../../entities/channel';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey, type InboundItem } from './item';

/** A conversation as ingest holds it: locked until the transaction ends. */
export interface Thread {
  id: string;
  channelId: string;
  threadKey: string;
  customerId: string | null;
  visibility: Visibility;
  status: ConversationStatus;
  closedAt: Date | null;
  startedAt: Date;
  firstInboundAt: Date | null;
  firstResponseAt: Date | null;
  isNew: boolean;
}

/** Key of a thread in a map. */
export function threadKey(item: Pick<InboundItem, 'channelId' | 'threadKey'>): string {
  return `${item.channelId} ${item.threadKey}`;
}

/**
 * Finds or makes the conversations that items belong to, and locks them in one order, so that
 * everything after works on them alone.
 * @returns threads by {@link threadKey}.
 */
export async function resolveThreads(
  work: Work,
  items: readonly InboundItem[],
  customers: ReadonlyMap<string, string>,
  channelVisibility: ReadonlyMap<string, Visibility>,
  events: NewEvent[],
): Promise<Map<string, Thread>> {
  const opening = firstOfEach(items);
  const made = new Set(
    await insertThreads(work, [...opening.values()], customers, channelVisibility),
  );
  const threads = new Map<string, Thread>();
  for (const row of await lockThreads(work, [...opening.values()])) {
    const thread = { ...row, isNew: made.has(row.id) };
    threads.set(threadKey(thread), thread);
  }
  await nameCustomers(work, items, threads, customers);
  for (const thread of threads.values()) {
    if (!thread.isNew) continue;
    events.push({
      type: 'conversation.created',
      subjectId: thread.id,
      occurredAt: thread.startedAt,
      data: { channelId: thread.channelId, customerId: thread.customerId },
    });
  }
  return threads;
}

/** The earliest item of each thread, in the order of their keys. */
function firstOfEach(items: readonly InboundItem[]): Map<string, InboundItem> {
  const first = new Map<string, InboundItem>();
  for (const item of items) {
    const key = threadKey(item);
    const earlier = first.get(key);
    if (!earlier || item.sentAt < earlier.sentAt) first.set(key, item);
  }
  return new Map([...first].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function insertThreads(
  { session, actor, now }: Work,
  items: readonly InboundItem[],
  customers: ReadonlyMap<string, string>,
  channelVisibility: ReadonlyMap<string, Visibility>,
): Promise<string[]> {
  const columns = bulkColumns(items, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    channel_id: ['uuid', (item) => item.channelId],
    thread_key: ['text', (item) => item.threadKey],
    customer_id: [
      'uuid',
      ({ customer }) => (customer && customers.get(identityKey(customer))) ?? null,
    ],
    post_id: ['uuid', (item) => item.postId ?? null],
    visibility: ['text', (item) => item.visibility ?? channelVisibility.get(item.channelId)],
    subject: ['text', (item) => item.subject ?? null],
    started_at: ['timestamptz', (item) => item.sentAt],
    last_message_at: ['timestamptz', (item) => item.sentAt],
    created_at: ['timestamptz', () => now],
    updated_at: ['timestamptz', () => now],
  });
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`${bulkInsert('conversation', columns)}
        on conflict (workspace_id, channel_id, thread_key) do nothing returning id`,
  );
  return rows.map(({ id }) => id);
}

function lockThreads({ session, actor }: Work, items: readonly InboundItem[]) {
  const wanted = bulkColumns(items, {
    channel_id: ['uuid', (item) => item.channelId],
    thread_key: ['text', (item) => item.threadKey],
  });
  return queryObjects<Omit<Thread, 'isNew'>>(
    session,
    sql`select c.id, c.channel_id "channelId", c.thread_key "threadKey", c.customer_id "customerId",
               c.visibility, c.status, c.closed_at "closedAt", c.started_at "startedAt",
               c.first_inbound_at "firstInboundAt", c.first_response_at "firstResponseAt"
        from ${bulkTable('w', wanted)}
        join conversation c on c.workspace_id = ${actor.workspaceId}
          and c.channel_id = w.channel_id and c.thread_key = w.thread_key
        order by c.id for update of c`,
  );
}

/** A conversation that the company began gets its customer with the first item that names one. */
async function nameCustomers(
  { session, actor }: Work,
  items: readonly InboundItem[],
  threads: Map<string, Thread>,
  customers: ReadonlyMap<string, string>,
): Promise<void> {
  const named: Thread[] = [];
  for (const item of items) {
    const thread = threads.get(threadKey(item))!;
    if (thread.customerId || !item.customer) continue;
    thread.customerId = customers.get(identityKey(item.customer)) ?? null;
    named.push(thread);
  }
  if (named.length === 0) return;
  const columns = bulkColumns(named, {
    id: ['uuid', (thread) => thread.id],
    customer_id: ['uuid', (thread) => thread.customerId],
  });
  await queryObjects(
    session,
    sql`update conversation c set customer_id = n.customer_id from ${bulkTable('n', columns)}
        where c.workspace_id = ${actor.workspaceId} and c.id = n.id`,
  );
}
