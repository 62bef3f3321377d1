import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql, type Sql } from '../../db/sql';
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

/** Where a message is. */
export interface MessagePlace {
  id: string;
  conversationId: string;
}

/** A message's name: the platform's id is unique in its channel. */
interface MessageName {
  channelId: string;
  externalId: string;
}

async function findMessages(
  { session, actor }: Work,
  wanted: readonly MessageName[],
): Promise<Map<string, MessagePlace>> {
  if (wanted.length === 0) return new Map();
  const columns = bulkColumns(wanted, {
    channel_id: ['uuid', ({ channelId }) => channelId],
    external_id: ['text', ({ externalId }) => externalId],
  });
  const rows = await queryObjects<MessagePlace & MessageName>(
    session,
    sql`select m.id, m.conversation_id "conversationId", m.channel_id "channelId", m.external_id "externalId"
        from ${bulkTable('w', columns)}
        join message m on m.workspace_id = ${actor.workspaceId}
          and m.channel_id = w.channel_id and m.external_id = w.external_id`,
  );
  return new Map(rows.map((row) => [externalKey(row.channelId, row.externalId), row]));
}

/** The messages that a call names, by channel and external id, as far as they are here. */
export class KnownMessages {
  private constructor(private readonly places: Map<string, MessagePlace>) {}

  /** Finds those of the items that are here already, and the messages that they answer. */
  static async among(work: Work, items: readonly InboundItem[]): Promise<KnownMessages> {
    const names = [...items.flatMap(nameOf), ...items.flatMap(parentNameOf)];
    return new KnownMessages(await findMessages(work, names));
  }

  /** Finds more messages. */
  async find(work: Work, wanted: readonly MessageName[]): Promise<void> {
    for (const [key, place] of await findMessages(work, wanted)) this.places.set(key, place);
  }

  /** Where an item is; an item without an external id is never here. */
  placeOf({ channelId, externalId }: InboundItem): MessagePlace | undefined {
    return externalId === null ? undefined : this.places.get(externalKey(channelId, externalId));
  }

  /** Where the message is that an item answers. */
  parentOf(item: InboundItem): MessagePlace | undefined {
    const [parent] = parentNameOf(item);
    return parent && this.places.get(externalKey(parent.channelId, parent.externalId));
  }

  /** Remembers an item that was added. */
  add({ channelId, externalId }: InboundItem, place: MessagePlace): void {
    if (externalId !== null) this.places.set(externalKey(channelId, externalId), place);
  }
}

function nameOf({ channelId, externalId }: InboundItem): MessageName[] {
  return externalId === null ? [] : [{ channelId, externalId }];
}

function parentNameOf(item: InboundItem): MessageName[] {
  if (!item.replyTo) return [];
  return [{ channelId: parentChannel(item), externalId: item.replyTo.externalId }];
}

/**
 * Decides what is new among the items, and links each to the message that it answers when that is here.
 * @returns a place for every item, and the messages to add.
 */
export async function placeMessages(
  work: Work,
  items: readonly InboundItem[],
  known: KnownMessages,
  threads: ReadonlyMap<string, Thread>,
): Promise<{ places: MessagePlace[]; added: AddedMessage[] }> {
  await awaitParents(
    work,
    items.filter((item) => !known.placeOf(item)),
    known,
  );
  const added: AddedMessage[] = [];
  const places = items.map((item) => {
    const existing = known.placeOf(item);
    if (existing) return existing;
    const thread = threads.get(threadKey(item))!;
    const place = { id: newId(), conversationId: thread.id };
    known.add(item, place);
    added.push({ id: place.id, item, thread, replyToId: null });
    return place;
  });
  for (const message of added) {
    const parent = known.parentOf(message.item);
    if (parent && parent.id !== message.id) message.replyToId = parent.id;
  }
  return { places, added };
}

/**
 * A reply and the message that it answers may be added at the same moment, in two conversations, and
 * neither transaction sees the other's. So a reply whose parent is not here waits for those that add
 * messages to the parent's channel, looks once more, and holds up the next ones until it can be seen.
 */
async function awaitParents(
  work: Work,
  fresh: readonly InboundItem[],
  known: KnownMessages,
): Promise<void> {
  const own = new Set(
    fresh.map((item) => item.externalId && externalKey(item.channelId, item.externalId)),
  );
  const missing = fresh
    .filter((item) => !known.parentOf(item))
    .flatMap(parentNameOf)
    .filter(({ channelId, externalId }) => !own.has(externalKey(channelId, externalId)));
  if (missing.length === 0) return;
  await queryObjects(work.session, lockChannels(work, 'pg_advisory_xact_lock', missing));
  await known.find(work, missing);
}

/** Is seen by what waits for messages of a channel, as those are that are inserted. */
export async function joinMessages(work: Work, channelId: string): Promise<void> {
  const lock = lockChannels(work, 'pg_advisory_xact_lock_shared', [{ channelId }]);
  await queryObjects(work.session, lock);
}

/** As {@link awaitParents} does, for what else waits for messages of a channel. */
export async function holdUpMessages(work: Work, channelId: string): Promise<void> {
  const lock = lockChannels(work, 'pg_advisory_xact_lock', [{ channelId }]);
  await queryObjects(work.session, lock);
}

function lockChannels(
  { actor }: Work,
  lock: 'pg_advisory_xact_lock' | 'pg_advisory_xact_lock_shared',
  places: readonly { channelId: string }[],
): Sql {
  const channels = [...new Set(places.map(({ channelId }) => channelId))].sort();
  const keys = channels.map((channelId) => `${actor.workspaceId} messages of ${channelId}`);
  return sql`select ${raw(lock)}(hashtextextended(key, 0))
             from unnest(${keys}::text[]) with ordinality k(key, n) order by n`;
}

/** Inserts messages, once no reply holds up their channels; see {@link awaitParents}. */
export async function insertMessages(
  work: Work,
  added: readonly AddedMessage[],
  customers: ReadonlyMap<string, string>,
): Promise<void> {
  if (added.length === 0) return;
  const { session, actor, now } = work;
  const columns = bulkColumns(added, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ id }) => id],
    conversation_id: ['uuid', ({ thread }) => thread.id],
    channel_id: ['uuid', ({ item }) => item.channelId],
    carrier_channel_id: ['uuid', ({ item }) => item.carrierId ?? null],
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
    edited_at: ['timestamptz', ({ item }) => item.editedAt ?? null],
    status: ['text', ({ item }) => item.status ?? null],
    client_key: ['text', ({ item }) => item.clientKey ?? null],
    is_automatic: ['bool', ({ item }) => item.isAutomatic ?? false],
    is_for_person: ['bool', ({ item }) => item.isForPerson ?? false],
    content: ['jsonb', ({ item }) => jsonOrNull(item.content)],
    platform: ['jsonb', ({ item }) => jsonOrNull(item.platform)],
  });
  const names = raw(columns.map(({ name }) => name).join(', '));
  const places = added.map(({ item }) => item);
  await queryObjects(
    session,
    sql`with locked as materialized (${lockChannels(work, 'pg_advisory_xact_lock_shared', places)})
        insert into message (${names})
        select t.* from (select count(*) from locked) all_locked, ${bulkTable('t', columns)}`,
  );
}

function jsonOrNull(value: Record<string, unknown> | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}

/**
 * Links replies that came in earlier than the messages that they answer. A statement of its own: it
 * has to see what those have committed for whom {@link insertMessages} has waited.
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
