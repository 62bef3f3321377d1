import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import type { InboundItem } from './item';

/** In a message's platform facts: what tells it from another one of the same id. */
const FINGERPRINT = 'fingerprint';

/** The message that has an id. */
interface Holder {
  direction: string;
  fingerprint: string | null;
}

/**
 * Gives a message an id of its own whose id another message has already: whichever comes first keeps
 * it, and neither is lost. Copies of one message stay one.
 */
export async function tellNamesakes(
  work: Work,
  items: readonly InboundItem[],
): Promise<readonly InboundItem[]> {
  if (!items.some(({ namesake }) => namesake)) return items;
  const holders = await findHolders(work, items);
  return items.map((item) => {
    const { namesake, externalId, direction, threadKey, platform } = item;
    if (!namesake || externalId === null) return item;
    const { fingerprint } = namesake;
    const marked = { ...item, platform: { ...platform, [FINGERPRINT]: fingerprint } };
    const key = keyOf(item.channelId, externalId);
    const holder = holders.get(key);
    if (!holder) holders.set(key, { direction, fingerprint });
    if (!holder || isSame(holder, fingerprint, direction)) return marked;
    return {
      ...marked,
      externalId: namesake.externalId,
      // it would else be said in the other one's conversation
      threadKey: threadKey === externalId ? namesake.externalId : threadKey,
    };
  });
}

const keyOf = (channelId: string, externalId: string) => `${channelId} ${externalId}`;

/** One that was taken in without a fingerprint is taken for the same, unless it went the other way. */
function isSame(holder: Holder, fingerprint: string, direction: string): boolean {
  return holder.fingerprint === null
    ? holder.direction === direction
    : holder.fingerprint === fingerprint;
}

async function findHolders(
  { session, actor }: Work,
  items: readonly InboundItem[],
): Promise<Map<string, Holder>> {
  const named = items.filter(({ namesake, externalId }) => namesake && externalId !== null);
  const columns = bulkColumns(named, {
    channel_id: ['uuid', ({ channelId }) => channelId],
    external_id: ['text', ({ externalId }) => externalId],
  });
  const rows = await queryObjects<Holder & { channelId: string; externalId: string }>(
    session,
    sql`select m.channel_id "channelId", m.external_id "externalId", m.direction,
          m.platform ->> ${FINGERPRINT} fingerprint
        from ${bulkTable('w', columns)}
        join message m on m.workspace_id = ${actor.workspaceId}
          and m.channel_id = w.channel_id and m.external_id = w.external_id`,
  );
  return new Map(rows.map((row) => [keyOf(row.channelId, row.externalId), row]));
}
