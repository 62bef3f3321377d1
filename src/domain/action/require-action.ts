import { silent, type Capabilities } from '../../connectors/kit/capabilities';
import type { Connector } from '../../connectors/kit/connector';
import type { Connections } from '../../connections/connections';
import { Channel, ChannelState, type Conversation, type Message } from '../../entities';
import type { MessageActionKind } from '../../entities/message-action';
import type { Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { isSettled } from '../outbound/status';

/** What has to be so for something to be done to a message. */
interface Rule {
  /** What of a connector does it. */
  part: 'hide' | 'remove' | 'react' | 'markRead';
  isPossible: (capabilities: Capabilities, direction: Message['direction']) => boolean;
  /** What to say where it isn't. */
  impossible: string;
}

const hiding: Rule = {
  part: 'hide',
  isPossible: ({ hiding: can }, direction) => can && direction === 'INBOUND',
  impossible: 'On this channel only what others wrote in public can be hidden, or nothing at all.',
};

const reacting: Rule = {
  part: 'react',
  isPossible: ({ reactions }) => reactions,
  impossible: 'The company can’t react to messages on this channel.',
};

const rules: Record<MessageActionKind, Rule> = {
  HIDE: hiding,
  SHOW: hiding,
  DELETE: {
    part: 'remove',
    isPossible: ({ deletions, deletionsOfOthers }, direction) =>
      direction === 'OUTBOUND' ? deletions : deletionsOfOthers === true,
    impossible: 'The platform does not let the company delete this message.',
  },
  REACT: reacting,
  UNREACT: reacting,
  MARK_READ: {
    part: 'markRead',
    isPossible: ({ readMarks }) => readMarks,
    impossible: 'Customers can’t be told on this channel that a message was read.',
  },
};

/** The part of a connector that does this; absent where it has none. */
export function partFor<K extends MessageActionKind>(connector: Connector, kind: K): boolean {
  return rules[kind].part in connector;
}

/** What a connector can do in such talk. */
export function capabilitiesIn(
  connector: Connector,
  visibility: Conversation['visibility'],
): Capabilities {
  const { private: inPrivate, public: inPublic } = connector.manifest.capabilities;
  return (visibility === 'PRIVATE' ? inPrivate : inPublic) ?? silent;
}

/**
 * The channel's connector, where something can be done on the platform now.
 * @throws DomainError with the reason where it can't.
 */
export async function requireChannel(
  { manager, actor }: Work,
  { connectors }: Connections,
  { workspaceId, channelId }: Conversation,
  path: string[],
): Promise<{ channel: Channel; connector: Connector }> {
  const channel = await manager.findOneByOrFail(Channel, { workspaceId, id: channelId });
  const state = await manager.findOneBy(ChannelState, {
    workspaceId: actor.workspaceId,
    channelId,
  });
  const connector = channel.connector === null ? undefined : connectors[channel.connector];
  if (!connector) throw refusal('NO_CONNECTOR', 'The channel has no connector to do it.', path);
  if (channel.status === 'DISCONNECTED') {
    const words = 'The channel is disconnected: connect it again first.';
    throw refusal('CHANNEL_DISCONNECTED', words, path);
  }
  if (channel.status === 'PAUSED') {
    throw refusal('CHANNEL_PAUSED', 'The channel is paused: resume it first.', path);
  }
  if (state?.health === 'NEEDS_RECONNECT') {
    const words = 'The platform does not accept the channel’s credentials: connect it again first.';
    throw refusal('NEEDS_RECONNECT', words, path);
  }
  return { channel, connector };
}

/** Checks that something can be done to a message, as far as that is known before it is tried. */
export function checkAction(
  connector: Connector,
  conversation: Conversation,
  message: Message,
  kind: MessageActionKind,
  reaction: string | null,
): void {
  requireOnPlatform(message);
  const capabilities = capabilitiesIn(connector, conversation.visibility);
  const { isPossible, impossible } = rules[kind];
  if (!partFor(connector, kind) || !isPossible(capabilities, message.direction)) {
    throw refusal('NOT_SUPPORTED', impossible, ['id']);
  }
  const { reactionChoices } = capabilities;
  if (reaction === null || !reactionChoices || reactionChoices.includes(reaction)) return;
  const words = `Must be one of ${reactionChoices.join(', ')} on this channel.`;
  throw new DomainError(ErrorCode.INVALID_INPUT, words, ['reaction']);
}

/** @throws DomainError where the platform does not have the message, or not any longer. */
export function requireOnPlatform(message: Message, path = ['id']): void {
  const { direction, status, externalId, deletedAt } = message;
  const isThere =
    direction !== 'NOTE' && externalId !== null && isSettled(status) && status !== 'FAILED';
  if (!isThere) {
    const words = 'The platform does not know this message: only what has arrived can be changed.';
    throw new DomainError(ErrorCode.INVALID_STATE, words, path);
  }
  if (deletedAt !== null) {
    throw new DomainError(ErrorCode.INVALID_STATE, 'The message is deleted already.', path);
  }
}

/** The refusal of what can't be done on a channel, with the reason for programs. */
export function refusal(reason: string, message: string, path: string[]): DomainError {
  return new DomainError([{ code: ErrorCode.ACTION_NOT_ALLOWED, reason, message, path }]);
}
