import { seesChannel } from '../../auth/actor';
import { Conversation, Message } from '../../entities';
import { changeOf, factsOf } from '../conversation/facts';
import type { MessageFailure, MessageStatus } from '../../entities/message';
import type { ConversationChange, NewEvent } from '../../events/registry';
import { countAnew } from '../ingest/retime';
import type { Work } from '../kit/command';
import { lockPlace, type QueuePlace } from './queue';

/** A message with all that goes with it on its way out, locked. */
export interface LockedMessage {
  message: Message;
  conversation: Conversation;
  place: QueuePlace | null;
}

/** Locks a message, its conversation and its place in the queue, in this order; null where there is none. */
export async function lockMessage(work: Work, id: string): Promise<LockedMessage | null> {
  const { manager, actor } = work;
  const key = { workspaceId: actor.workspaceId, id };
  const found = await manager.findOneBy(Message, key);
  if (!found || !seesChannel(actor, found.channelId)) return null;
  const { workspaceId, conversationId } = found;
  const lock = { mode: 'pessimistic_write' } as const;
  const conversation = await manager.findOneOrFail(Conversation, {
    ...{ where: { workspaceId, id: conversationId }, lock },
  });
  const place = await lockPlace(work, id);
  const message = await manager.findOne(Message, { where: key, lock });
  return message && { message, conversation, place };
}

/** The channel that a message goes out by. */
export function carrierOf({
  channelId,
  carrierChannelId,
}: Pick<Message, 'channelId' | 'carrierChannelId'>): string {
  return carrierChannelId ?? channelId;
}

/**
 * The event of a message's new status.
 * @param occurredAt the platform's time; absent: now.
 */
export function statusChanged(
  { id: subjectId, conversationId }: Message,
  change: ConversationChange,
  { status, failure }: { status: MessageStatus; failure: Pick<MessageFailure, 'code'> | null },
  occurredAt?: Date,
): NewEvent {
  const data = { ...change, conversationId, status, failureCode: failure?.code ?? null };
  return { type: 'message.status_changed', subjectId, occurredAt, data };
}

/** The same once it counts as an answer no longer, or again: what did not arrive answers nothing. */
export async function restatus(
  work: Work,
  { message, conversation }: LockedMessage,
  status: MessageStatus,
  failure: MessageFailure | null = null,
): Promise<NewEvent> {
  const facts = await factsOf(work, conversation);
  const changes = await countAnew(work, conversation, message);
  return statusChanged(message, changeOf(facts, changes), { status, failure });
}
