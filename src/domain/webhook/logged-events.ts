import { queryRows, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { StoredEvent } from '../../events/log';

/** The events at these positions of a workspace's log, by position; those past retention are left out. */
export async function eventsAt(
  session: Session,
  workspaceId: string,
  positions: readonly (string | number)[],
): Promise<Map<number, StoredEvent>> {
  const { rows } = await queryRows(
    session,
    sql`select position, event_id, type, version, occurred_at, recorded_at, actor, subject,
          conversation_id, customer_id, channel_id, data
        from event_log
        where workspace_id = ${workspaceId} and position = any(${positions}::bigint[])`,
  );
  return new Map(
    rows.map((row) => {
      const event = eventOf(workspaceId, row);
      return [event.position, event];
    }),
  );
}

function eventOf(workspaceId: string, row: unknown[]): StoredEvent {
  const [position, id, type, version, occurredAt, recordedAt, actor, subjectId] = row;
  const [conversationId, customerId, channelId, data] = row.slice(8);
  return {
    ...{ workspaceId, position: Number(position), id, type, version, occurredAt, recordedAt },
    ...{ actor, subjectId, conversationId, customerId, channelId, data },
  } as StoredEvent;
}
