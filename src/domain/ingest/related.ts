import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import type { InboundItem } from './item';

/**
 * Puts the items that tell which messages they belong with under the thread key of those messages'
 * conversation: of the messages that are here, of those that wait for the same ones, and of others in
 * the batch. Items come in any order, so that an answer may be here before what it answers; what can't
 * be known yet, that two conversations are one, stays two.
 * @param isNew of an item; what is here already stays as it is.
 */
export async function joinRelated(
  work: Work,
  items: readonly InboundItem[],
  isNew: (item: InboundItem) => boolean,
): Promise<readonly InboundItem[]> {
  const joining = items.filter((item) => item.relatedTo && item.externalId !== null && isNew(item));
  if (joining.length === 0) return items;
  const keys = await findThreadKeys(work, joining);
  const placed = placeAll(joining, keys);
  return items.map((item) => {
    const key = placed.get(item);
    return key === undefined || key === item.threadKey ? item : { ...item, threadKey: key };
  });
}

const nameIn = (item: InboundItem, externalId: string) => `${item.channelId} ${externalId}`;

/** The names by which an item's conversation is found, what counts first in front. */
function namesOf(item: InboundItem): string[] {
  return [...item.relatedTo!, item.externalId!].map((id) => nameIn(item, id));
}

/** Thread keys by name: of messages that are here, else of conversations that wait for them. */
async function findThreadKeys(
  { session, actor }: Work,
  items: readonly InboundItem[],
): Promise<Map<string, string>> {
  const wanted = new Map(
    items.flatMap((item) =>
      [...item.relatedTo!, item.externalId!].map((externalId) => [
        nameIn(item, externalId),
        { channelId: item.channelId, externalId },
      ]),
    ),
  );
  const columns = bulkColumns([...wanted.values()], {
    channel_id: ['uuid', ({ channelId }) => channelId],
    external_id: ['text', ({ externalId }) => externalId],
  });
  const rows = await queryObjects<{ name: string; threadKey: string }>(
    session,
    sql`select w.channel_id || ' ' || w.external_id "name", found.thread_key "threadKey"
        from ${bulkTable('w', columns)} cross join lateral (
          (select c.thread_key, 1 nearness from message m
            join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
            where m.workspace_id = ${actor.workspaceId} and m.channel_id = w.channel_id
              and m.external_id = w.external_id)
          union all
          (select c.thread_key, 2 from conversation c
            where c.workspace_id = ${actor.workspaceId} and c.channel_id = w.channel_id
              and c.thread_key = w.external_id)
          union all
          (select c.thread_key, 3 from message m
            join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
            where m.workspace_id = ${actor.workspaceId} and m.reply_to_id is null
              and m.reply_to_channel_id = w.channel_id and m.reply_to_external_id = w.external_id
              and m.channel_id = w.channel_id
            order by m.sent_at, m.id limit 1)
          order by nearness limit 1
        ) found`,
  );
  return new Map(rows.map(({ name, threadKey }) => [name, threadKey]));
}

/** A thread key for each item: that of what is named first and known, else the earliest item's own. */
function placeAll(
  items: readonly InboundItem[],
  keys: Map<string, string>,
): Map<InboundItem, string> {
  const mentions = new Map<string, InboundItem[]>();
  for (const item of items) {
    for (const name of namesOf(item)) {
      const mentioning = mentions.get(name);
      if (mentioning) mentioning.push(item);
      else mentions.set(name, [item]);
    }
  }
  const placed = new Map<InboundItem, string>();
  const spread = (start: InboundItem, key: string) => {
    const waiting = [start];
    placed.set(start, key);
    for (let item = waiting.pop(); item; item = waiting.pop()) {
      for (const name of namesOf(item)) {
        if (keys.has(name)) continue;
        keys.set(name, key);
        for (const other of mentions.get(name)!) {
          if (placed.has(other)) continue;
          placed.set(other, key);
          waiting.push(other);
        }
      }
    }
  };
  const inTime = [...items].sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
  for (const item of inTime) {
    const known = namesOf(item).find((name) => keys.has(name));
    if (known !== undefined) placed.set(item, keys.get(known)!);
  }
  for (const item of [...placed.keys()]) spread(item, placed.get(item)!);
  for (const item of inTime) if (!placed.has(item)) spread(item, item.threadKey);
  return placed;
}
