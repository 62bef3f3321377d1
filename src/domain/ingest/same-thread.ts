import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { identityKey, type InboundItem } from './item';
import { namesOf, samePeople, type Person } from './same-person';
import { threadKey } from './threads';

/**
 * Puts items whose conversation is the one with their customer under the key that it has already,
 * which is another id of the same person: the one by which they were first known. Where none is here
 * and the batch has several ids of them, the earliest item's counts.
 */
export async function joinPeople(
  work: Work,
  items: readonly InboundItem[],
): Promise<readonly InboundItem[]> {
  const talks = items.filter((item) => item.isWithCustomer && item.customer);
  if (talks.length === 0) return items;
  const people = samePeople(talks.map(({ customer }) => customer!));
  const whose = new Map(people.flatMap((person) => person.told.map((ref) => [ref, person])));
  const personOf = (item: InboundItem) => whose.get(item.customer!)!;
  const found = await findThreads(work, talks, personOf);
  const placed = new Map<Person, string>();
  const inTime = [...talks].sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
  const keys = new Map<InboundItem, string>();
  for (const item of inTime) {
    const here = found.get(threadKey(item)) ?? [];
    const person = personOf(item);
    const own = here.includes(item.threadKey) ? item.threadKey : undefined;
    const key = own ?? here[0] ?? placed.get(person) ?? item.threadKey;
    if (!placed.has(person)) placed.set(person, key);
    keys.set(item, key);
  }
  return items.map((item) => {
    const key = keys.get(item);
    return key === undefined || key === item.threadKey ? item : { ...item, threadKey: key };
  });
}

interface Asked {
  item: string;
  channelId: string;
  name: string;
  key: string;
  isOwn: boolean;
}

/** The keys of the conversations with items’ customers, newest talk first; by {@link threadKey}. */
async function findThreads(
  { session, actor }: Work,
  items: readonly InboundItem[],
  personOf: (item: InboundItem) => Person,
): Promise<Map<string, string[]>> {
  const asked = new Map<string, Asked>();
  for (const item of items) {
    const { own } = personOf(item);
    for (const name of namesOf(item.customer!)) {
      const key = identityKey(name);
      const of = { item: threadKey(item), channelId: item.channelId, name: name.externalId };
      asked.set(`${of.item} ${key}`, { ...of, key, isOwn: own.has(key) });
    }
  }
  const { channelKind, scope } = items[0]!.customer!;
  const columns = bulkColumns([...asked.values()], {
    item: ['text', ({ item }) => item],
    channel_id: ['uuid', ({ channelId }) => channelId],
    name: ['text', ({ name }) => name],
    is_own: ['boolean', ({ isOwn }) => isOwn],
  });
  const rows = await queryObjects<{ item: string; threadKey: string }>(
    session,
    sql`with asked as materialized (select * from ${bulkTable('t', columns)}),
        keys as (
          select a.item, a.channel_id, a.name as thread_key from asked a where a.is_own
          union
          select a.item, a.channel_id, o.external_id from asked a
          join customer_identity i on i.workspace_id = ${actor.workspaceId}
            and i.channel_kind = ${channelKind} and i.scope = ${scope} and i.external_id = a.name
            -- a number that is somebody’s further id may have passed on
            and (a.is_own or not i.is_alias)
          join customer_identity o on o.workspace_id = i.workspace_id
            and o.customer_id = i.customer_id and o.channel_kind = i.channel_kind
            and o.scope = i.scope
        )
        select k.item, c.thread_key "threadKey" from keys k
        join conversation c on c.workspace_id = ${actor.workspaceId}
          and c.channel_id = k.channel_id and c.thread_key = k.thread_key
        order by c.last_message_at desc, c.id`,
  );
  const found = new Map<string, string[]>();
  for (const { item, threadKey: key } of rows) found.set(item, [...(found.get(item) ?? []), key]);
  return found;
}
