/**
 * What a job of each task carries, as JSON. A payload outlives a deployment: new members are
 * optional, and none changes its meaning.
 */
export interface TaskPayloads {
  'fetch-attachment': { workspaceId: string; attachmentId: string };
  /** A moment in ISO 8601; what is asked about is the connector's own. */
  'look-up': {
    workspaceId: string;
    channelId: string;
    key: string;
    about: Record<string, unknown>;
    askedAt: string;
  };
  'perform-action': { workspaceId: string; actionId: string };
  'probe-channel': { workspaceId: string; channelId: string };
  'probe-channels': Record<never, never>;
  'prune-deliveries': Record<never, never>;
  'prune-event-log': Record<never, never>;
  'prune-files': Record<never, never>;
  'prune-idempotency-records': Record<never, never>;
  'prune-presence': Record<never, never>;
  'prune-webhook-deliveries': Record<never, never>;
  /** Moments in ISO 8601. */
  'replay-deliveries': { workspaceId: string; channelId: string; from: string; to: string };
  'sync-all-templates': Record<never, never>;
  'sync-templates': { workspaceId: string; channelId: string };
}

/** The name of a task: what a job is to do. */
export type TaskName = keyof TaskPayloads;
