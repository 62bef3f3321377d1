import type { Connector, ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import { Rejected } from '../kit/errors';
import { compose } from './compose';
import { ownId, tokenOf } from './own-ids';
import { mailSettings } from './settings';
import { handIn } from './smtp';

/** Messages by machines that one conversation bears in an hour: two machines never stop else. */
const MOST_AUTOMATIC = 10;
const HOUR = 3_600_000;

/** The Message-ID of a message: from its client key alone. */
export const plannedId: NonNullable<Connector['plannedId']> = ({ clientKey }, channel) =>
  ownId(tokenOf(clientKey), mailSettings(channel));

export async function send(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  const settings = mailSettings(context.channel);
  if (!message.isHuman) refuseLoop(message);
  const recipient = recipientOf(message);
  const { raw, subject, references } = await compose(message, recipient, settings);
  const { address, copyToSelf } = settings;
  const copy = copyToSelf && recipient.toLowerCase() !== address ? address : null;
  await handIn(context, { from: address, recipient, copy }, raw);
  return {
    externalId: message.plannedId ?? plannedId(message, context.channel)!,
    platform: { references, subject, isAutomatic: !message.isHuman },
  };
}

/** Whom an answer goes to: as the newest message of theirs asks, else to whom the conversation is with. */
function recipientOf({ replyTo, conversation }: OutboundMessage): string {
  const { customer, history } = conversation;
  const answered =
    replyTo?.direction === 'INBOUND'
      ? replyTo
      : history.find(({ direction }) => direction === 'INBOUND');
  const candidates = [answered?.platform['answerTo'], customer?.handle, customer?.externalId];
  const recipient = candidates.find(
    (text): text is string =>
      typeof text === 'string' && /^[^\s@<>",;:]+@[^\s@<>",;:]+$/.test(text),
  );
  if (recipient === undefined) {
    throw new Rejected(
      'RECIPIENT_UNKNOWN',
      'The conversation is with nobody whose address is known.',
    );
  }
  return recipient;
}

function refuseLoop({ replyTo, conversation, queuedAt }: OutboundMessage): void {
  if (replyTo?.platform['isAutomatic'] === true) {
    throw new Rejected('LOOP', 'A machine does not answer a machine.');
  }
  const lately = conversation.history.filter(
    ({ direction, platform, sentAt }) =>
      direction === 'OUTBOUND' &&
      platform['isAutomatic'] === true &&
      queuedAt.getTime() - sentAt.getTime() < HOUR,
  );
  if (lately.length >= MOST_AUTOMATIC) {
    throw new Rejected(
      'LOOP',
      `Machines have sent ${lately.length} messages here within the hour.`,
    );
  }
}
