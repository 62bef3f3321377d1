import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { OutcomeUnknown, Rejected } from '../kit/errors';
import type { Graph } from '../meta/graph';
import { idIn, textIn, type Values } from '../meta/values';
import { openInstagram } from './client';
import { attachmentOf } from './files';
import { talkerOf } from './sign-in';

const HOUR = 3_600_000;
/** Free answers; after that people may answer for a while, and have to say that they are people. */
const FREE_HOURS = 24;

/** Sends a direct message, or an answer to a comment or mention. */
export async function send(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const graph = await openInstagram(context);
  if (message.privateReplyTo) return sendPrivately(message, graph, context);
  if (message.conversation.visibility === 'PUBLIC') return answerPublicly(message, graph, context);
  const { customer, threadKey } = message.conversation;
  const recipient = { id: customer?.externalId ?? threadKey };
  const { externalId } = await sendDirect(message, recipient, graph, context);
  return { externalId };
}

async function sendDirect(
  message: OutboundMessage,
  recipient: object,
  graph: Graph,
  context: ConnectorContext,
): Promise<{ externalId: string; answer: Values }> {
  const [file] = message.attachments;
  const answer = await graph.call({
    ...{ method: 'POST', path: `${talkerOf(context.channel)}/messages` },
    json: {
      recipient,
      ...purposeOf(message, context.clock()),
      message: file
        ? { attachment: await attachmentOf(file, graph, context.channel) }
        : { text: message.body },
    },
  });
  return { externalId: requireId(textIn(answer, 'message_id')), answer };
}

/** What a message is sent as: an answer, or one of a person after the time for free answers. */
function purposeOf({ conversation, isHuman, privateReplyTo }: OutboundMessage, now: Date): object {
  const since = conversation.lastInboundAt;
  const isLate = since !== null && now.getTime() - since.getTime() >= FREE_HOURS * HOUR;
  return isLate && isHuman && !privateReplyTo
    ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }
    : { messaging_type: 'RESPONSE' };
}

/** Once for each comment; Meta says only now who it is that is spoken to. */
async function sendPrivately(
  message: OutboundMessage,
  graph: Graph,
  context: ConnectorContext,
): Promise<SentMessage> {
  const recipient = { comment_id: message.privateReplyTo!.externalId };
  const { externalId, answer } = await sendDirect(message, recipient, graph, context);
  const person = idIn(answer, 'recipient_id');
  return {
    externalId,
    ...(person && { private: { threadKey: person, customer: { externalId: person } } }),
  };
}

async function answerPublicly(
  message: OutboundMessage,
  graph: Graph,
  { channel }: ConnectorContext,
): Promise<SentMessage> {
  const { platform } = message.conversation;
  const { body } = message;
  if (platform['isMention'] === true) {
    const [mediaId, commentId] = [idIn(platform, 'mediaId'), idIn(platform, 'commentId')];
    const answer = await graph.call({
      ...{ method: 'POST', path: `${channel.externalId}/mentions`, maybeDone: true },
      params: {
        ...(mediaId && { media_id: mediaId }),
        ...(commentId && { comment_id: commentId }),
        message: body,
      },
    });
    return { externalId: requireId(idIn(answer, 'id')) };
  }
  const answer = await graph.call({
    ...{ method: 'POST', path: `${topLevelOf(message)}/replies`, maybeDone: true },
    params: { message: body },
  });
  return { externalId: requireId(idIn(answer, 'id')) };
}

/** Only comments at the top can be answered: an answer to an answer goes there too. */
export function topLevelOf({ replyTo, conversation }: OutboundMessage): string {
  const id =
    idIn(replyTo?.platform ?? {}, 'topLevelId') ?? idIn(conversation.platform, 'topLevelId');
  if (conversation.platform['isLive'] === true) {
    throw new Rejected('LIVE_COMMENT', 'Instagram takes no public answers to live comments.');
  }
  if (id !== null) return id;
  throw new Rejected('NOTHING_TO_ANSWER', 'It is not known which comment this answers.');
}

function requireId(id: string | null): string {
  if (id !== null) return id;
  throw new OutcomeUnknown('Instagram did not say which message it made.');
}
