import { queryObjects, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';

/** Which deliveries are processed once more. */
export interface ReplayRange {
  workspaceId: string;
  channelId: string;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

/** A place among the deliveries of a channel: the one after which the next step goes on. */
export interface ReplayPlace {
  receivedAt: Date;
  id: string;
}

/**
 * Queues the next deliveries of a range, whatever became of them; those that wait already stay.
 * @returns the last of them; null when there were fewer than asked for.
 */
export async function queueAgain(
  session: Session,
  { workspaceId, channelId, from, to }: ReplayRange,
  after: ReplayPlace | null,
  most: number,
  now: Date,
): Promise<ReplayPlace | null> {
  const beginning = after ?? { receivedAt: from, id: '00000000-0000-0000-0000-000000000000' };
  const [reached] = await queryObjects<{ count: number } & Partial<ReplayPlace>>(
    session,
    sql`with picked as materialized (
          select id, received_at from inbound_delivery
          where workspace_id = ${workspaceId} and channel_id = ${channelId}
            and (received_at, id) > (${beginning.receivedAt}, ${beginning.id})
            and received_at < ${to}
          order by received_at, id limit ${most}
        ), queued as (
          insert into inbound_queue as q
            (workspace_id, channel_id, delivery_id, received_at, due_at)
          select ${workspaceId}, ${channelId}, id, received_at, ${now} from picked
          order by id
          on conflict (workspace_id, delivery_id) do update
            set is_dead = false, attempts = 0, error = null, due_at = excluded.due_at
            where q.is_dead
        )
        select l.count::int, p.received_at as "receivedAt", p.id
        from (select count(*) from picked) l
        left join lateral (
          select * from picked order by received_at desc, id desc limit 1
        ) p on true`,
  );
  const { count, receivedAt, id } = reached!;
  return count === most ? { receivedAt: receivedAt!, id: id! } : null;
}
