import type { InboundItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import type { ItemChannel } from './apply-items';

/** Items, and the channel whose conversations they belong to. */
export interface ItemGroup {
  channel: ItemChannel;
  items: InboundItem[];
}

/**
 * Tells the items of a channel that carries messages of others' conversations apart by where they
 * belong: what is about a carried message, or descends from one, goes into that one's conversation; the
 * rest is the channel's own. A message that is here already stays where it is.
 */
export async function byOrigin(
  work: Work,
  channel: ItemChannel,
  items: readonly InboundItem[],
): Promise<ItemGroup[]> {
  const origins = await findOrigins(work, channel, items);
  if (![...origins.values()].some((id) => id !== channel.id)) {
    return [{ channel, items: [...items] }];
  }
  const groups = new Map<string, InboundItem[]>();
  for (const [index, id] of placeAll(items, origins).entries()) {
    const group = groups.get(id ?? channel.id);
    if (group) group.push(items[index]!);
    else groups.set(id ?? channel.id, [items[index]!]);
  }
  return Promise.all(
    [...groups].map(async ([id, group]) => ({
      channel: id === channel.id ? channel : await originOf(work, channel, id, group),
      items: group,
    })),
  );
}

/** The ids of messages by which an item is placed, what counts first in front. */
function namesOf(item: InboundItem): string[] {
  switch (item.type) {
    case 'message':
      return [item.externalId, ...(item.relatedTo ?? []), ...(item.replyTo ? [item.replyTo] : [])];
    case 'receipt':
      return 'externalId' in item.about && item.about.externalId ? [item.about.externalId] : [];
    case 'edit':
    case 'deletion':
    case 'hiding':
    case 'reaction':
      return [item.externalId];
    default:
      return [];
  }
}

/** The channels of messages that are here, by their ids. */
async function findOrigins(
  { session, actor }: Work,
  channel: ItemChannel,
  items: readonly InboundItem[],
): Promise<Map<string, string>> {
  const names = [...new Set(items.flatMap(namesOf))];
  if (names.length === 0) return new Map();
  const rows = await queryObjects<{ name: string; channelId: string }>(
    session,
    sql`select external_id "name", channel_id "channelId" from message
        where workspace_id = ${actor.workspaceId} and carrier_channel_id = ${channel.id}
          and external_id = any(${names}::text[])
        union all
        select external_id, channel_id from message
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and external_id = any(${names}::text[])`,
  );
  return new Map(rows.map(({ name, channelId }) => [name, channelId]));
}

/** The channel of each item: of the first message that it names and that is known; null for none. */
function placeAll(items: readonly InboundItem[], origins: Map<string, string>): (string | null)[] {
  const placed = items.map((): string | null => null);
  for (let isNews = true; isNews;) {
    isNews = false;
    for (const [index, item] of items.entries()) {
      const known = placed[index] ? undefined : namesOf(item).find((name) => origins.has(name));
      if (known === undefined) continue;
      placed[index] = origins.get(known)!;
      // others of the batch may descend from it
      if (item.type === 'message') origins.set(item.externalId, placed[index]);
      isNews = true;
    }
  }
  return placed;
}

/** The channel whose messages are carried, as it is for what is carried back. */
async function originOf(
  { session, actor: { workspaceId } }: Work,
  carrier: ItemChannel,
  id: string,
  items: readonly InboundItem[],
): Promise<ItemChannel> {
  const [row] = await queryObjects<ItemChannel & Record<string, unknown>>(
    session,
    sql`select id, kind, name, identity_scope "identityScope", visibility
        from channel where workspace_id = ${workspaceId} and id = ${id}`,
  );
  const origin = row!;
  const people = items.flatMap((item) => {
    if (item.type !== 'message') return [];
    return [item.author, item.customer].flatMap((party) =>
      party && 'externalId' in party ? [party.externalId] : [],
    );
  });
  const known = await queryObjects<{ externalId: string }>(
    session,
    sql`select external_id "externalId" from customer_identity
        where workspace_id = ${workspaceId} and channel_kind = ${origin.kind}
          and scope = ${origin.identityScope} and external_id = any(${people}::text[])`,
  );
  const acquainted = new Set(known.map(({ externalId }) => externalId));
  return { ...origin, carriedBy: { ...carrier, acquainted } };
}
