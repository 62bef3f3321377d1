import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { holdUpMessages } from '../ingest/messages';
import type { ItemChannel } from './apply-items';
import { keyOf, nameOf, readNews, subjectOf, type News } from './news';

/** How much news is kept of one thing that may never come. */
const MOST_OF_ONE = 500;

/**
 * Waits for those that add messages to the channel, and holds up the next ones, until the work ends:
 * what is looked for then and not found is not there, and whoever brings it will see what waits for it.
 */
export async function holdUp(work: Work, channel: ItemChannel): Promise<void> {
  await holdUpMessages(work, channel.id);
}

/** Keeps news of what is not here yet; the same again is not kept again. */
export async function keepAwaited(
  { session, actor, now }: Work,
  channel: ItemChannel,
  news: readonly News[],
): Promise<void> {
  if (news.length === 0) return;
  const different = new Map(news.map((one) => [keyOf(one), one]));
  const columns = bulkColumns([...different], {
    id: ['uuid', () => newId()],
    name: ['text', ([, one]) => nameOf(subjectOf(one))],
    item_key: ['text', ([key]) => key],
    item: ['jsonb', ([, one]) => JSON.stringify(one)],
  });
  await queryObjects(
    session,
    sql`insert into awaited_item
          (workspace_id, channel_id, received_at, id, message_external_id, item_key, item)
        select ${actor.workspaceId}, ${channel.id}, ${now}, t.* from ${bulkTable('t', columns)}
        where (
          select count(*) from awaited_item a where a.workspace_id = ${actor.workspaceId}
            and a.channel_id = ${channel.id} and a.message_external_id = t.name
        ) < ${MOST_OF_ONE}::int
        on conflict (workspace_id, channel_id, message_external_id, item_key) do nothing`,
  );
}

/** Takes out what waits for things that are here now, by their names. */
export async function takeAwaited(
  { session, actor }: Work,
  channel: Pick<ItemChannel, 'id'>,
  names: readonly string[],
): Promise<News[]> {
  if (names.length === 0) return [];
  const rows = await queryObjects<{ item: Record<string, unknown> }>(
    session,
    sql`delete from awaited_item
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and message_external_id = any(${[...new Set(names)]}::text[])
        returning item`,
  );
  return rows.map(({ item }) => readNews(item));
}
