import type { WebhookDelivery } from '../../entities';
import { subjectIdOf } from '../event/present-event';
import { globalId } from '../kit/ids';

/** The id of the event as callers see it; null for a test. */
export function presentEventId({ eventId }: Pick<WebhookDelivery, 'eventId'>): string | null {
  return eventId && globalId('Event', eventId);
}

/** A place in the log, which the database writes as text. */
export function presentPosition(position: string | null): number | null {
  return position === null ? null : Number(position);
}

/** The id of what the event is about, as callers see it; null for a test. */
export function presentSubjectId({
  type,
  subject,
}: Pick<WebhookDelivery, 'type' | 'subject'>): string | null {
  return subject && subjectIdOf({ type, subjectId: subject });
}
