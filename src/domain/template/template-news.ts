import type { TemplateItem } from '../../connectors/kit/item';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { changed } from './store-templates';
import { syncLater } from './sync-templates';

/** Takes in what became of templates; what else has changed of them is read from the platform. */
export async function applyTemplateNews(
  work: Work,
  channelId: string,
  items: readonly TemplateItem[],
): Promise<NewEvent[]> {
  if (items.length === 0) return [];
  const { session, actor } = work;
  const inTime = [...items].sort((a, b) => a.at.getTime() - b.at.getTime());
  let changes = 0;
  for (const { name, language, status, reason, at } of inTime) {
    const rows = await queryObjects(
      session,
      sql`update message_template set status = ${status}, status_reason = ${reason}, status_at = ${at}
          where workspace_id = ${actor.workspaceId} and channel_id = ${channelId}
            and name = ${name} and language = ${language}
            and (status_at is null or status_at < ${at})
          returning 1 as one`,
    );
    changes += rows.length;
  }
  await syncLater(work, channelId);
  return changes > 0 ? [changed(channelId)] : [];
}
