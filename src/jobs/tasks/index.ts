import type { TaskPayloads } from '../payloads';
import type { Task } from '../task';
import { pruneEventLog } from './prune-event-log';
import { pruneIdempotencyRecords } from './prune-idempotency-records';
import { prunePresence } from './prune-presence';
import { pruneWebhookDeliveries } from './prune-webhook-deliveries';

/** Every task that a worker can run. */
export const tasks: { readonly [Name in keyof TaskPayloads]: Task<TaskPayloads[Name]> } = {
  'prune-event-log': pruneEventLog,
  'prune-idempotency-records': pruneIdempotencyRecords,
  'prune-presence': prunePresence,
  'prune-webhook-deliveries': pruneWebhookDeliveries,
};
