import { queryObjects, type Session } from '../db/sessions';
import { sql } from '../db/sql';
import type { ChannelRef } from './bell';

/** A delivery that waits to be processed. */
export interface QueuedDelivery {
  /** UUID. */
  id: string;
  receivedAt: Date;
  source: 'WEBHOOK' | 'POLL' | 'STREAM';
  headers: Record<string, string>;
  body: Buffer;
  /** How often it was tried before. */
  attempts: number;
}

/** How much is processed at once. */
export interface BatchLimits {
  count: number;
  /** Of all bodies; one that is larger comes alone. */
  bytes: number;
}

/** The deliveries of a channel whose turn it is, oldest first. */
export function readBatch(
  session: Session,
  { workspaceId, channelId }: ChannelRef,
  { count, bytes }: BatchLimits,
  now: Date,
): Promise<QueuedDelivery[]> {
  return queryObjects<QueuedDelivery & Record<string, unknown>>(
    session,
    sql`select id, "receivedAt", source, headers, body, attempts from (
          select d.id, q.received_at as "receivedAt", d.source, d.headers, d.body, q.attempts,
            row_number() over turn as place, sum(octet_length(d.body)) over turn as bytes
          from (
            select * from inbound_queue
            where workspace_id = ${workspaceId} and channel_id = ${channelId}
              and not is_dead and due_at <= ${now}
            order by received_at, delivery_id limit ${count}
          ) q
          cross join lateral (
            select * from inbound_delivery d
            where d.workspace_id = q.workspace_id and d.id = q.delivery_id
              and d.received_at = q.received_at
            offset 0
          ) d
          window turn as (order by q.received_at, q.delivery_id)
        ) t
        where place = 1 or bytes <= ${bytes}
        order by place`,
  );
}

/**
 * The channels that have something to process now, of all workspaces. It goes from one channel to the
 * next by the index: what it costs depends on how many those are, and not on how much waits in each.
 */
export function findDueChannels(system: Session, now: Date): Promise<ChannelRef[]> {
  return queryObjects<ChannelRef & Record<string, unknown>>(
    system,
    sql`with recursive waiting as (
          (select workspace_id, channel_id from inbound_queue where not is_dead
           order by workspace_id, channel_id limit 1)
          union all
          select n.* from waiting w cross join lateral (
            select q.workspace_id, q.channel_id from inbound_queue q
            where not q.is_dead
              and (q.workspace_id, q.channel_id) > (w.workspace_id, w.channel_id)
            order by q.workspace_id, q.channel_id limit 1
          ) n
        )
        select w.workspace_id as "workspaceId", w.channel_id as "channelId"
        from waiting w cross join lateral (
          select from channel c
          where c.workspace_id = w.workspace_id and c.id = w.channel_id
            and c.status = 'ACTIVE' and c.connector is not null
          offset 0
        ) c
        where exists (
          select from inbound_queue q
          where q.workspace_id = w.workspace_id and q.channel_id = w.channel_id
            and not q.is_dead and q.due_at <= ${now}
          offset 0
        )`,
  );
}
