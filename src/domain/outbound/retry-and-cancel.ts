import { z } from 'zod';
import type { Connections } from '../../connections/connections';
import { Message, type Channel } from '../../entities';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id } from '../kit/input';
import { carrierOf, lockMessage, restatus, type LockedMessage } from './lock-message';
import { dequeue, enqueue } from './queue';
import { requirePrivateReply } from './private-reply-facts';
import { publicMessageOf } from './reply-privately';
import { requireReply } from './require-reply';
import { plannedId, type Queued } from './send-message';

const input = z.object({ id: id('Message') });

/** The failure of a message about which nobody knows whether it has arrived. */
export const OUTCOME_UNKNOWN = 'OUTCOME_UNKNOWN';

/** Has a message that failed sent after all, at the end of its conversation's line. */
export const retryMessage = (connections: Connections) =>
  defineCommand({
    name: 'messageSendRetry',
    input,
    async run(work, args): Promise<Outcome<Queued>> {
      const locked = await requireStatus(work, args.id, 'FAILED');
      const { message, conversation } = locked;
      const answered = await publicMessageOf(work, message);
      const { channel, carrier } = answered
        ? await privateWay(work, connections, answered, message)
        : await requireReply(
            work,
            connections,
            conversation,
            ['id'],
            message.isForPerson,
            kindOf(message),
          );
      const { resend } = connections.connectors[carrier.connector!]!.manifest;
      // whoever retries has looked where the platform can't tell
      const canTell = resend !== 'unsafe' && carrier.id === carrierOf(message);
      const isUncertain = message.failure?.code === OUTCOME_UNKNOWN && canTell;
      await change(work, message, {
        ...{ status: 'QUEUED', failure: null },
        // another channel has been linked since, where it goes by another id
        ...(carrier.id !== carrierOf(message) && {
          carrierChannelId: carrier.id === channel.id ? null : carrier.id,
          externalId: plannedId(connections, carrier, message.clientKey!, message.receivedAt),
        }),
      });
      const { id: messageId, conversationId } = message;
      await enqueue(work, { messageId, conversationId, channelId: carrier.id }, isUncertain);
      const events = [await restatus(work, locked, 'QUEUED')];
      return { result: { messageId, conversationId }, events };
    },
  });

function kindOf({ content }: Message): 'TEXT' | 'TEMPLATE' {
  return content?.fromTemplate ? 'TEMPLATE' : 'TEXT';
}

/** An answer in private goes out by the channel itself. */
async function privateWay(
  work: Work,
  connections: Connections,
  answered: Message,
  { id: again }: Message,
): Promise<{ channel: Channel; carrier: Channel }> {
  const channel = await requirePrivateReply(work, connections, answered, ['id'], again);
  return { channel, carrier: channel };
}

/** Keeps a message from being sent that still waits. */
export const cancelMessage = defineCommand({
  name: 'messageCancel',
  input,
  async run(work, args): Promise<Outcome<Queued>> {
    const locked = await requireStatus(work, args.id, 'QUEUED');
    const { id: messageId, conversationId } = locked.message;
    await dequeue(work, messageId);
    const words = 'It was cancelled before it was sent. It can be sent after all.';
    const failure = { code: 'CANCELLED', message: words };
    await change(work, locked.message, { status: 'FAILED', failure });
    const events = [await restatus(work, locked, 'FAILED', failure)];
    return { result: { messageId, conversationId }, events };
  },
});

async function requireStatus(
  work: Work,
  messageId: string,
  status: 'QUEUED' | 'FAILED',
): Promise<LockedMessage> {
  const locked = await lockMessage(work, messageId);
  if (!locked) throw notFound('message', ['id']);
  const { message } = locked;
  if (message.status === status && message.deletedAt === null) return locked;
  const words =
    status === 'QUEUED'
      ? 'Only what still waits can be cancelled: this message is on its way, or was never to be sent.'
      : 'Only a message that was not sent can be sent again.';
  throw new DomainError(ErrorCode.INVALID_STATE, words, ['id']);
}

async function change(
  { manager }: Work,
  { workspaceId, id: key }: Message,
  changes: Pick<Message, 'status' | 'failure'> &
    Partial<Pick<Message, 'carrierChannelId' | 'externalId'>>,
): Promise<void> {
  await manager.update(Message, { workspaceId, id: key }, changes);
}
