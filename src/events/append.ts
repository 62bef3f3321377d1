import type { Actor } from '../auth/actor';
import { bulkColumns, bulkInsert } from '../db/bulk';
import { queryObjects, type Session } from '../db/sessions';
import { newId } from '../domain/kit/ids';
import { eventTypes, type NewEvent } from './registry';

/** Appends events to the outbox, in the command's own transaction: they exist exactly if it commits. */
export async function appendEvents(
  session: Session,
  actor: Actor,
  now: Date,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const by = JSON.stringify({ kind: actor.kind, id: actor.id });
  const columns = bulkColumns(events, {
    workspace_id: ['uuid', () => actor.workspaceId],
    event_id: ['uuid', () => newId()],
    type: ['text', (event) => event.type],
    version: ['smallint', (event) => eventTypes[event.type].version],
    occurred_at: ['timestamptz', (event) => event.occurredAt ?? now],
    recorded_at: ['timestamptz', () => now],
    actor: ['jsonb', () => by],
    subject: ['uuid', (event) => event.subjectId],
    data: ['jsonb', (event) => JSON.stringify(eventTypes[event.type].data.parse(event.data))],
  });
  await queryObjects(session, bulkInsert('event_outbox', columns));
}
