import type { Connections } from '../../connections/connections';
import type { Read } from '../../db/row-shape';
import type { Channel, ChannelState, Conversation } from '../../entities';
import type { RequestContext } from '../kit/request-context';
import { canReply, type ReplyFacts, type ReplyPermission } from './can-reply';
import { isAnsweredElsewhere, linkedChannelId } from './linked-channel';
import { presentCapabilities, type CapabilitiesView } from './present-capabilities';

/** A channel and how it gets on. */
export interface Way {
  channel: Pick<Channel, 'connector' | 'status'>;
  state: Pick<ChannelState, 'health'> | null;
}

/**
 * What decides whether something can be sent in a conversation, from where it is kept.
 * @param linked the channel by which its channel's messages go out; null where that is itself.
 */
export function replyFacts(
  { connectors }: Pick<Connections, 'connectors'>,
  conversation: Pick<Conversation, 'visibility' | 'customerId' | 'platform'> & {
    lastInboundAt: Date | null;
  },
  own: Way,
  linked: Way | null,
): ReplyFacts {
  const connector = connectors[own.channel.connector ?? ''];
  const isElsewhere = isAnsweredElsewhere(connectors, own.channel);
  const way = isElsewhere ? linked : own;
  const sending = connectors[way?.channel.connector ?? ''];
  const { private: inPrivate, public: inPublic } = sending?.manifest.capabilities ?? {};
  const capabilities = conversation.visibility === 'PRIVATE' ? inPrivate : inPublic;
  return {
    hasConnector: connector !== undefined,
    capabilities: (sending?.send && capabilities) ?? null,
    status: own.channel.status,
    link: !isElsewhere ? 'NONE' : (linked?.channel.status ?? 'MISSING'),
    health: way?.state?.health ?? 'OK',
    hasCustomer: conversation.customerId !== null,
    unreachable: connector?.unreachable?.(conversation) ?? null,
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
  const linked = await readLinked(context, channel);
  const facts = replyFacts(connections, withDates(conversation), { channel, state }, linked);
  const permission = canReply(facts, actor.kind === 'USER', context.now());
  return { ...permission, capabilities: presentCapabilities(permission.capabilities) };
}

/** The channel by which a channel's messages go out; whoever may write there need not see it. */
export async function readLinked(
  { loaders, connections: { connectors } }: RequestContext,
  channel: Pick<Channel, 'connector' | 'settings'>,
): Promise<Way | null> {
  const id = linkedChannelId(connectors, channel);
  if (id === null) return null;
  const [linked, state] = await Promise.all([loaders.linkedChannel(id), loaders.channelState(id)]);
  return linked && { channel: linked, state };
}

function withDates({ visibility, customerId, platform, lastInboundAt }: Read<Conversation>) {
  const at = lastInboundAt ? new Date(lastInboundAt) : null;
  return { visibility, customerId, platform, lastInboundAt: at };
}
