import type { Permission } from './permissions';

export type ActorKind = 'USER' | 'API_KEY' | 'CUSTOMER' | 'CONNECTOR' | 'SYSTEM';

/** Who acts, in which workspace, and what it may do. */
export interface Actor {
  kind: ActorKind;
  workspaceId: string;
  /** UUID of the user, key or customer; of the channel for a connector, of the workspace for the system. */
  id: string;
  name: string;
  permissions: ReadonlySet<Permission>;
  /** The channels that it is limited to; null means all. */
  channelIds: readonly string[] | null;
  /** Of an end customer: the pages whose scripts may use the token. */
  origins?: readonly string[];
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

/** The actor of what a connector does for a channel: it sees that channel and no other. */
export function connectorActor(workspaceId: string, channelId: string, name: string): Actor {
  return {
    kind: 'CONNECTOR',
    workspaceId,
    id: channelId,
    name,
    permissions: new Set(),
    channelIds: [channelId],
  };
}

/** Whether the actor may see what happens on a channel; what has no channel is for those without limits. */
export function seesChannel(actor: Actor, channelId: string | null): boolean {
  return actor.channelIds === null || (channelId !== null && actor.channelIds.includes(channelId));
}
