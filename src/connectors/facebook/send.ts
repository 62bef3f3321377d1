import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { sendComment } from './send-comment';
import { sendMessage } from './send-message';
import { findComment, findMessage } from './find-sent';

/** Comments and private messages go to different edges of the Graph API. */
export function send(message: OutboundMessage, context: ConnectorContext): Promise<SentMessage> {
  return isPublic(message) ? sendComment(message, context) : sendMessage(message, context);
}

/** Meta knows no key of ours for comments, and can't be asked for that of messages: their text tells. */
export function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  return isPublic(message) ? findComment(message, context) : findMessage(message, context);
}

function isPublic({ conversation }: OutboundMessage): boolean {
  return conversation.visibility === 'PUBLIC';
}
