import type { ReplyFacts } from './can-reply';
import { ReplyRefusal } from './reply-refusal';

/** What decides whether a message can be answered in private. */
export interface PrivateReplyFacts extends Pick<ReplyFacts, 'status' | 'health' | 'hasConnector'> {
  /** For how many hours after it the platform takes a private answer; null: never. */
  hours: number | null;
  direction: 'INBOUND' | 'OUTBOUND' | 'NOTE';
  sentAt: Date;
  isDeleted: boolean;
  /** Whether there is an answer already that has not failed. */
  isAnswered: boolean;
}

/** Whether a message can be answered in private. */
export interface PrivateReplyPermission {
  allowed: boolean;
  /** Until when; also in the past. */
  until: Date | null;
  reason: ReplyRefusal | null;
  message: string | null;
}

const words: Partial<Record<ReplyRefusal, string>> = {
  NO_CONNECTOR: 'The channel has no connector to do it.',
  NOT_SUPPORTED: 'Only what others wrote in public can be answered in private, on some platforms.',
  CHANNEL_PAUSED: 'The channel is paused: resume it first.',
  CHANNEL_DISCONNECTED: 'The channel is disconnected: connect it again first.',
  NEEDS_RECONNECT:
    'The platform does not accept the channel’s credentials: connect it again first.',
  WINDOW_CLOSED: 'The platform takes private answers only for some days: that time is over.',
  ALREADY_ANSWERED:
    'It was answered in private already, which the platform allows once: go on in that conversation.',
};

const HOUR = 3_600_000;

export function canReplyPrivately(facts: PrivateReplyFacts, now: Date): PrivateReplyPermission {
  const { hours, sentAt } = facts;
  const until = hours === null ? null : new Date(sentAt.getTime() + hours * HOUR);
  const reason = refusal(facts, until, now);
  return { allowed: reason === null, until, reason, message: reason && (words[reason] ?? null) };
}

function refusal(facts: PrivateReplyFacts, until: Date | null, now: Date): ReplyRefusal | null {
  if (!facts.hasConnector) return ReplyRefusal.NO_CONNECTOR;
  if (!until || facts.direction !== 'INBOUND' || facts.isDeleted) return ReplyRefusal.NOT_SUPPORTED;
  if (facts.status === 'DISCONNECTED') return ReplyRefusal.CHANNEL_DISCONNECTED;
  if (facts.status === 'PAUSED') return ReplyRefusal.CHANNEL_PAUSED;
  if (facts.health === 'NEEDS_RECONNECT') return ReplyRefusal.NEEDS_RECONNECT;
  if (facts.isAnswered) return ReplyRefusal.ALREADY_ANSWERED;
  return now >= until ? ReplyRefusal.WINDOW_CLOSED : null;
}
