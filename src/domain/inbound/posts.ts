import type { InboundPost } from '../../connectors/kit/item';
import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import type { Revision } from '../message/history';
import { keepHistories } from '../message/keep-history';
import type { ItemChannel } from './apply-items';

/** A post as it is here. */
export interface KnownPost {
  id: string;
  externalId: string;
  isNew: boolean;
}

interface PostRow {
  id: string;
  externalId: string;
  /**
   * Whether something of it is not known yet, or was changed since it was published, or is told to be
   * older than was thought.
   */
  isOpen: boolean;
}

/**
 * Finds or makes the posts of a channel. Of one that is here, what was not known is filled; its text
 * changes by edits alone.
 * @returns the posts by external id, and what is told of their first texts.
 */
export async function resolvePosts(
  work: Work,
  channel: ItemChannel,
  posts: readonly InboundPost[],
  events: NewEvent[],
): Promise<{ posts: Map<string, KnownPost>; versions: ({ postId: string } & Revision)[] }> {
  if (posts.length === 0) return { posts: new Map(), versions: [] };
  const told = merged(posts);
  const known = await findPosts(work, channel, [...told.values()]);
  const missing = [...told.values()].filter(({ externalId }) => !known.has(externalId));
  const made = await insertPosts(work, channel, missing);
  if (missing.length > 0) {
    for (const [externalId, row] of await findPosts(work, channel, missing)) {
      known.set(externalId, row);
    }
  }
  for (const { externalId, publishedAt: occurredAt } of missing) {
    const { id: subjectId } = known.get(externalId)!;
    if (!made.has(subjectId)) continue;
    const data = { channelId: channel.id };
    events.push({ type: 'post.published', subjectId, occurredAt, data });
  }
  const open = [...known.values()].filter(({ id, isOpen }) => isOpen && !made.has(id));
  await fillPosts(
    work,
    open.map(({ id, externalId }) => ({ ...told.get(externalId)!, id })),
  );
  const versions = open.flatMap(({ id, externalId }) => {
    const { body } = told.get(externalId)!;
    if (body === null || body === undefined) return [];
    return [{ postId: id, versions: [{ body, at: null }], deletedAt: null }];
  });
  const found = [...known.values()].map((row): [string, KnownPost] => [
    row.externalId,
    { ...row, isNew: made.has(row.id) },
  ]);
  return { posts: new Map(found), versions };
}

/** Each post once, with all that any of the items tells of it. */
function merged(posts: readonly InboundPost[]): Map<string, InboundPost> {
  const byId = new Map<string, InboundPost>();
  const inTime = [...posts].sort((a, b) => a.publishedAt.getTime() - b.publishedAt.getTime());
  for (const post of inTime) {
    const { externalId, publishedAt, body, url, authorName, platform } = post;
    const before = byId.get(externalId);
    byId.set(externalId, {
      externalId,
      publishedAt: before?.publishedAt ?? publishedAt,
      body: before?.body ?? body,
      url: before?.url ?? url,
      authorName: before?.authorName ?? authorName,
      platform: { ...platform, ...before?.platform },
    });
  }
  return new Map([...byId].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function findPosts(
  { session, actor }: Work,
  channel: ItemChannel,
  posts: readonly InboundPost[],
): Promise<Map<string, PostRow>> {
  const columns = bulkColumns(posts, {
    external_id: ['text', ({ externalId }) => externalId],
    published_at: ['timestamptz', ({ publishedAt }) => publishedAt],
  });
  const rows = await queryObjects<PostRow>(
    session,
    sql`select p.id, p.external_id "externalId", p.body is null or p.url is null
          or p.author_name is null or p.platform = '{}' or p.edited_at is not null
          or p.deleted_at is not null or p.published_at > t.published_at "isOpen"
        from ${bulkTable('t', columns)}
        join post p on p.workspace_id = ${actor.workspaceId} and p.channel_id = ${channel.id}
          and p.external_id = t.external_id`,
  );
  return new Map(rows.map((row) => [row.externalId, row]));
}

async function insertPosts(
  { session, actor, now }: Work,
  channel: ItemChannel,
  posts: readonly InboundPost[],
): Promise<Set<string>> {
  if (posts.length === 0) return new Set();
  const columns = bulkColumns(posts, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    channel_id: ['uuid', () => channel.id],
    external_id: ['text', ({ externalId }) => externalId],
    body: ['text', ({ body }) => body ?? null],
    url: ['text', ({ url }) => url ?? null],
    author_name: ['text', ({ authorName }) => authorName ?? null],
    published_at: ['timestamptz', ({ publishedAt }) => publishedAt],
    platform: ['jsonb', ({ platform }) => JSON.stringify(platform ?? {})],
    created_at: ['timestamptz', () => now],
  });
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`${bulkInsert('post', columns)}
        on conflict (workspace_id, channel_id, external_id) do nothing returning id`,
  );
  return new Set(rows.map(({ id }) => id));
}

async function fillPosts(
  { session, actor }: Work,
  posts: readonly (InboundPost & { id: string })[],
) {
  if (posts.length === 0) return;
  const columns = bulkColumns(posts, {
    id: ['uuid', ({ id }) => id],
    url: ['text', ({ url }) => url ?? null],
    author_name: ['text', ({ authorName }) => authorName ?? null],
    platform: ['jsonb', ({ platform }) => JSON.stringify(platform ?? {})],
    published_at: ['timestamptz', ({ publishedAt }) => publishedAt],
  });
  await queryObjects(
    session,
    // whoever tells of the earliest time heard of it first
    sql`update post p set published_at = least(p.published_at, t.published_at),
          url = case when t.published_at < p.published_at then coalesce(t.url, p.url)
            else coalesce(p.url, t.url) end,
          author_name = case when t.published_at < p.published_at
            then coalesce(t.author_name, p.author_name)
            else coalesce(p.author_name, t.author_name) end,
          platform = t.platform || p.platform
        from ${bulkTable('t', columns)}
        where p.workspace_id = ${actor.workspaceId} and p.id = t.id
          and (p.url is null and t.url is not null or p.author_name is null and t.author_name is not null
            or p.published_at > t.published_at or not p.platform @> t.platform)`,
  );
}

/** Brings posts up to what is told of their texts, and keeps what they said before. */
export async function revisePosts(
  work: Work,
  channel: ItemChannel,
  revisions: readonly ({ postId: string } & Revision)[],
): Promise<NewEvent[]> {
  if (revisions.length === 0) return [];
  const byPost = new Map<string, Revision>();
  for (const { postId, versions, deletedAt } of revisions) {
    const before = byPost.get(postId);
    byPost.set(postId, {
      versions: [...(before?.versions ?? []), ...versions],
      deletedAt: earliest(before?.deletedAt, deletedAt),
    });
  }
  const { session, actor } = work;
  await queryObjects(
    session,
    sql`select id from post where workspace_id = ${actor.workspaceId}
          and id = any(${[...byPost.keys()]}::uuid[]) order by id for update`,
  );
  const revised = await keepHistories(work, 'post', byPost);
  const data = { channelId: channel.id };
  return [...revised].flatMap(([subjectId, { isEdited, isDeleted, deletedAt }]): NewEvent[] => [
    ...(isEdited && (isDeleted || !deletedAt)
      ? [{ type: 'post.edited', subjectId, data } as const]
      : []),
    ...(isDeleted
      ? [{ type: 'post.deleted', subjectId, occurredAt: deletedAt!, data } as const]
      : []),
  ]);
}

function earliest(a: Date | null | undefined, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}
