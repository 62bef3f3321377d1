import type { NewEvent } from '../../events/registry';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { joinMessages } from '../ingest/messages';
import type { Work } from '../kit/command';
import { applyNews } from './apply-news';
import type { ItemChannel } from './apply-items';
import { takeAwaited } from './awaited';
import { nameOf } from './news';

/**
 * Takes in news, such as receipts, that came before the platform's id of a message of ours was known.
 * To be called once the message has its id.
 */
export async function releaseAwaited(
  work: Work,
  channelId: string,
  externalId: string,
): Promise<NewEvent[]> {
  await joinMessages(work, channelId);
  let news = await takeAwaited(work, { id: channelId }, [nameOf({ externalId })]);
  if (news.length === 0) return [];
  const { session, actor } = work;
  const [channel] = await queryObjects<ItemChannel>(
    session,
    sql`select id, kind, name, identity_scope "identityScope", visibility from channel
        where workspace_id = ${actor.workspaceId} and id = ${channelId}`,
  );
  const events: NewEvent[] = [];
  while (news.length > 0) {
    const names = await applyNews(work, channel!, news, { messages: [], posts: [] }, events);
    news = await takeAwaited(work, channel!, names);
  }
  return events;
}
