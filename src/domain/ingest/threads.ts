import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { ConversationStatus } from '../../entities/conversation';
import type { Visibility } from '../../entities/channel';
import type { ConversationFacts } from '../../events/registry';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey, isQuestion, type InboundItem } from './item';
import type { ToldFacts } from './thread-facts';

/** A conversation as ingest holds it: locked until the transaction ends. */
export interface Thread extends ToldFacts {
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
  lastInboundAt: Date | null;
  /** Up to which messages of ours were delivered and read, as the platform says. */
  deliveredUntil: Date | null;
  readUntil: Date | null;
  lastMessageAt: Date;
  assigneeId: string | null;
  tagIds: readonly string[];
  isNew: boolean;
  /** As it was before this transaction. */
  before: ConversationFacts;
}

/** What filters look at of a conversation, as ingest holds it now. */
export function threadFacts(
  thread: Pick<Thread, keyof ConversationFacts & keyof Thread>,
): ConversationFacts {
  const { channelId, visibility, status, assigneeId, customerId, tagIds } = thread;
  return {
    channelId,
    visibility,
    status,
    assigneeId,
    customerId,
    startedAt: thread.startedAt.toISOString(),
    lastMessageAt: thread.lastMessageAt.toISOString(),
    tagIds: [...tagIds],
  };
}

/** Key of a thread in a map. */
export function threadKey(item: Pick<InboundItem, 'channelId' | 'threadKey'>): string {
  return `${item.channelId} ${item.threadKey}`;
}

/**
 * Makes the conversations that items belong to and that are not there yet.
 * @param met what {@link lockThreads} has found.
 * @returns threads by {@link threadKey}.
 */
export async function resolveThreads(
  work: Work,
  items: readonly InboundItem[],
  met: ReadonlyMap<string, Thread>,
  customers: ReadonlyMap<string, string>,
): Promise<Map<string, Thread>> {
  const threads = new Map(met);
  const missing = items.filter((item) => !threads.has(threadKey(item)));
  if (missing.length === 0) return threads;
  const made = new Set(await insertThreads(work, openingsOf(missing), customers));
  for (const [key, thread] of await lockThreads(work, missing)) {
    threads.set(key, { ...thread, isNew: made.has(thread.id) });
  }
  return threads;
}

/** What the items of one thread say of it, should it be new. */
interface Opening {
  /** The earliest. */
  first: InboundItem;
  /** The one that tells whom the conversation is with. */
  naming: InboundItem | null;
}

/** The openings of the threads, in the order of their keys. */
function openingsOf(items: readonly InboundItem[]): Opening[] {
  const openings = new Map<string, Opening>();
  for (const item of items) {
    const key = threadKey(item);
    const opening = openings.get(key) ?? { first: item, naming: null };
    openings.set(key, opening);
    if (precedes(item, opening.first)) opening.first = item;
    if (item.customer && (!opening.naming || namesBefore(item, opening.naming))) {
      opening.naming = item;
    }
  }
  return [...openings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, opening]) => opening);
}

/** Whether an item comes before another one, by the provider's time and its order key. */
function precedes(a: InboundItem, b: InboundItem): boolean {
  const byTime = a.sentAt.getTime() - b.sentAt.getTime();
  return byTime === 0 ? a.orderKey < b.orderKey : byTime < 0;
}

/**
 * Whether it is the first of two items that tells whom the conversation is with: the earlier one,
 * and one that a customer wrote rather than one of the company's or a machine's.
 */
export function namesBefore(a: InboundItem, b: InboundItem): boolean {
  return isQuestion(a) === isQuestion(b) ? precedes(a, b) : isQuestion(a);
}

async function insertThreads(
  { session, actor, now }: Work,
  openings: readonly Opening[],
  customers: ReadonlyMap<string, string>,
): Promise<string[]> {
  const columns = bulkColumns(openings, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    channel_id: ['uuid', ({ first }) => first.channelId],
    thread_key: ['text', ({ first }) => first.threadKey],
    customer_id: [
      'uuid',
      ({ naming }) => (naming?.customer && customers.get(identityKey(naming.customer))) ?? null,
    ],
    post_id: ['uuid', ({ first }) => first.postId ?? null],
    subject: ['text', ({ first }) => first.subject ?? null],
    started_at: ['timestamptz', ({ first }) => first.sentAt],
    last_message_at: ['timestamptz', ({ first }) => first.sentAt],
    created_at: ['timestamptz', () => now],
    updated_at: ['timestamptz', () => now],
  });
  const names = raw(columns.map(({ name }) => name).join(', '));
  const visibilities = openings.map(({ first }) => first.visibility ?? null);
  const opened = [...columns, { name: 'given', type: 'text', values: visibilities }];
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`insert into conversation (${names}, visibility)
        select ${names}, coalesce(given, (
          select c.visibility from channel c
          where c.workspace_id = t.workspace_id and c.id = t.channel_id))
        from ${bulkTable('t', opened)}
        on conflict (workspace_id, channel_id, thread_key) do nothing returning id`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Finds the conversations that items belong to, and locks them in one order, so that everything after
 * works on them alone.
 * @returns threads by {@link threadKey}.
 */
export async function lockThreads(
  { session, actor }: Work,
  items: readonly InboundItem[],
): Promise<Map<string, Thread>> {
  const named = new Map(items.map((item) => [threadKey(item), item]));
  if (named.size === 0) return new Map();
  const wanted = bulkColumns([...named.values()], {
    channel_id: ['uuid', ({ channelId }) => channelId],
    thread_key: ['text', (item) => item.threadKey],
  });
  const rows = await queryObjects<Omit<Thread, 'isNew' | 'before'>>(
    session,
    sql`select c.id, c.channel_id "channelId", c.thread_key "threadKey", c.customer_id "customerId",
               c.visibility, c.status, c.closed_at "closedAt", c.started_at "startedAt",
               c.first_inbound_at "firstInboundAt", c.first_response_at "firstResponseAt",
               c.last_inbound_at "lastInboundAt", c.delivered_until "deliveredUntil",
               c.read_until "readUntil", c.subject, c.post_id "postId", c.answers, c.platform,
               c.fact_times "factTimes", c.last_message_at "lastMessageAt", c.assignee_id "assigneeId",
               array(select t.tag_id from conversation_tag t
                     where t.workspace_id = c.workspace_id and t.conversation_id = c.id
                     order by t.tag_id) "tagIds"
        from ${bulkTable('w', wanted)}
        join conversation c on c.workspace_id = ${actor.workspaceId}
          and c.channel_id = w.channel_id and c.thread_key = w.thread_key
        order by c.id for update of c`,
  );
  return new Map(
    rows.map((row) => [threadKey(row), { ...row, isNew: false, before: threadFacts(row) }]),
  );
}
