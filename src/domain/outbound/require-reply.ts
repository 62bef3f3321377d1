import type { Connections } from '../../connections/connections';
import type { Capabilities } from '../../connectors/kit/capabilities';
import { Channel, ChannelState, type Conversation } from '../../entities';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { canReply } from './can-reply';
import { replyFacts } from './reply-facts';

/**
 * The channel of a conversation in which the actor may write now, and what can be sent.
 * @throws DomainError with the reason where they may not.
 */
export async function requireReply(
  { manager, actor, now }: Work,
  connections: Connections,
  conversation: Conversation,
  path: string[],
): Promise<{ channel: Channel; capabilities: Capabilities }> {
  const { workspaceId, channelId } = conversation;
  const channel = await manager.findOneByOrFail(Channel, { workspaceId, id: channelId });
  const state = await manager.findOneBy(ChannelState, { workspaceId, channelId });
  const facts = replyFacts(connections, conversation, channel, state);
  const { reason, message, capabilities } = canReply(facts, actor.kind === 'USER', now);
  if (reason === null) return { channel, capabilities };
  throw new DomainError([{ code: ErrorCode.REPLY_NOT_ALLOWED, reason, message: message!, path }]);
}
