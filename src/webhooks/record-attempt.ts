import type { Pool } from 'pg';
import { queryObjects, type Session } from '../db/sessions';
import { sql } from '../db/sql';
import type { UnitOfWork } from '../db/unit-of-work';
import type { Attempt } from './attempt';
import type { Claimed } from './claim';

/** What an attempt makes of its delivery. */
export type Outcome =
  | { status: 'DELIVERED' | 'FAILED' }
  | {
      status: 'PENDING';
      /** After how many seconds it is tried again. */
      delaySeconds: number;
    };

/**
 * Keeps an attempt and what it makes of its delivery. After a claim has been lost to another process
 * only a success still counts: the attempt is kept all the same.
 */
export async function recordAttempt(
  { pool, units }: { pool: Pool; units: UnitOfWork },
  claimed: Claimed,
  attempt: Attempt,
  outcome: Outcome,
): Promise<void> {
  const isOver = outcome.status !== 'PENDING';
  if (!claimed.inOrder || !isOver) {
    await record(pool, claimed, attempt, outcome);
    return;
  }
  await units.transaction(claimed.workspaceId, async (session) => {
    // whoever dispatches holds this too: either it sees that we are done, or we see what it has added
    await queryObjects(
      session,
      sql`select from webhook_endpoint where workspace_id = ${claimed.workspaceId}
            and id = ${claimed.endpointId} for no key update`,
    );
    await record(session, claimed, attempt, outcome);
    await makeNextDue(session, claimed);
  });
}

async function record(
  session: Session,
  { workspaceId, id, endpointId, token }: Claimed,
  { startedAt, durationMs, request, status, excerpt, error, askedSeconds, isOwnFault }: Attempt,
  outcome: Outcome,
): Promise<void> {
  const isDelivered = outcome.status === 'DELIVERED';
  const delay = outcome.status === 'PENDING' ? outcome.delaySeconds : null;
  const finishedAt = delay === null ? new Date(startedAt.getTime() + durationMs) : null;
  await queryObjects(
    session,
    sql`with current as materialized (
          select d.workspace_id, d.id,
            d.status = 'PENDING' and (d.locked_by = ${token} or ${isDelivered}) as counts
          from webhook_delivery d where d.workspace_id = ${workspaceId} and d.id = ${id} for update
        ), settled as (
          update webhook_delivery d set
            attempt_count = d.attempt_count + 1,
            status = case when counts then ${outcome.status} else d.status end,
            due_at = case when counts then now() + ${delay}::float8 * interval '1 second' else d.due_at end,
            locked_by = case when counts then null else d.locked_by end,
            round_attempts = case when counts then d.round_attempts + 1 else d.round_attempts end,
            round_began_at = case when counts then coalesce(d.round_began_at, ${startedAt}) else d.round_began_at end,
            finished_at = case when counts then ${finishedAt} else d.finished_at end
          from current c where d.workspace_id = c.workspace_id and d.id = c.id
          returning d.attempt_count as number
        ), health as (
          update webhook_endpoint e set
            failing_since = case when ${isDelivered} then null else coalesce(e.failing_since, ${startedAt}) end,
            resting_until = coalesce(now() + ${askedSeconds}::float8 * interval '1 second', e.resting_until)
          where e.workspace_id = ${workspaceId} and e.id = ${endpointId} and not ${isOwnFault}
            and ((e.failing_since is not null) = ${isDelivered} or ${askedSeconds}::float8 is not null)
        )
        insert into webhook_attempt (workspace_id, delivery_id, number, started_at, duration_ms,
          request_url, request_headers, response_status, response_body, error)
        select ${workspaceId}, ${id}, number, ${startedAt}, ${durationMs}, ${request.url},
          ${request.headers}, ${status}, ${excerpt}, ${error}
        from settled`,
  );
}

/** The first pending delivery of the subject, which may have waited for this one. */
async function makeNextDue(
  session: Session,
  { workspaceId, endpointId, subject }: Claimed,
): Promise<void> {
  await queryObjects(
    session,
    sql`update webhook_delivery d set due_at = now()
        from (
          select workspace_id, id from webhook_delivery
          where workspace_id = ${workspaceId} and endpoint_id = ${endpointId}
            and subject = ${subject} and status = 'PENDING' and in_order
          order by position limit 1
        ) n
        where d.workspace_id = n.workspace_id and d.id = n.id and d.due_at is null`,
  );
}
