import type { Actor } from '../auth/actor';
import { bulkColumns, bulkTable } from '../db/bulk';
import { queryObjects, type Session } from '../db/sessions';
import { raw, sql } from '../db/sql';
import { newId } from '../domain/kit/ids';
import { aboutOf, eventTypes, type NewEvent } from './registry';

/**
 * How many locks the subjects of all workspaces share: far more than there are transactions at one
 * moment, and few enough for PostgreSQL's lock table when one of them touches thousands of subjects.
 */
const LOCKS = 1_024;
/** Tells our advisory locks on subjects from others. */
const LOCK_CLASS = 0x5eb0;

/**
 * Appends events to the outbox, in the command's own transaction: they exist exactly if it commits.
 *
 * Events of one subject are appended by one transaction after the other: each waits until the one
 * before has ended, so that their order in the outbox is the order of the commits. This has to be the
 * last thing that waits for others in the transaction; then it can never be part of a deadlock. A
 * subject that the transaction itself brings into the world is known to nobody else, and not locked.
 */
export async function appendEvents(
  session: Session,
  actor: Actor,
  now: Date,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const by = JSON.stringify({ kind: actor.kind, id: actor.id });
  const columns = bulkColumns(events, {
    event_id: ['uuid', () => newId()],
    type: ['text', (event) => event.type],
    version: ['smallint', (event) => eventTypes[event.type].version],
    occurred_at: ['timestamptz', (event) => event.occurredAt ?? now],
    subject: ['uuid', (event) => event.subjectId],
    conversation_id: ['uuid', (event) => aboutOf(event).conversationId],
    customer_id: ['uuid', (event) => aboutOf(event).customerId],
    channel_id: ['uuid', (event) => aboutOf(event).channelId],
    data: ['jsonb', (event) => JSON.stringify(eventTypes[event.type].data.parse(event.data))],
  });
  const names = raw(columns.map(({ name }) => name).join(', '));
  const subjects = [...new Set(events.filter(isOfKnownSubject).map(({ subjectId }) => subjectId))];
  // every row of the join needs the count, and so all locks, before it draws its number
  await queryObjects(
    session,
    sql`with locked as materialized (
          select pg_advisory_xact_lock(${LOCK_CLASS}::int, key) from (
            select distinct abs(hashtext(subject) % ${LOCKS}::int) as key
            from unnest(${subjects}::text[]) subject order by key
          ) keys
        )
        insert into event_outbox (workspace_id, recorded_at, actor, ${names})
        select ${actor.workspaceId}, ${now}, ${by}, ${names}
        from (select count(*) from locked) all_locked, ${bulkTable('e', columns)}`,
  );
}

function isOfKnownSubject({ type }: NewEvent): boolean {
  return !('begins' in eventTypes[type]);
}
