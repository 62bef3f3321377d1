import type { Actor } from '../../auth/actor';
import { seesChannel } from '../../auth/actor';
import { queryObjects } from '../../db/sessions';
import { raw, sql, type Sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';

/** The condition that limits a query to the channels that the actor sees; none for most actors. */
export function onVisibleChannel(actor: Actor, column: string): Sql[] {
  if (actor.channelIds === null) return [];
  return [sql`${raw(column)} = any(${actor.channelIds}::uuid[])`];
}

/** The condition that a customer has something to do with a channel that the actor sees. */
export function withVisibleCustomer(actor: Actor, customerColumn: string): Sql[] {
  if (actor.channelIds === null) return [];
  return [
    sql`exists (select from conversation v where v.workspace_id = ${actor.workspaceId}
          and v.customer_id = ${raw(customerColumn)} and v.channel_id = any(${actor.channelIds}::uuid[]))`,
  ];
}

/** Checks that channels exist and are the actor's to use. Null, which means all, stays within the actor's own limit. */
export async function requireChannels(
  { session, actor }: Work,
  ids: readonly string[] | null,
  path: readonly string[],
): Promise<string[] | null> {
  if (ids === null) {
    if (actor.channelIds === null) return null;
    const message = 'You are limited to some channels, so name the channels that you pass on.';
    throw new DomainError(ErrorCode.FORBIDDEN, message, path);
  }
  const known = new Set(
    (
      await queryObjects<{ id: string }>(
        session,
        sql`select id from channel where workspace_id = ${actor.workspaceId} and id = any(${ids}::uuid[])`,
      )
    ).map((row) => row.id),
  );
  const index = ids.findIndex((id) => !known.has(id) || !seesChannel(actor, id));
  if (index >= 0) throw notFound('channel', [...path, index]);
  return [...new Set(ids)];
}
