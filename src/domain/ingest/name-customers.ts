import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { identityKey, isQuestion } from './item';
import type { AddedMessage } from './messages';
import { namesBefore, type Thread } from './threads';

/** A conversation that was here before and that turned out to be with somebody else. */
export interface NamedThread {
  thread: Thread;
  /** UUID of the customer that it seemed to be with; null when that was not known. */
  before: string | null;
  /** UUIDs of the messages that are new in it. */
  addedIds: string[];
}

/**
 * Keeps whom conversations are with: whom the earliest inbound message names, or, before a customer
 * has written, the company's own. A message that comes late may so tell it anew.
 * @returns the conversations where it changed; those that are new know it from the start.
 */
export async function nameCustomers(
  work: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<NamedThread[]> {
  const naming = new Map<Thread, AddedMessage>();
  for (const message of added) {
    const { item, thread } = message;
    if (thread.isNew || !item.customer) continue;
    const earlier = naming.get(thread);
    if (!earlier || namesBefore(item, earlier.item)) naming.set(thread, message);
  }
  const customerOf = ({ item }: AddedMessage) => customers.get(identityKey(item.customer!))!;
  const differing = [...naming.values()].filter(
    (message) => customerOf(message) !== message.thread.customerId,
  );
  const ties = await firstInbound(work, differing.filter(isTie));
  const telling = differing.filter((message) =>
    isTie(message) ? ties.has(message.id) : isFirst(message),
  );
  const named = telling.map((message): NamedThread => {
    const { thread } = message;
    const before = thread.customerId;
    thread.customerId = customerOf(message);
    const addedIds = added.filter((it) => it.thread === thread).map(({ id }) => id);
    return { thread, before, addedIds };
  });
  await writeCustomers(work, named);
  return named;
}

/** Whether it comes at the very time of the inbound message that was the earliest so far. */
function isTie({ item, thread }: AddedMessage): boolean {
  return isQuestion(item) && item.sentAt.getTime() === thread.firstInboundAt?.getTime();
}

function isFirst({ item, thread }: AddedMessage): boolean {
  if (thread.customerId === null) return true;
  if (!isQuestion(item)) return false;
  return thread.firstInboundAt === null || item.sentAt < thread.firstInboundAt;
}

/** Those of the messages that are the first inbound ones of their conversations. */
async function firstInbound(
  { session, actor }: Work,
  messages: readonly AddedMessage[],
): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const columns = bulkColumns(messages, { id: ['uuid', ({ thread }) => thread.id] });
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`select f.id from ${bulkTable('t', columns)}
        cross join lateral (
          select m.id from message m
          where m.workspace_id = ${actor.workspaceId} and m.conversation_id = t.id
            and m.direction = 'INBOUND' and not m.is_automatic
          order by m.sent_at, m.order_key, m.id limit 1
        ) f`,
  );
  return new Set(rows.map(({ id }) => id));
}

async function writeCustomers({ session, actor }: Work, named: readonly NamedThread[]) {
  if (named.length === 0) return;
  const columns = bulkColumns(named, {
    id: ['uuid', ({ thread }) => thread.id],
    customer_id: ['uuid', ({ thread }) => thread.customerId],
  });
  await queryObjects(
    session,
    sql`update conversation c set customer_id = n.customer_id from ${bulkTable('n', columns)}
        where c.workspace_id = ${actor.workspaceId} and c.id = n.id`,
  );
}
