import type { Connections } from '../../connections/connections';
import type { Read } from '../../db/row-shape';
import { Channel, ChannelState, Conversation, Message } from '../../entities';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import type { RequestContext } from '../kit/request-context';
import {
  canReplyPrivately,
  type PrivateReplyFacts,
  type PrivateReplyPermission,
} from './can-reply-privately';

type Facts = Pick<
  PrivateReplyFacts,
  'hasConnector' | 'hours' | 'status' | 'health' | 'direction' | 'isDeleted' | 'isAnswered'
>;

/** A message as it is read. */
export type ReadMessage = Read<Message>;

/** What decides whether a message can be answered in private, from where it is kept. */
function factsOf(
  { connectors }: Pick<Connections, 'connectors'>,
  message: Pick<Message, 'direction' | 'externalId'> & { deletedAt: unknown },
  { visibility }: Pick<Conversation, 'visibility'>,
  channel: Pick<Channel, 'connector' | 'status'>,
  state: Pick<ChannelState, 'health'> | null,
  answer: Pick<Message, 'status' | 'failure'> | null,
): Facts {
  const connector = channel.connector === null ? undefined : connectors[channel.connector];
  const { privateReplies } = connector?.manifest.capabilities.public ?? {};
  const isPossible =
    visibility === 'PUBLIC' && message.externalId !== null && 'privateThread' in (connector ?? {});
  return {
    hasConnector: connector !== undefined,
    hours: (isPossible && privateReplies?.hours) || null,
    status: channel.status,
    health: state?.health ?? 'OK',
    direction: message.direction,
    isDeleted: message.deletedAt !== null,
    // of one that may have arrived the platform would take no second one
    isAnswered:
      answer !== null && (answer.status !== 'FAILED' || answer.failure?.code === 'OUTCOME_UNKNOWN'),
  };
}

/** Whether the caller may answer a message in private now; null when they don't see its channel. */
export async function readPrivateReplyPermission(
  context: RequestContext,
  message: ReadMessage,
): Promise<PrivateReplyPermission | null> {
  const { loaders, connections } = context;
  const { channelId, conversationId, privateReplyId } = message;
  const [conversation, channel, state, answer] = await Promise.all([
    loaders.byId('Conversation', conversationId),
    loaders.byId('Channel', channelId),
    loaders.channelState(channelId),
    loaders.byId('Message', privateReplyId),
  ]);
  if (!conversation || !channel) return null;
  const facts = factsOf(connections, message, conversation, channel, state, answer);
  return canReplyPrivately({ ...facts, sentAt: new Date(message.sentAt) }, context.now());
}

/**
 * The channel of a message that can be answered in private now.
 * @param again the answer that is to be tried again, which does not count as one.
 * @throws DomainError with the reason where it can't.
 */
export async function requirePrivateReply(
  { manager, now }: Work,
  connections: Connections,
  message: Message,
  path: string[],
  again: string | null = null,
): Promise<Channel> {
  const { workspaceId, channelId, conversationId, privateReplyId } = message;
  const [channel, state, conversation] = [
    await manager.findOneByOrFail(Channel, { workspaceId, id: channelId }),
    await manager.findOneBy(ChannelState, { workspaceId, channelId }),
    await manager.findOneByOrFail(Conversation, { workspaceId, id: conversationId }),
  ];
  const answer =
    privateReplyId === null || privateReplyId === again
      ? null
      : await manager.findOneBy(Message, { workspaceId, id: privateReplyId });
  const facts = factsOf(connections, message, conversation, channel, state, answer);
  const { reason, message: words } = canReplyPrivately({ ...facts, sentAt: message.sentAt }, now);
  if (reason === null) return channel;
  throw new DomainError([{ code: ErrorCode.ACTION_NOT_ALLOWED, reason, message: words!, path }]);
}
