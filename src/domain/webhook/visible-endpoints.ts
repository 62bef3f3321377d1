import type { Actor } from '../../auth/actor';
import { queryObjects } from '../../db/sessions';
import { allOf, raw, sql, type Sql } from '../../db/sql';
import { WebhookEndpoint } from '../../entities';
import type { Work } from '../kit/command';
import { notFound } from '../kit/errors';

/**
 * The conditions that an endpoint is there, and has no rights beyond the actor's: else somebody could
 * send to a URL of their own what they may not read.
 */
export function onVisibleEndpoint(actor: Actor, alias: string): Sql[] {
  const endpoint = raw(alias);
  return [
    sql`${endpoint}.deleted_at is null`,
    sql`${endpoint}.permissions <@ ${[...actor.permissions]}::text[]`,
    ...(actor.channelIds === null
      ? []
      : [sql`${endpoint}.channel_ids <@ ${actor.channelIds}::uuid[]`]),
  ];
}

/** The condition that a delivery is one of an endpoint that the actor sees. */
export function ofVisibleEndpoint(actor: Actor, endpointColumn: string): Sql[] {
  return [
    sql`exists (select from webhook_endpoint v where v.workspace_id = ${actor.workspaceId}
          and v.id = ${raw(endpointColumn)} and ${allOf(onVisibleEndpoint(actor, 'v'))})`,
  ];
}

/** The endpoint that a command is about, locked until the end of its transaction. */
export async function lockEndpoint(
  { session, manager, actor }: Work,
  id: string,
  path: readonly string[],
): Promise<WebhookEndpoint> {
  const { workspaceId } = actor;
  const found = await queryObjects(
    session,
    sql`select e.id from webhook_endpoint e where e.workspace_id = ${workspaceId} and e.id = ${id}
          and ${allOf(onVisibleEndpoint(actor, 'e'))} for no key update`,
  );
  if (found.length === 0) throw notFound('webhook endpoint', path);
  return manager.findOneByOrFail(WebhookEndpoint, { workspaceId, id });
}
