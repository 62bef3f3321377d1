import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { idIn, listIn, momentIn, textIn, valuesIn, type Values } from '../meta/values';
import { graphOf } from './account';
import { commentedBy } from './send-comment';

/** Clocks differ by so many milliseconds at most. */
const SLACK = 60_000;

/** The comment that an attempt has made, among the newest under what it answers. */
export async function findComment(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const answer = await graphOf(context).call({
    path: `${commentedBy(message)}/comments`,
    params: {
      ...{ filter: 'stream', order: 'reverse_chronological', limit: 50 },
      fields: 'id,from,message,created_time',
    },
  });
  const found = listIn(answer, 'data').find((it) => isSame(it, message, context));
  return found ? sentOf(found, { object: 'comment' }) : null;
}

/** The message that an attempt has made, among the newest of the talk. */
export async function findMessage(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const answer = await graphOf(context).call({
    path: `${context.channel.externalId}/conversations`,
    params: {
      ...{ platform: 'messenger', user_id: message.conversation.threadKey },
      fields: 'messages.limit(25){id,created_time,from,message,attachments}',
    },
  });
  const messages = listIn(answer, 'data').flatMap((talk) =>
    listIn(valuesIn(talk, 'messages'), 'data'),
  );
  const found = messages.find((it) => isSame(it, message, context));
  return found ? sentOf(found) : null;
}

/** By the Page, of the same words, not before it was queued, and none that is known as another one. */
function isSame(found: Values, message: OutboundMessage, { channel }: ConnectorContext): boolean {
  const { body, queuedAt, attachments, conversation } = message;
  const createdAt = momentIn(found, 'created_time');
  const isKnown = conversation.history.some(({ externalId }) => externalId === found.id);
  return (
    !isKnown &&
    idIn(valuesIn(found, 'from'), 'id') === channel.externalId &&
    textOf(textIn(found, 'message') ?? '') === textOf(body) &&
    (body !== '' || attachments.length > 0) &&
    createdAt !== null &&
    createdAt.getTime() >= queuedAt.getTime() - SLACK
  );
}

function textOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function sentOf(found: Values, platform?: Record<string, unknown>): SentMessage | null {
  const externalId = idIn(found, 'id');
  const sentAt = momentIn(found, 'created_time');
  if (!externalId) return null;
  return { externalId, ...(sentAt && { sentAt }), ...(platform && { platform }) };
}
