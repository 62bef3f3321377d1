import { z } from 'zod';
import { Message, MessageAction } from '../../entities';
import type { MessageFailure } from '../../entities/message';
import type { NewEvent } from '../../events/registry';
import { reportHealth } from '../channel/set-health';
import { lockFacts } from '../conversation/lock-facts';
import { releaseFiles } from '../file/release-files';
import { hide } from '../inbound/hiding';
import { react } from '../inbound/reactions';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { reviseMessages } from '../message/revise-message';
import { performLater } from './action-jobs';

/** What is done. */
export type ActionKind = MessageAction['kind'];

/** What came of an attempt to do something to a message. */
export type ActionOutcome =
  | { kind: 'DONE'; reactionId: string | null; replacesOthers: boolean }
  /** It is tried again; `needsReconnect` where only a person can help. */
  | { kind: 'LATER'; seconds: number; needsReconnect: boolean; reason: string }
  | { kind: 'FAILED'; failure: MessageFailure };

interface Performed {
  actionId: string;
  outcome: ActionOutcome;
}

/** Keeps what came of it. What the platform has done is a fact, also where it was given up meanwhile. */
export const recordAction = defineCommand({
  name: 'messageActionRecord',
  input: z.custom<Performed>((value) => typeof value === 'object'),
  async run(work, { actionId, outcome }): Promise<Outcome<object>> {
    const { manager, actor, now } = work;
    const key = { workspaceId: actor.workspaceId, id: actionId };
    const action = await manager.findOne(MessageAction, {
      ...{ where: key, lock: { mode: 'pessimistic_write' } },
    });
    const message =
      action &&
      (await manager.findOneBy(Message, { workspaceId: key.workspaceId, id: action.messageId }));
    if (!message || action.status === 'DONE') return { result: {} };
    if (outcome.kind === 'DONE') {
      await manager.update(MessageAction, key, { status: 'DONE', failure: null, settledAt: now });
      return { result: {}, events: await apply(work, action, message, outcome) };
    }
    if (action.status !== 'QUEUED') return { result: {} };
    if (outcome.kind === 'LATER') {
      const { channelId } = message;
      await manager.update(MessageAction, key, { attempts: action.attempts + 1 });
      await performLater(work, { actionId, channelId }, outcome.seconds);
      return { result: {}, events: await troubles(work, channelId, outcome) };
    }
    const { failure } = outcome;
    await manager.update(MessageAction, key, { status: 'FAILED', failure, settledAt: now });
    return { result: {}, events: [await failed(work, action, message)] };
  },
});

/** The same as if the platform had told of it. */
async function apply(
  work: Work,
  { kind, reaction }: MessageAction,
  { id: messageId, conversationId }: Message,
  { reactionId, replacesOthers }: ActionOutcome & { kind: 'DONE' },
): Promise<NewEvent[]> {
  const at = work.now;
  const place = { messageId, conversationId };
  switch (kind) {
    case 'HIDE':
    case 'SHOW':
      return hide(work, [{ ...place, hidden: kind === 'HIDE', at }]);
    case 'DELETE': {
      const events = await reviseMessages(work, [{ ...place, versions: [], deletedAt: at }]);
      await releaseFiles(work, [messageId]);
      return events;
    }
    case 'REACT':
    case 'UNREACT': {
      const own = { ...place, actorKey: '', customerId: null, at };
      const given = { ...own, reaction: reaction!, removed: kind === 'UNREACT' };
      return react(work, [
        ...(kind === 'REACT' && replacesOthers
          ? [{ ...own, reaction: '', removed: true, externalId: null }]
          : []),
        { ...given, externalId: reactionId },
      ]);
    }
    case 'MARK_READ':
      return [];
  }
}

async function troubles(
  work: Work,
  channelId: string,
  { needsReconnect, reason }: ActionOutcome & { kind: 'LATER' },
): Promise<NewEvent[]> {
  if (!needsReconnect) return [];
  const health = 'NEEDS_RECONNECT';
  return reportHealth(work, channelId, { part: 'SENDER', health, reason, at: work.now });
}

async function failed(
  work: Work,
  { kind }: MessageAction,
  { id: subjectId, conversationId }: Message,
): Promise<NewEvent> {
  const change = (await lockFacts(work, [conversationId])).get(conversationId)!;
  return { type: 'message.action_failed', subjectId, data: { ...change, conversationId, kind } };
}
