import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { instant, line, optional, prose } from '../kit/input';

/** A public post as another system states it. */
export const postInput = z.object({
  externalId: line(500),
  publishedAt: instant,
  body: optional(prose(65_536)),
  url: optional(z.url({ protocol: /^https?$/, error: 'Must be an http or https URL.' }).max(2_000)),
  authorName: optional(line(200)),
});

export type PostInput = z.output<typeof postInput>;

/** The post of a channel with this external id; made when it is not there yet. */
export async function findOrMakePost(
  { session, actor, now }: Work,
  channelId: string,
  { externalId, publishedAt, body, url, authorName }: PostInput,
): Promise<string> {
  const { workspaceId } = actor;
  const [made] = await queryObjects<{ id: string }>(
    session,
    sql`insert into post
          (workspace_id, id, channel_id, external_id, body, url, author_name, published_at, created_at)
        values (${workspaceId}, ${newId()}, ${channelId}, ${externalId}, ${body}, ${url}, ${authorName},
                ${publishedAt}, ${now})
        on conflict (workspace_id, channel_id, external_id) do nothing
        returning id`,
  );
  if (made) return made.id;
  const [known] = await queryObjects<{ id: string }>(
    session,
    sql`select id from post where workspace_id = ${workspaceId}
          and channel_id = ${channelId} and external_id = ${externalId}`,
  );
  return known!.id;
}
