/**
 * What a job of each task carries, as JSON. A payload outlives a deployment: new members are
 * optional, and none changes its meaning.
 */
export interface TaskPayloads {
  'fetch-attachment': { workspaceId: string; attachmentId: string };
  'prune-event-log': Record<never, never>;
  'prune-files': Record<never, never>;
  'prune-idempotency-records': Record<never, never>;
  'prune-presence': Record<never, never>;
  'prune-webhook-deliveries': Record<never, never>;
}

/** The name of a task: what a job is to do. */
export type TaskName = keyof TaskPayloads;
