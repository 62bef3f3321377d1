import type { TaskPayloads } from '../payloads';
import type { Task } from '../task';
import { pruneIdempotencyRecords } from './prune-idempotency-records';

/** Every task that a worker can run. */
export const tasks: { readonly [Name in keyof TaskPayloads]: Task<TaskPayloads[Name]> } = {
  'prune-idempotency-records': pruneIdempotencyRecords,
};
