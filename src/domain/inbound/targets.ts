import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import type { ItemChannel } from './apply-items';
import { namesOf, type Subject } from './news';
import { sourceOf } from './touchpoints';

/** What news are about, as it is here. */
export type Target =
  | { kind: 'message'; id: string; conversationId: string }
  | { kind: 'post'; id: string }
  | { kind: 'reaction'; id: string; conversationId: string }
  | { kind: 'touchpoint'; id: string }
  | { kind: 'thread'; id: string };

/** Finds what the channel's names stand for, as far as it is here; by {@link namesOf}. */
export async function findTargets(
  work: Work,
  channel: ItemChannel,
  subjects: readonly Subject[],
): Promise<Map<string, Target>> {
  const targets = await findMessages(work, channel, subjects);
  const others = subjects.filter((subject) => !namesOf(subject).some((name) => targets.has(name)));
  for (const [name, target] of await findOthers(work, channel, others)) targets.set(name, target);
  return targets;
}

/**
 * Somebody's post is a post, and also the first message of a conversation where it speaks to the
 * company: finds the posts that have the ids of messages.
 * @returns by the platform's id.
 */
export async function findDoubles(
  { session, actor }: Work,
  channel: ItemChannel,
  externalIds: readonly string[],
): Promise<Map<string, Target>> {
  if (externalIds.length === 0) return new Map();
  const rows = await queryObjects<{ id: string; externalId: string }>(
    session,
    sql`select id, external_id "externalId" from post
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and external_id = any(${externalIds}::text[])`,
  );
  return new Map(rows.map(({ id, externalId }) => [externalId, { kind: 'post', id }]));
}

async function findMessages(
  { session, actor }: Work,
  channel: ItemChannel,
  subjects: readonly Subject[],
): Promise<Map<string, Target>> {
  const ids = externalIdsOf(subjects);
  const keys = subjects.flatMap((subject) => ('clientKey' in subject ? subject.clientKey : []));
  if (ids.length === 0 && keys.length === 0) return new Map();
  const rows = await queryObjects<{ id: string; conversationId: string; name: string }>(
    session,
    sql`select id, conversation_id "conversationId", 'id ' || external_id as name from message
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and external_id = any(${ids}::text[])
        union all
        select id, conversation_id, 'key ' || client_key from message
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and client_key = any(${keys}::text[])`,
  );
  return new Map(rows.map(({ name, ...row }) => [name, { kind: 'message', ...row }]));
}

async function findOthers(
  { session, actor }: Work,
  channel: ItemChannel,
  subjects: readonly Subject[],
): Promise<Map<string, Target>> {
  if (subjects.length === 0) return new Map();
  const ids = externalIdsOf(subjects);
  const threads = subjects.flatMap((subject) => ('threadKey' in subject ? subject.threadKey : []));
  const rows = await queryObjects<Target & { name: string }>(
    session,
    sql`select 'post' as kind, id, null::uuid as "conversationId", 'id ' || external_id as name
        from post where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and external_id = any(${ids}::text[])
        union all
        select 'reaction', r.id, m.conversation_id, 'id ' || r.external_id from message_reaction r
        join message m on m.workspace_id = r.workspace_id and m.id = r.message_id
        where r.workspace_id = ${actor.workspaceId} and m.channel_id = ${channel.id}
          and r.external_id = any(${ids}::text[])
        union all
        select 'touchpoint', id, null, 'id ' || external_id from touchpoint
        where workspace_id = ${actor.workspaceId} and source = ${sourceOf(channel)}
          and external_id = any(${ids}::text[])
        union all
        select 'thread', id, null, 'thread ' || thread_key from conversation
        where workspace_id = ${actor.workspaceId} and channel_id = ${channel.id}
          and thread_key = any(${threads}::text[])`,
  );
  return new Map(rows.map(({ name, ...target }) => [name, target]));
}

function externalIdsOf(subjects: readonly Subject[]): string[] {
  return subjects.flatMap((subject) => ('externalId' in subject ? (subject.externalId ?? []) : []));
}
