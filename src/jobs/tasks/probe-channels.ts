import { connectorActor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import { ReconnectNeeded } from '../../connectors/kit/errors';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { UnitOfWork } from '../../db/unit-of-work';
import { setChannelHealth } from '../../domain/channel/set-health';
import { runCommand } from '../../domain/kit/command';
import { enqueueAll } from '../queue';
import type { Task } from '../task';

/** What probing takes beside what every task has. */
export interface ProbeServices {
  connections: Connections;
  units: UnitOfWork;
}

/** How long a probe may take, in milliseconds. */
const LONGEST = 60_000;

/**
 * Has every account probed that is only told of things: a token that dies without a word would be
 * noticed by nobody until somebody answers. Those that read by themselves notice it.
 */
export function probeChannels({ connections }: ProbeServices): Task<Record<never, never>> {
  return async (_payload, { system }) => {
    const probed = Object.entries(connections.connectors)
      .filter(([, connector]) => 'probe' in connector && !('source' in connector))
      .map(([id]) => id);
    const client = await system.connect();
    try {
      const channels = await queryObjects<{ workspaceId: string; channelId: string }>(
        client,
        sql`select workspace_id "workspaceId", id "channelId" from channel
            where status = 'ACTIVE' and connector = any(${probed}::text[])`,
      );
      await enqueueAll(client, 'probe-channel', channels);
    } finally {
      client.release();
    }
  };
}

/** Probes one account, and tells how it is; what may pass is left for the next day. */
export function probeChannel({
  connections,
  units,
}: ProbeServices): Task<{ workspaceId: string; channelId: string }> {
  return async ({ workspaceId, channelId }, { clock, log, signal }) => {
    const open = await connections.read(workspaceId, channelId);
    if (open?.status !== 'ACTIVE' || !open.connector.probe) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)]);
    let reason: string | null = null;
    try {
      await open.connector.probe(connections.contextOf(open, limit));
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof ReconnectNeeded)) {
        log.info({ err: error }, 'an account could not be probed');
        return;
      }
      reason = error.message;
    }
    const health = reason === null ? 'OK' : 'NEEDS_RECONNECT';
    const actor = connectorActor(workspaceId, channelId, open.channel.name);
    const at = clock();
    const report = { channelId, part: 'ACCOUNT', health, reason, at };
    await runCommand(units, actor, at, setChannelHealth, report);
  };
}
