import type {
  ConnectorContext,
  OutboundAttachment,
  OutboundMessage,
  SentMessage,
} from '../kit/connector';
import { OutcomeUnknown, Rejected } from '../kit/errors';
import { multipartForm } from '../kit/multipart';
import { idIn, isValues, textIn, type Values } from '../meta/values';
import { graphOf } from './account';

/** The Page's own budget: it is another one than that of reading. */
export const MESSAGES = 'messages';

const HOUR = 3_600_000;

/** Sends a message by Messenger. */
export async function sendMessage(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const [file] = message.attachments;
  const envelope = {
    recipient: recipientOf(message),
    ...purposeOf(message, context.clock()),
    ...answeredBy(message),
  };
  const answer = await graphOf(context).call({
    ...{ method: 'POST', path: `${context.channel.externalId}/messages`, bucket: MESSAGES },
    ...(file
      ? await withFile(envelope, message, file)
      : { json: { ...envelope, message: textOf(message) } }),
  });
  const externalId = textIn(answer, 'message_id');
  if (!externalId) throw new OutcomeUnknown('Facebook did not say which message it has made.');
  const psid = idIn(answer, 'recipient_id');
  const inPrivate = message.privateReplyTo && psid;
  return {
    externalId,
    ...(inPrivate && { private: { threadKey: psid, customer: { externalId: psid } } }),
  };
}

/** By a comment, by the reference of somebody without an id, or by the id that the talk is kept under. */
export function recipientOf({
  privateReplyTo,
  conversation: { threadKey },
}: Pick<OutboundMessage, 'privateReplyTo'> & {
  conversation: Pick<OutboundMessage['conversation'], 'threadKey'>;
}): object {
  if (privateReplyTo) {
    const isPost = privateReplyTo.platform.object === 'post';
    return { [isPost ? 'post_id' : 'comment_id']: privateReplyTo.externalId };
  }
  const [, reference] = /^user_ref:(.+)$/.exec(threadKey) ?? [];
  return reference ? { user_ref: reference } : { id: threadKey };
}

/** A person may answer for seven days; what a machine sends has to be an answer within one. */
function purposeOf({ conversation, isHuman, privateReplyTo }: OutboundMessage, now: Date): object {
  const { lastInboundAt } = conversation;
  const isLate =
    !privateReplyTo && lastInboundAt && now.getTime() - lastInboundAt.getTime() >= 24 * HOUR;
  return isLate && isHuman
    ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }
    : { messaging_type: 'RESPONSE' };
}

function answeredBy({ isReplyNamed, replyTo }: OutboundMessage): object {
  return isReplyNamed && replyTo ? { reply_to: { mid: replyTo.externalId } } : {};
}

function textOf({ body, content, clientKey: metadata }: OutboundMessage): object {
  const choices = Array.isArray(content?.choices) ? content.choices.filter(isValues) : [];
  return {
    ...{ text: body, metadata },
    ...(choices.length > 0 && { quick_replies: choices.map(quickReply) }),
  };
}

const LONGEST_TITLE = 20;

function quickReply(choice: Values, index: number): object {
  const title = textIn(choice, 'title') ?? '';
  if (title === '' || title.length > LONGEST_TITLE) {
    const words = `Each choice needs a title of at most ${LONGEST_TITLE} characters.`;
    throw new Rejected('CHOICE_REFUSED', words);
  }
  return { content_type: 'text', title, payload: textIn(choice, 'payload') ?? String(index + 1) };
}

async function withFile(envelope: object, message: OutboundMessage, file: OutboundAttachment) {
  const attachment = { type: kindOf(file.contentType), payload: { is_reusable: false } };
  const parts = Object.entries(envelope).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return multipartForm({
    ...Object.fromEntries(parts),
    message: JSON.stringify({ attachment, metadata: message.clientKey }),
    filedata: {
      ...{ fileName: file.fileName, contentType: file.contentType },
      bytes: await file.read(),
    },
  });
}

function kindOf(contentType: string): string {
  const [family] = contentType.toLowerCase().split('/');
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'file';
}
