import type {
  ConnectorContext,
  GivenReaction,
  OutboundMessage,
  SentMessage,
  TargetMessage,
} from '../kit/connector';
import { RetryLater } from '../kit/errors';
import { openWhatsApp } from './client';
import { contentOf, recipientOf } from './compose';
import { requireMessageId, uploadMedia } from './media';
import { fields, list, text } from './read';

/** The number’s own budget: 80 messages a second, or what its quality allows. */
const MESSAGES = 'messages';

export async function send(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const recipient = recipientOf(message.conversation);
  const [file] = message.attachments;
  const mediaId = file ? await uploadMedia(file, context) : null;
  const answered = namedReply(message);
  const answer = await post(context, {
    ...{ messaging_product: 'whatsapp', ...recipient },
    ...contentOf(message, mediaId),
    ...(answered && { context: { message_id: answered } }),
    // comes back with each status, by which a message is known whose outcome was not
    biz_opaque_callback_data: message.clientKey,
  });
  const [made = {}] = list(answer.messages);
  const [contact = {}] = list(answer.contacts);
  const status = text(made.message_status);
  return {
    externalId: requireMessageId(text(made.id)),
    platform: {
      ...(text(contact.wa_id) && { recipientId: text(contact.wa_id).trim() }),
      ...(status && { accepted: status }),
    },
  };
}

/** How long a status that tells of the message is waited for, in seconds. */
const WAIT_FOR_STATUS = 120;
const LOOK_AGAIN = 20;

/**
 * The API can’t be asked for a message by our key. Its status brings the key back, within seconds
 * mostly: until then there is nothing but to wait, and after that a person decides.
 */
export function findSent(
  { queuedAt }: OutboundMessage,
  { clock }: ConnectorContext,
): Promise<SentMessage | null> {
  if (clock().getTime() - queuedAt.getTime() < WAIT_FOR_STATUS * 1_000) {
    const words = 'WhatsApp did not say whether it has the message; its status may tell.';
    return Promise.reject(new RetryLater(words, LOOK_AGAIN));
  }
  return Promise.resolve(null);
}

/** An empty emoji takes the reaction back. */
export async function react(
  { externalId, conversation }: TargetMessage,
  { reaction, removed }: GivenReaction,
  context: ConnectorContext,
): Promise<void> {
  await post(
    context,
    {
      ...{ messaging_product: 'whatsapp', ...recipientOf(conversation), type: 'reaction' },
      reaction: { message_id: externalId, emoji: removed ? '' : reaction },
    },
    false,
  );
}

/** Marks everything up to the message as read. */
export async function markRead(
  { externalId }: TargetMessage,
  context: ConnectorContext,
): Promise<void> {
  const read = { messaging_product: 'whatsapp', status: 'read', message_id: externalId };
  await post(context, read, false);
}

/** The message that it names; an answer that names none quotes none. */
function namedReply({ replyTo, isReplyNamed }: OutboundMessage): string | null {
  return (isReplyNamed && replyTo?.externalId) || null;
}

function post(context: ConnectorContext, json: object, changes = true) {
  return openWhatsApp(context)
    .call({
      ...{ method: 'POST', path: `${context.channel.externalId}/messages` },
      ...{ json, changes, bucket: MESSAGES },
    })
    .then(fields);
}
