import { connectorActor } from '../../auth/actor';
import { RetryLater } from '../../connectors/kit/errors';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { UnitOfWork } from '../../db/unit-of-work';
import { globalId } from '../../domain/kit/ids';
import { runCommand } from '../../domain/kit/command';
import { readTemplates, storeRead } from '../../domain/template/sync-templates';
import { enqueueAll } from '../queue';
import type { TaskPayloads } from '../payloads';
import type { Task } from '../task';
import type { FetchServices } from './fetch-attachment';

type Services = Pick<FetchServices, 'connections' | 'sessions'> & { units: UnitOfWork };

/** Reads a channel's templates from its platform. */
export function syncTemplates({
  connections,
  units,
}: Services): Task<TaskPayloads['sync-templates']> {
  return async ({ workspaceId, channelId }, { clock, log, signal }) => {
    const open = await connections.read(workspaceId, channelId);
    if (!open || open.status === 'DISCONNECTED' || !open.connector.templates) return;
    const readAt = clock();
    let read;
    try {
      read = await readTemplates(connections, open, signal, readAt);
    } catch (error) {
      if (error instanceof RetryLater) throw error;
      // the next look is tomorrow, or when the account was connected again
      return log.warn({ err: error, channel: channelId }, 'templates could not be read');
    }
    const actor = connectorActor(workspaceId, channelId, open.channel.name);
    const args = { channelId: globalId('Channel', channelId) };
    const answer = await runCommand(units, actor, clock(), storeRead(read), args);
    if (!answer.ok) log.info({ problems: answer.problems }, 'templates were read in vain');
  };
}

/** Has the templates of all channels read that have some, each by a job of its own. */
export function syncAllTemplates({ connections, sessions }: Services): Task<object> {
  return async (_payload, { system }) => {
    const able = Object.values(connections.connectors)
      .filter((connector) => 'templates' in connector)
      .map(({ manifest }) => manifest.id);
    const channels = await queryObjects<{ workspaceId: string; channelId: string }>(
      system,
      sql`select workspace_id "workspaceId", id "channelId" from channel
          where connector = any(${able}::text[]) and status = 'ACTIVE'`,
    );
    const workspaces = new Map<string, { workspaceId: string; channelId: string }[]>();
    for (const channel of channels) {
      const own = workspaces.get(channel.workspaceId) ?? [];
      workspaces.set(channel.workspaceId, [...own, channel]);
    }
    for (const [workspaceId, own] of workspaces) {
      await sessions.with(workspaceId, (session) =>
        enqueueAll(
          session,
          'sync-templates',
          own,
          ({ channelId }) => `templates:${workspaceId}:${channelId}`,
        ),
      );
    }
  };
}
