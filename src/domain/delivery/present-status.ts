import type { QueueEntry } from './contents';
import type { InboundDeliveryStatus } from './listing';

/** What became of a delivery: those that the queue does not know any more are processed. */
export function presentStatus(entry: QueueEntry | null): InboundDeliveryStatus {
  if (!entry) return 'PROCESSED';
  return entry.isDead ? 'DEAD' : 'PENDING';
}

/** When its turn comes; null for what waits for nothing. */
export function presentDueAt(entry: QueueEntry | null): string | null {
  return entry && !entry.isDead ? entry.dueAt : null;
}
