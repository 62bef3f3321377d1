import { refusalOf } from '../../connections/refusal';
import type { RequestContext } from '../kit/request-context';
import { setChannelHealth } from './set-health';

/** How long a platform may take to register an address, in milliseconds. */
const LONGEST = 60_000;

/**
 * Registers a channel's address with platforms that call it at once, now that the channel is there to
 * answer. The channel stays connected where that fails; its health says why.
 * @param channelId UUID.
 */
export async function announceChannel(context: RequestContext, channelId: string): Promise<void> {
  const { connections, actor, calledAt } = context;
  const open = await connections.read(actor.workspaceId, channelId);
  if (!open?.connector.announce || open.status !== 'ACTIVE') return;
  const signal = AbortSignal.timeout(LONGEST);
  const connectorContext = connections.contextOf(open, signal, calledAt);
  try {
    await open.connector.announce(connectorContext);
  } catch (error) {
    const refusal = refusalOf(error, open);
    if (!refusal) connectorContext.log.error({ err: error }, 'a channel could not be announced');
    await context.run(setChannelHealth, {
      ...{ channelId, part: 'ACCOUNT', at: context.now() },
      health: refusal?.kind === 'RECONNECT' ? 'NEEDS_RECONNECT' : 'DEGRADED',
      reason: refusal?.message ?? 'The connector failed: the operator’s log says how.',
    });
  }
}
