import { silent, type Capabilities } from '../../connectors/kit/capabilities';
import { ReplyRefusal } from './reply-refusal';

/** What decides whether something can be sent in a conversation. */
export interface ReplyFacts {
  /** Of the channel's connector: null where it has none, or one that sends nothing in such talk. */
  capabilities: Capabilities | null;
  hasConnector: boolean;
  status: 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';
  health: 'OK' | 'DEGRADED' | 'NEEDS_RECONNECT';
  hasCustomer: boolean;
  /** Provider's time of the customer's last message. */
  lastInboundAt: Date | null;
}

/** Whether something can be sent in a conversation, and what. */
export interface ReplyPermission {
  allowed: boolean;
  /** Until when, where that is limited; also in the past. */
  until: Date | null;
  reason: ReplyRefusal | null;
  /** The reason for people, with what they can do. */
  message: string | null;
  capabilities: Capabilities;
}

const words: Record<Exclude<ReplyRefusal, ReplyRefusal.ALREADY_ANSWERED>, string> = {
  NO_CONNECTOR: 'The channel has no connector: its messages go out by your own transport.',
  NOT_SUPPORTED: 'Nothing can be sent in conversations of this kind on this channel.',
  CHANNEL_PAUSED: 'The channel is paused: resume it first.',
  CHANNEL_DISCONNECTED: 'The channel is disconnected: connect it again first.',
  NEEDS_RECONNECT:
    'The platform does not accept the channel’s credentials: connect it again first.',
  NO_RECIPIENT: 'It is not known whom the conversation is with.',
  NOTHING_TO_ANSWER: 'The customer has to write first on this platform.',
  WINDOW_CLOSED:
    'The platform only takes answers for so long after the customer’s last message: that time is over. Wait until the customer writes again, or use another channel.',
};

/** Whether the sender may write in the conversation now; a person may for longer on some platforms. */
export function canReply(facts: ReplyFacts, isHuman: boolean, now: Date): ReplyPermission {
  const capabilities = facts.capabilities ?? silent;
  const until = windowEnd(facts, isHuman);
  const reason = refusal(facts, until, now);
  return {
    allowed: reason === null,
    until,
    reason,
    message: reason && words[reason as keyof typeof words],
    capabilities,
  };
}

const HOUR = 3_600_000;

function windowEnd({ capabilities, lastInboundAt }: ReplyFacts, isHuman: boolean): Date | null {
  const window = capabilities?.replyWindow;
  if (!window || !lastInboundAt) return null;
  const hours = isHuman ? Math.max(window.humanHours ?? 0, window.hours) : window.hours;
  return new Date(lastInboundAt.getTime() + hours * HOUR);
}

function refusal(facts: ReplyFacts, until: Date | null, now: Date): ReplyRefusal | null {
  const { capabilities, status, health, lastInboundAt } = facts;
  if (!facts.hasConnector) return ReplyRefusal.NO_CONNECTOR;
  if (!capabilities || sendsNothing(capabilities)) return ReplyRefusal.NOT_SUPPORTED;
  if (status === 'DISCONNECTED') return ReplyRefusal.CHANNEL_DISCONNECTED;
  if (status === 'PAUSED') return ReplyRefusal.CHANNEL_PAUSED;
  if (health === 'NEEDS_RECONNECT') return ReplyRefusal.NEEDS_RECONNECT;
  if (!lastInboundAt) {
    // free text within a window needs something that opens it
    if (!capabilities.proactive || capabilities.replyWindow) return ReplyRefusal.NOTHING_TO_ANSWER;
    if (!facts.hasCustomer) return ReplyRefusal.NO_RECIPIENT;
  }
  return until && now >= until ? ReplyRefusal.WINDOW_CLOSED : null;
}

function sendsNothing({ text, media, mostAttachments }: Capabilities): boolean {
  return text.longest === 0 && (mostAttachments === 0 || Object.keys(media).length === 0);
}
