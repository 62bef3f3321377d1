import type { Permission } from './permissions';

export type ActorKind = 'USER' | 'API_KEY' | 'SYSTEM';

/** Who acts, in which workspace, and what it may do. */
export interface Actor {
  kind: ActorKind;
  workspaceId: string;
  /** UUID of the user or key; of the workspace for the system. */
  id: string;
  name: string;
  permissions: ReadonlySet<Permission>;
  /** The channels that it is limited to; null means all. */
  channelIds: readonly string[] | null;
}

/** The actor of the server's own work in a workspace: jobs, imports, the first start. */
export function systemActor(workspaceId: string, permissions: ReadonlySet<Permission>): Actor {
  return {
    kind: 'SYSTEM',
    workspaceId,
    id: workspaceId,
    name: 'system',
    permissions,
    channelIds: null,
  };
}

/** Whether the actor may see what happens on a channel; what has no channel is for those without limits. */
export function seesChannel(actor: Actor, channelId: string | null): boolean {
  return actor.channelIds === null || (channelId !== null && actor.channelIds.includes(channelId));
}
