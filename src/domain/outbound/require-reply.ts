import type { Connections } from '../../connections/connections';
import type { Capabilities } from '../../connectors/kit/capabilities';
import { Channel, ChannelState, type Conversation } from '../../entities';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { canReply, canSendTemplate } from './can-reply';
import { linkedChannelId } from './linked-channel';
import { replyFacts, type Way } from './reply-facts';

/**
 * The channel of a conversation in which the actor may write now, that by which messages go out, and
 * what can be sent.
 * @param isForPerson whether a machine passes on what a person wrote.
 * @throws DomainError with the reason where they may not.
 */
export async function requireReply(
  work: Work,
  connections: Connections,
  conversation: Conversation,
  path: string[],
  isForPerson = false,
  what: 'TEXT' | 'TEMPLATE' = 'TEXT',
): Promise<{ channel: Channel; carrier: Channel; capabilities: Capabilities }> {
  const { manager, actor, now } = work;
  const { workspaceId, channelId } = conversation;
  const channel = await manager.findOneByOrFail(Channel, { workspaceId, id: channelId });
  const own = await wayOf(work, channel);
  const linkedId = linkedChannelId(connections.connectors, channel);
  const found = linkedId && (await manager.findOneBy(Channel, { workspaceId, id: linkedId }));
  const linked = found ? await wayOf(work, found) : null;
  const isHuman = actor.kind === 'USER' || isForPerson;
  const facts = replyFacts(connections, conversation, own, linked);
  const { reason, message, capabilities } =
    what === 'TEMPLATE' ? canSendTemplate(facts, now) : canReply(facts, isHuman, now);
  if (reason === null) return { channel, carrier: linked?.channel ?? channel, capabilities };
  throw new DomainError([{ code: ErrorCode.REPLY_NOT_ALLOWED, reason, message: message!, path }]);
}

async function wayOf({ manager }: Work, channel: Channel): Promise<Way & { channel: Channel }> {
  const { workspaceId, id: channelId } = channel;
  return { channel, state: await manager.findOneBy(ChannelState, { workspaceId, channelId }) };
}
