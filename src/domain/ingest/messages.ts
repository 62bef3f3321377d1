import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { identityKey, type InboundItem } from './item';
import { threadKey, type Thread } from './threads';

/** A message that this transaction added. */
export interface AddedMessage {
  id: string;
  item: InboundItem;
  thread: Thread;
  replyToId: string | null;
}

const externalKey = (channelId: string, externalId: string) => `${channelId} ${externalId}`;

const parentChannel = (item: InboundItem) => item.replyTo?.channelId ?? item.channelId;

/** Messages that are here already, by channel and external id. */
async function findMessages(
  { session, actor }: Work,
  wanted: readonly { channelId: string; externalId: string }[],
): Promise<Map<string, { id: string; conversationId: string }>> {
  if (wanted.length === 0) return new Map();
  const columns = bulkColumns(wanted, {
    channel_id: ['uuid', ({ channelId }) => channelId],
    external_id: ['text', ({ externalId }) => externalId],
  });
  type Row = { id: string; conversationId: string; channelId: string; externalId: string };
  const rows = await queryObjects<Row>(
    session,
    sql`select m.id, m.conversation_id "conversationId", m.channel_id "channelId", m.external_id "externalId"
        from ${bulkTable('w', columns)}
        join message m on m.workspace_id = ${actor.workspaceId}
          and m.channel_id = w.channel_id and m.external_id = w.external_id`,
  );
  return new Map(rows.map((row) => [externalKey(row.channelId, row.externalId), row]));
}

/** What {@link addMessages} found and made: an id for every item, and the messages that are new. */
export interface MessagesOutcome {
  ids: { id: string; conversationId: string }[];
  added: AddedMessage[];
}

/** Adds the items that are not here yet, each linked to the message that it answers when that is here. */
export async function addMessages(
  work: Work,
  items: readonly InboundItem[],
  threads: ReadonlyMap<string, Thread>,
  customers: ReadonlyMap<string, string>,
): Promise<MessagesOutcome> {
  const named = items.flatMap(({ channelId, externalId, ...item }) => [
    ...(externalId === null ? [] : [{ channelId, externalId }]),
    ...(item.replyTo
      ? [
          {
            channelId: item.replyTo.channelId ?? channelId,
            externalId: item.replyTo.externalId,
          },
        ]
      : []),
  ]);
  const known = await findMessages(work, named);

  const added: AddedMessage[] = [];
  const ids = items.map((item) => {
    const key = item.externalId === null ? null : externalKey(item.channelId, item.externalId);
    const existing = key === null ? undefined : known.get(key);
    if (existing) return existing;
    const thread = threads.get(threadKey(item))!;
    const message = { id: newId(), conversationId: thread.id };
    if (key !== null) known.set(key, message);
    added.push({ id: message.id, item, thread, replyToId: null });
    return message;
  });
  for (const message of added) {
    const { replyTo } = message.item;
    if (!replyTo) continue;
    const parent = known.get(externalKey(parentChannel(message.item), replyTo.externalId));
    if (parent && parent.id !== message.id) message.replyToId = parent.id;
  }
  await insertMessages(work, added, customers);
  return { ids, added };
}

async function insertMessages(
  { session, actor, now }: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<void> {
  if (added.length === 0) return;
  const columns = bulkColumns(added, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ id }) => id],
    conversation_id: ['uuid', ({ thread }) => thread.id],
    channel_id: ['uuid', ({ item }) => item.channelId],
    external_id: ['text', ({ item }) => item.externalId],
    direction: ['text', ({ item }) => item.direction],
    author_customer_id: [
      'uuid',
      ({ item: { author } }) =>
        'identity' in author ? customers.get(identityKey(author.identity)) : null,
    ],
    author_user_id: ['uuid', ({ item: { author } }) => ('userId' in author ? author.userId : null)],
    author_name: ['text', ({ item: { author } }) => ('name' in author ? author.name : null)],
    body: ['text', ({ item }) => item.body],
    reply_to_id: ['uuid', ({ replyToId }) => replyToId],
    reply_to_external_id: ['text', ({ item }) => item.replyTo?.externalId ?? null],
    reply_to_channel_id: ['uuid', ({ item }) => (item.replyTo ? parentChannel(item) : null)],
    sent_at: ['timestamptz', ({ item }) => item.sentAt],
    order_key: ['bigint', ({ item }) => item.orderKey],
    received_at: ['timestamptz', () => now],
  });
  await queryObjects(session, bulkInsert('message', columns));
}

/**
 * Links replies that came in earlier than the messages that they answer.
 * @returns ids of the messages that were waited for.
 */
export async function adoptReplies(
  { session, actor }: Work,
  added: readonly AddedMessage[],
): Promise<string[]> {
  const parents = added.filter(({ item }) => item.externalId !== null);
  if (parents.length === 0) return [];
  const columns = bulkColumns(parents, {
    id: ['uuid', ({ id }) => id],
    channel_id: ['uuid', ({ item }) => item.channelId],
    external_id: ['text', ({ item }) => item.externalId],
  });
  const rows = await queryObjects<{ parentId: string }>(
    session,
    sql`update message m set reply_to_id = p.id from ${bulkTable('p', columns)}
        where m.workspace_id = ${actor.workspaceId} and m.reply_to_id is null
          and m.reply_to_external_id is not null and m.id <> p.id
          and m.reply_to_channel_id = p.channel_id and m.reply_to_external_id = p.external_id
        returning p.id "parentId"`,
  );
  return rows.map(({ parentId }) => parentId);
}
