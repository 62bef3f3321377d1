import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';
import { newId } from '../kit/ids';

/** What came in, as it came. */
export interface NewDelivery {
  /** UUID. */
  channelId: string;
  source: 'WEBHOOK' | 'POLL' | 'STREAM';
  /** The provider's name for what happened. */
  eventKey: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/**
 * Stores deliveries of a workspace and queues them, with one statement; what is stored already is left
 * out, in whatever week it came.
 *
 * Two that come at the same moment are told apart by the unique index of their week; only at the turn
 * of a week could both be stored, and then the items that they hold are the same.
 * @returns the channels that got something new.
 */
export async function storeDeliveries(
  session: Session,
  workspaceId: string,
  deliveries: readonly NewDelivery[],
  now: Date,
): Promise<Set<string>> {
  const columns = bulkColumns(deliveries, {
    id: ['uuid', () => newId()],
    channel_id: ['uuid', ({ channelId }) => channelId],
    source: ['text', ({ source }) => source],
    event_key: ['text', ({ eventKey }) => eventKey],
    headers: ['jsonb', ({ headers }) => JSON.stringify(headers)],
    body: ['bytea', ({ body }) => body],
  });
  // the offset has each one looked for by the index, however few rows the tables are thought to have
  const rows = await queryObjects<{ channelId: string }>(
    session,
    sql`with stored as (
          insert into inbound_delivery
            (workspace_id, received_at, id, channel_id, source, event_key, headers, body)
          select ${workspaceId}, now(), t.* from ${bulkTable('t', columns)}
          where not exists (
            select from inbound_delivery d
            where d.workspace_id = ${workspaceId} and d.channel_id = t.channel_id
              and d.event_key = t.event_key
            offset 0
          )
          on conflict do nothing
          returning id, channel_id, received_at
        )
        insert into inbound_queue (workspace_id, channel_id, delivery_id, received_at, due_at)
        select ${workspaceId}, channel_id, id, received_at, ${now} from stored
        returning channel_id as "channelId"`,
  );
  return new Set(rows.map(({ channelId }) => channelId));
}

/** Whether a delivery could not be stored because its week has no table yet. */
export function lacksPartition(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '23514' && message!.startsWith('no partition');
}

/** For how far ahead the deliveries of each week get their table. */
const DAYS_AHEAD = 21;

/** Makes the tables of this week and the next ones; on a connection that sees all workspaces. */
export async function ensureDeliveryPartitions(system: Session): Promise<void> {
  await queryObjects(
    system,
    sql`select ensure_delivery_partitions(now() + ${DAYS_AHEAD} * interval '1 day')`,
  );
}
