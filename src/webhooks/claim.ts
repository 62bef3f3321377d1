import type { Pool } from 'pg';
import { queryObjects } from '../db/sessions';
import { sql } from '../db/sql';

/** A delivery that this process is to send, with what it needs to know of the endpoint. */
export interface Claimed {
  workspaceId: string;
  id: string;
  endpointId: string;
  /** Null for a ping. */
  position: string | null;
  eventId: string | null;
  subject: string | null;
  inOrder: boolean;
  createdAt: Date;
  /** Attempts that were made since it was last begun. */
  roundAttempts: number;
  /** When the first of these began; null before. */
  roundBeganAt: Date | null;
  url: string;
  secret: Buffer;
  previousSecret: Buffer | null;
  previousSecretUntil: Date | null;
  /** Whether the endpoint's last attempt has failed. */
  isFailing: boolean;
  /** Tells this claim from a later one of the same delivery. */
  token: string;
}

/** How much a process may claim. */
export interface Room {
  /** How many deliveries in all. */
  total: number;
  /** How many of them at endpoints that are failing. */
  failing: number;
  /** How many at the same time for one endpoint; of one that is failing it is one. */
  perEndpoint: number;
  /** How many are under way by endpoint. */
  underWay: ReadonlyMap<string, number>;
  /** After how many seconds a claim counts as lost. */
  leaseSeconds: number;
}

/**
 * Claims deliveries that are due, the oldest first, a few for each endpoint; those of receivers that
 * fail come last. A claim makes the delivery due again when its lease is over, so that one whose
 * process dies is sent by another.
 *
 * It goes from one endpoint that has something pending to the next by the index: what it costs
 * depends on how many those are, and not on how much is pending.
 */
export function claimDue(pool: Pool, token: string, room: Room): Promise<Claimed[]> {
  const { total, failing, perEndpoint, underWay, leaseSeconds } = room;
  return queryObjects<Claimed & Record<string, unknown>>(
    pool,
    sql`with recursive waiting as (
          (select d.workspace_id, d.endpoint_id from webhook_delivery d where d.status = 'PENDING'
           order by d.workspace_id, d.endpoint_id limit 1)
          union all
          select n.workspace_id, n.endpoint_id from waiting w cross join lateral (
            select d.workspace_id, d.endpoint_id from webhook_delivery d
            where d.status = 'PENDING'
              and (d.workspace_id, d.endpoint_id) > (w.workspace_id, w.endpoint_id)
            order by d.workspace_id, d.endpoint_id limit 1
          ) n
        ), open as (
          select e.*, case when e.failing_since is null then ${perEndpoint}::int else 1 end
              - coalesce(b.count, 0) as room
          from waiting w cross join lateral (
            select e.* from webhook_endpoint e
            where e.workspace_id = w.workspace_id and e.id = w.endpoint_id offset 0
          ) e
          left join unnest(${[...underWay.keys()]}::uuid[], ${[...underWay.values()]}::int[])
            b (id, count) on b.id = e.id
          where e.status = 'ENABLED' and e.deleted_at is null
            and (e.resting_until is null or e.resting_until <= now())
        ), due as (
          select d.workspace_id, d.id, o.failing_since is not null as is_failing,
            o.url, o.secret, o.previous_secret, o.previous_secret_until,
            row_number() over (partition by o.failing_since is not null order by d.due_at) as place,
            count(*) filter (where o.failing_since is null) over () as healthy
          from open o cross join lateral (
            select d.workspace_id, d.id, d.due_at from webhook_delivery d
            where d.workspace_id = o.workspace_id and d.endpoint_id = o.id
              and d.status = 'PENDING' and d.due_at <= now()
            order by d.due_at limit greatest(o.room, 0) for update skip locked
          ) d
        ), picked as materialized (
          select * from due
          where place <= case when is_failing then least(${failing}, ${total} - healthy) else ${total} end
        )
        update webhook_delivery d
        set due_at = now() + ${leaseSeconds} * interval '1 second', locked_by = ${token}
        from picked p
        where d.workspace_id = p.workspace_id and d.id = p.id
        returning d.workspace_id as "workspaceId", d.id, d.endpoint_id as "endpointId", d.position,
          d.event_id as "eventId", d.subject, d.in_order as "inOrder", d.created_at as "createdAt",
          d.round_attempts as "roundAttempts", d.round_began_at as "roundBeganAt", p.url, p.secret,
          p.previous_secret as "previousSecret",
          p.previous_secret_until as "previousSecretUntil", p.is_failing as "isFailing",
          d.locked_by as token`,
  );
}

/** Lets go of a claim: the delivery is due after so many seconds, as if nothing had been tried. */
export async function releaseClaim(
  pool: Pool,
  { workspaceId, id, token }: Claimed,
  seconds: number,
): Promise<void> {
  await queryObjects(
    pool,
    sql`update webhook_delivery
        set due_at = now() + ${seconds} * interval '1 second', locked_by = null
        where workspace_id = ${workspaceId} and id = ${id}
          and status = 'PENDING' and locked_by = ${token}`,
  );
}
