import type { ConnectorContext } from '../kit/connector';
import { OutcomeUnknown, Rejected } from '../kit/errors';
import type { OutboundMessage, SentMessage } from '../kit/outbound-message';
import { openApi } from './api';
import { partnerIn } from './direct-messages';
import { fieldsOf, idOf } from './fields';
import { findSent } from './find-sent';
import { secondOfId, timeOfId } from './ids';
import { saysDouble } from './problems';
import { uploadAll } from './uploads';

/** Sends an answer: in public a reply, in private a direct message. */
export function send(message: OutboundMessage, context: ConnectorContext): Promise<SentMessage> {
  const partner = partnerIn(message.conversation.threadKey);
  return partner === null ? reply(message, context) : write(message, partner, context);
}

async function reply(message: OutboundMessage, context: ConnectorContext): Promise<SentMessage> {
  const parent = parentOf(message);
  const mediaIds = await uploadAll(message, context);
  const answer = await openApi(context).callUnless(saysDouble, {
    ...{ method: 'POST', path: '/2/tweets', bucket: 'posts' },
    json: {
      ...(message.body !== '' && { text: message.body }),
      reply: { in_reply_to_tweet_id: parent },
      ...(mediaIds.length > 0 && { media: { media_ids: mediaIds } }),
    },
  });
  // an attempt before this one may have got through after all
  const found = answer ? null : await findSent(message, context);
  if (found) return found;
  if (!answer) {
    const words = 'X does not take the same words twice in a short while: change something.';
    throw new Rejected('DUPLICATE', words);
  }
  return sentPost(idOf(fieldsOf(answer.data), 'id'));
}

/** @throws OutcomeUnknown where X has not said which post it is. */
export function sentPost(id: string | null): SentMessage {
  if (id === null) throw new OutcomeUnknown('X did not say under which id it was posted.');
  const sentAt = secondOfId(id);
  return { externalId: id, ...(sentAt && { sentAt }) };
}

/** The post that is answered. */
export function parentOf({ replyTo, conversation: { history } }: OutboundMessage): string {
  const answered =
    replyTo ?? history.find(({ direction }) => direction === 'INBOUND') ?? history[0];
  if (answered && /^\d{1,19}$/.test(answered.externalId)) return answered.externalId;
  throw new Rejected('NOTHING_TO_ANSWER', 'There is no post in the conversation to answer.');
}

async function write(
  message: OutboundMessage,
  partner: string,
  context: ConnectorContext,
): Promise<SentMessage> {
  if (context.channel.settings.directMessages === false) {
    throw new Rejected('NOT_SUPPORTED', 'Direct messages are switched off for this channel.');
  }
  const mediaIds = await uploadAll(message, context);
  const { data } = await openApi(context).call({
    ...{ method: 'POST', path: `${mailboxOf(message, partner)}/messages`, bucket: 'dm-send' },
    json: {
      ...(message.body !== '' && { text: message.body }),
      ...(mediaIds.length > 0 && { attachments: mediaIds.map((media_id) => ({ media_id })) }),
    },
  });
  return sentMail(idOf(fieldsOf(data), 'dm_event_id'));
}

export function sentMail(id: string | null): SentMessage {
  if (id === null) throw new OutcomeUnknown('X did not say under which id it was sent.');
  const sentAt = timeOfId(id);
  return { externalId: id, ...(sentAt && { sentAt }) };
}

/** Where the talk with somebody, or that of a group, is. */
export function mailboxOf({ conversation }: OutboundMessage, partner: string): string {
  const isGroup = conversation.customer !== null && conversation.customer.externalId !== partner;
  return isGroup ? `/2/dm_conversations/${partner}` : `/2/dm_conversations/with/${partner}`;
}
