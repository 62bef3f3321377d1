import { z } from 'zod';
import { Message } from '../../entities';
import type { MessageFailure } from '../../entities/message';
import type { NewEvent } from '../../events/registry';
import { reportHealth } from '../channel/set-health';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { carrierOf, lockMessage, restatus, type LockedMessage } from './lock-message';
import { dequeue } from './queue';
import { recordSent, type SentFacts } from './record-sent';
import { isSettled } from './status';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';

/** What came of an attempt to send a message. */
export type SendOutcome =
  | ({ kind: 'SENT' } & SentFacts)
  /** It is tried again; `isUncertain` where an attempt may have got through. */
  | {
      kind: 'LATER';
      seconds: number;
      isUncertain: boolean;
      reason: string;
      /** Whether it is the message's own matter: then the channel is well. */
      isOfMessage?: boolean;
    }
  /** Nothing can be sent until a person connects the account again. */
  | { kind: 'RECONNECT'; isUncertain: boolean; reason: string }
  | { kind: 'FAILED'; failure: MessageFailure }
  /** There was nothing to send any longer. */
  | { kind: 'NOTHING' };

interface Attempted {
  messageId: string;
  /** Of the claim. */
  token: string;
  outcome: SendOutcome;
}

/**
 * Keeps what came of an attempt. Once the claim was lost to another process only a success still
 * counts, because that is a fact about the platform.
 */
export const recordOutcome = defineCommand({
  name: 'messageOutcomeRecord',
  input: z.custom<Attempted>((value) => typeof value === 'object'),
  async run(work, { messageId, token, outcome }): Promise<Outcome<object>> {
    const locked = await lockMessage(work, messageId);
    if (!locked) return { result: {} };
    if (outcome.kind === 'SENT') {
      return { result: {}, events: await recordSent(work, locked, outcome) };
    }
    if (locked.place?.token !== token) return { result: {} };
    return { result: {}, events: await recordUnsent(work, locked, outcome) };
  },
});

const withdrawn: MessageFailure = {
  code: 'CANCELLED',
  message: 'It was deleted before it was sent.',
};

/** After so many attempts in vain a channel's health says so. */
const TROUBLED = 3;

async function recordUnsent(
  work: Work,
  locked: LockedMessage,
  outcome: Exclude<SendOutcome, { kind: 'SENT' }>,
): Promise<NewEvent[]> {
  const { message } = locked;
  // an echo or a receipt may have told meanwhile what became of it
  if (isSettled(message.status)) {
    await dequeue(work, message.id);
    return [];
  }
  if (outcome.kind === 'NOTHING' || message.deletedAt !== null) {
    return recordFailure(work, locked, withdrawn);
  }
  if (outcome.kind === 'FAILED') return recordFailure(work, locked, outcome.failure);
  const seconds = outcome.kind === 'LATER' ? outcome.seconds : 0;
  await putBack(work, message, outcome.isUncertain, seconds);
  const isOwn = outcome.kind === 'LATER' && outcome.isOfMessage === true;
  const isTrouble = outcome.kind === 'RECONNECT' || (!isOwn && locked.place!.attempts >= TROUBLED);
  if (!isTrouble) return [];
  const health = outcome.kind === 'RECONNECT' ? 'NEEDS_RECONNECT' : 'DEGRADED';
  const { reason } = outcome;
  return reportHealth(work, carrierOf(message), { part: 'SENDER', health, reason, at: work.now });
}

async function recordFailure(
  work: Work,
  locked: LockedMessage,
  failure: MessageFailure,
): Promise<NewEvent[]> {
  const { workspaceId, id } = locked.message;
  await dequeue(work, id);
  await work.manager.update(Message, { workspaceId, id }, { status: 'FAILED', failure });
  return [await restatus(work, locked, 'FAILED', failure)];
}

/** It keeps its place, and counts as being sent while that is not known. */
async function putBack(
  { session, manager }: Work,
  { workspaceId, id }: Message,
  isUncertain: boolean,
  seconds: number,
): Promise<void> {
  await queryObjects(
    session,
    sql`update outbound_queue
        set due_at = now() + ${seconds}::float8 * interval '1 second', locked_by = null,
          locked_until = null, is_uncertain = ${isUncertain}
        where workspace_id = ${workspaceId} and message_id = ${id}`,
  );
  const status = isUncertain ? 'SENDING' : 'QUEUED';
  await manager.update(Message, { workspaceId, id }, { status });
}
