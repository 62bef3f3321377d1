import { bulkColumns, bulkTable } from '../db/bulk';
import { queryObjects, type Session } from '../db/sessions';
import { sql } from '../db/sql';
import type { ChannelRef } from './bell';

/** A channel that is to be read from. */
export interface WantedSource extends ChannelRef {
  connectorId: string;
  /** Changes whenever a person changes the channel. */
  version: string;
  /** Whether no process reads for it, or this one does. */
  isFree: boolean;
}

/** The active channels of some connectors that a source can read for; those of dead accounts are left out. */
export async function findWantedSources(
  system: Session,
  connectorIds: readonly string[],
  holder: string,
): Promise<WantedSource[]> {
  return queryObjects<WantedSource & Record<string, unknown>>(
    system,
    sql`select c.workspace_id as "workspaceId", c.id as "channelId", c.connector as "connectorId",
          c.updated_at::text as version,
          s.source_until is null or s.source_until <= now() or s.source_holder = ${holder} as "isFree"
        from channel c
        left join channel_state s on s.workspace_id = c.workspace_id and s.channel_id = c.id
        where c.status = 'ACTIVE' and c.connector = any(${connectorIds}::text[])
          and coalesce(s.health, 'OK') <> 'NEEDS_RECONNECT'`,
  );
}

/**
 * Takes or renews the right to read for channels, which lasts for so many seconds.
 * @returns those that it was given for.
 */
export function holdSources(
  system: Session,
  channels: readonly ChannelRef[],
  holder: string,
  seconds: number,
): Promise<ChannelRef[]> {
  if (channels.length === 0) return Promise.resolve([]);
  return queryObjects<ChannelRef & Record<string, unknown>>(
    system,
    sql`insert into channel_state as s (workspace_id, channel_id, source_holder, source_until)
        select t.workspace_id, t.channel_id, ${holder}, now() + ${seconds} * interval '1 second'
        from ${tableOf(channels)}
        order by t.workspace_id, t.channel_id
        on conflict (workspace_id, channel_id) do update
          set source_holder = excluded.source_holder, source_until = excluded.source_until
          where s.source_until is null or s.source_until <= now() or s.source_holder = ${holder}
        returning workspace_id as "workspaceId", channel_id as "channelId"`,
  );
}

/** Gives rights back, so that another process can go on at once. */
export async function releaseSources(
  system: Session,
  channels: readonly ChannelRef[],
  holder: string,
): Promise<void> {
  if (channels.length === 0) return;
  await queryObjects(
    system,
    sql`update channel_state s set source_holder = null, source_until = null
        from ${tableOf(channels)}
        where s.workspace_id = t.workspace_id and s.channel_id = t.channel_id
          and s.source_holder = ${holder}`,
  );
}

/** How far a channel has been read. */
export async function readCursor(
  session: Session,
  { workspaceId, channelId }: ChannelRef,
): Promise<Record<string, unknown> | null> {
  const [row] = await queryObjects<{ cursor: Record<string, unknown> | null }>(
    session,
    sql`select cursor from channel_state
        where workspace_id = ${workspaceId} and channel_id = ${channelId}`,
  );
  return row?.cursor ?? null;
}

/** Notes how far a channel has been read; false when the right to read for it was lost meanwhile. */
export async function moveCursor(
  session: Session,
  { workspaceId, channelId }: ChannelRef,
  holder: string,
  cursor: Record<string, unknown>,
): Promise<boolean> {
  const rows = await queryObjects(
    session,
    sql`update channel_state set cursor = ${JSON.stringify(cursor)}
        where workspace_id = ${workspaceId} and channel_id = ${channelId}
          and source_holder = ${holder}
        returning channel_id`,
  );
  return rows.length > 0;
}

function tableOf(channels: readonly ChannelRef[]) {
  const columns = bulkColumns(channels, {
    workspace_id: ['uuid', ({ workspaceId }) => workspaceId],
    channel_id: ['uuid', ({ channelId }) => channelId],
  });
  return bulkTable('t', columns);
}
