import type { Connections } from '../../connections/connections';
import type { Read } from '../../db/row-shape';
import type { Channel, ChannelState, Conversation } from '../../entities';
import type { RequestContext } from '../kit/request-context';
import { canReply, type ReplyFacts, type ReplyPermission } from './can-reply';
import { presentCapabilities, type CapabilitiesView } from './present-capabilities';

/** What decides whether something can be sent in a conversation, from where it is kept. */
export function replyFacts(
  { connectors }: Pick<Connections, 'connectors'>,
  conversation: Pick<Conversation, 'visibility' | 'customerId'> & { lastInboundAt: Date | null },
  channel: Pick<Channel, 'connector' | 'status'>,
  state: Pick<ChannelState, 'health'> | null,
): ReplyFacts {
  const connector = channel.connector === null ? undefined : connectors[channel.connector];
  const { private: inPrivate, public: inPublic } = connector?.manifest.capabilities ?? {};
  const capabilities = conversation.visibility === 'PRIVATE' ? inPrivate : inPublic;
  return {
    hasConnector: connector !== undefined,
    capabilities: (connector?.send && capabilities) ?? null,
    status: channel.status,
    health: state?.health ?? 'OK',
    hasCustomer: conversation.customerId !== null,
    lastInboundAt: conversation.lastInboundAt,
  };
}

/** Whether the caller may write in a conversation now; null when they see none. */
export async function readReplyPermission(
  context: RequestContext,
  conversationId: string,
): Promise<(Omit<ReplyPermission, 'capabilities'> & { capabilities: CapabilitiesView }) | null> {
  const { loaders, actor, connections } = context;
  const conversation = await loaders.byId('Conversation', conversationId);
  if (!conversation) return null;
  const { channelId } = conversation;
  const [channel, state] = await Promise.all([
    loaders.byId('Channel', channelId),
    loaders.channelState(channelId),
  ]);
  if (!channel) return null;
  const facts = replyFacts(connections, withDates(conversation), channel, state);
  const permission = canReply(facts, actor.kind === 'USER', context.now());
  return { ...permission, capabilities: presentCapabilities(permission.capabilities) };
}

function withDates({ visibility, customerId, lastInboundAt }: Read<Conversation>) {
  return { visibility, customerId, lastInboundAt: lastInboundAt ? new Date(lastInboundAt) : null };
}
