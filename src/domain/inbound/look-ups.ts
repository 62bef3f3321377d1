import type { LookUpItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { enqueueAll } from '../../jobs/queue';
import type { Work } from '../kit/command';

/** Has what deliveries want to know asked after the commit, but for what was answered before. */
export async function askLookUps(
  { session, actor, now }: Work,
  channelId: string,
  items: readonly LookUpItem[],
): Promise<void> {
  if (items.length === 0) return;
  const { workspaceId } = actor;
  const asked = new Map(items.map((item) => [item.key, item]));
  const keys = [...asked.keys()];
  const open = await queryObjects<{ key: string }>(
    session,
    sql`select key from unnest(${keys}::text[]) key
        where not exists (
          select from inbound_delivery d
          where d.workspace_id = ${workspaceId} and d.channel_id = ${channelId}
            and d.event_key = 'look-up:' || key
          offset 0
        )`,
  );
  const askedAt = now.toISOString();
  const jobs = open.map(({ key }) => ({
    ...{ workspaceId, channelId, key, askedAt },
    about: asked.get(key)!.about,
  }));
  await enqueueAll(
    session,
    'look-up',
    jobs,
    ({ key }) => `look-up/${workspaceId}/${channelId}/${key}`,
  );
}
