import type { Pool } from 'pg';
import { queryObjects } from '../db/sessions';
import { sql } from '../db/sql';

/** A message that this process is to send. */
export interface Claimed {
  workspaceId: string;
  messageId: string;
  /** By which it goes out. */
  channelId: string;
  /** Whose conversation it is in, mostly the same. */
  homeId: string;
  queuedAt: Date;
  /** How many attempts there were, this one included. */
  attempts: number;
  /** Whether an earlier attempt may have got through. */
  wasUncertain: boolean;
  /** Tells this claim from a later one of the same message. */
  token: string;
}

/** How much a process may claim. */
export interface Room {
  /** How many messages in all. */
  total: number;
  /** How many at the same time on one channel. */
  perChannel: number;
  /** Of channels where it is less, how many more there may be. */
  left: ReadonlyMap<string, number>;
  /** After how many seconds a claim counts as lost. */
  leaseSeconds: number;
}

/**
 * Of a channel `c` with its state `s`: whether something can be done for what waits there. What waits on
 * one that is disconnected has failed, which somebody has to write down.
 */
const isOpen = sql`c.connector is not null and (c.status = 'DISCONNECTED'
  or (c.status = 'ACTIVE' and coalesce(s.health, 'OK') <> 'NEEDS_RECONNECT'))`;

/**
 * Claims the first message of every conversation that has one due, the one that waits longest first,
 * a few for each channel. Those after it wait, so that they arrive in the order in which they were
 * written. From here on it counts as sent, or not, until that is known: whoever finds the claim of a
 * process that is gone has to look before it sends.
 */
export function claimDue(pool: Pool, token: string, room: Room): Promise<Claimed[]> {
  const { total, perChannel, left, leaseSeconds } = room;
  return queryObjects<Claimed & Record<string, unknown>>(
    pool,
    sql`with recursive waiting as (
          (select q.workspace_id, q.channel_id from outbound_queue q
           order by q.workspace_id, q.channel_id limit 1)
          union all
          select n.workspace_id, n.channel_id from waiting w cross join lateral (
            select q.workspace_id, q.channel_id from outbound_queue q
            where (q.workspace_id, q.channel_id) > (w.workspace_id, w.channel_id)
            order by q.workspace_id, q.channel_id limit 1
          ) n
        ), open as (
          select w.*, coalesce(l.room, ${perChannel}::int) as room,
            c.status = 'DISCONNECTED' as is_gone
          from waiting w
          join channel c on c.workspace_id = w.workspace_id and c.id = w.channel_id
          left join channel_state s
            on s.workspace_id = w.workspace_id and s.channel_id = w.channel_id
          left join unnest(${[...left.keys()]}::uuid[], ${[...left.values()]}::int[])
            l (id, room) on l.id = w.channel_id
          where ${isOpen}
        ), firsts as (
          select f.workspace_id, f.message_id, o.is_gone
          from open o cross join lateral (
            select q.workspace_id, q.message_id from outbound_queue q
            where q.workspace_id = o.workspace_id and q.channel_id = o.channel_id
              and (q.due_at <= now() or o.is_gone)
              and (q.locked_until is null or q.locked_until <= now())
              and q.message_id = (
                select e.message_id from outbound_queue e where e.workspace_id = q.workspace_id
                  and e.channel_id = q.channel_id and e.conversation_id = q.conversation_id
                order by e.queued_at, e.message_id limit 1)
            order by q.queued_at, q.message_id limit greatest(o.room, 0)
          ) f
        ), picked as materialized (
          select q.workspace_id, q.message_id, q.is_uncertain
          from firsts f
          join outbound_queue q
            on q.workspace_id = f.workspace_id and q.message_id = f.message_id
          -- again, because another process may have been faster
          where (q.due_at <= now() or f.is_gone)
            and (q.locked_until is null or q.locked_until <= now())
          order by q.queued_at, q.message_id limit ${total}
          for update of q skip locked
        ), claimed as (
          update outbound_queue q
          set locked_by = ${token}, locked_until = now() + ${leaseSeconds} * interval '1 second',
            is_uncertain = true, attempts = least(q.attempts + 1, 32000)
          from picked p
          where q.workspace_id = p.workspace_id and q.message_id = p.message_id
          returning q.*, p.is_uncertain as was_uncertain
        ), sending as (
          update message m set status = 'SENDING' from claimed c
          where m.workspace_id = c.workspace_id and m.id = c.message_id and m.status = 'QUEUED'
        )
        select c.workspace_id "workspaceId", c.message_id "messageId", c.channel_id "channelId",
          m.channel_id "homeId", c.queued_at "queuedAt", c.attempts,
          c.was_uncertain "wasUncertain", c.locked_by token
        from claimed c
        join message m on m.workspace_id = c.workspace_id and m.id = c.message_id
        order by c.queued_at, c.message_id`,
  );
}

/** Whether anything is due or under way, in any process, that could be sent now. */
export async function hasDue(pool: Pool): Promise<boolean> {
  const [row] = await queryObjects<{ found: boolean }>(
    pool,
    sql`select exists (
          select from outbound_queue q
          join channel c on c.workspace_id = q.workspace_id and c.id = q.channel_id
          left join channel_state s
            on s.workspace_id = q.workspace_id and s.channel_id = q.channel_id
          where ${isOpen} and (q.locked_until > now()
              or ((q.due_at <= now() or c.status = 'DISCONNECTED') and not exists (
              select from outbound_queue e where e.workspace_id = q.workspace_id
                and e.channel_id = q.channel_id and e.conversation_id = q.conversation_id
                and (e.queued_at, e.message_id) < (q.queued_at, q.message_id))))
        ) as found`,
  );
  return row!.found;
}
