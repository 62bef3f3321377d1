import type { InboundPost } from '../../connectors/kit/item';
import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';

/**
 * Finds or makes the posts of a channel.
 * @returns UUIDs by external id.
 */
export async function resolvePosts(
  { session, actor, now }: Work,
  channelId: string,
  posts: readonly InboundPost[],
): Promise<Map<string, string>> {
  if (posts.length === 0) return new Map();
  const wanted = [...new Map(posts.map((post) => [post.externalId, post])).values()].sort((a, b) =>
    a.externalId < b.externalId ? -1 : 1,
  );
  const names = bulkColumns(wanted, { external_id: ['text', ({ externalId }) => externalId] });
  const find = () =>
    queryObjects<{ id: string; externalId: string }>(
      session,
      sql`select p.id, p.external_id "externalId" from ${bulkTable('w', names)}
          join post p on p.workspace_id = ${actor.workspaceId}
            and p.channel_id = ${channelId} and p.external_id = w.external_id`,
    );
  const known = new Map((await find()).map(({ id, externalId }) => [externalId, id]));
  const missing = wanted.filter(({ externalId }) => !known.has(externalId));
  if (missing.length === 0) return known;
  const columns = bulkColumns(missing, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    channel_id: ['uuid', () => channelId],
    external_id: ['text', ({ externalId }) => externalId],
    body: ['text', ({ body }) => body ?? null],
    url: ['text', ({ url }) => url ?? null],
    author_name: ['text', ({ authorName }) => authorName ?? null],
    published_at: ['timestamptz', ({ publishedAt }) => publishedAt],
    platform: ['jsonb', ({ platform }) => JSON.stringify(platform ?? {})],
    created_at: ['timestamptz', () => now],
  });
  await queryObjects(
    session,
    sql`${bulkInsert('post', columns)} on conflict (workspace_id, channel_id, external_id) do nothing`,
  );
  return new Map((await find()).map(({ id, externalId }) => [externalId, id]));
}
