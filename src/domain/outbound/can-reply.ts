import { silent, type Capabilities } from '../../connectors/kit/capabilities';
import { ReplyRefusal } from './reply-refusal';

/** What decides whether something can be sent in a conversation. */
export interface ReplyFacts {
  /** Of the channel's connector: null where it has none, or one that sends nothing in such talk. */
  capabilities: Capabilities | null;
  hasConnector: boolean;
  status: 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';
  /** How the channel stands by which messages go out; NONE where that is the channel itself. */
  link: 'NONE' | 'MISSING' | 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';
  /** Of whatever they go out by. */
  health: 'OK' | 'DEGRADED' | 'NEEDS_RECONNECT';
  hasCustomer: boolean;
  /** Why nobody can be written to, in the connector's words; null where somebody can. */
  unreachable: string | null;
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
  CHANNEL_NOT_LINKED:
    'Answers go out by another channel, and none is linked: name one in this channel’s settings.',
  NO_RECIPIENT: 'It is not known whom the conversation is with.',
  NOTHING_TO_ANSWER: 'The customer has to write first on this platform.',
  WINDOW_CLOSED:
    'The platform only takes answers for so long after the customer’s last message: that time is over. Wait until the customer writes again, or use another channel.',
};

/** The same where messages go out by a linked channel, and it is that one's matter. */
const linkedWords: Partial<Record<ReplyRefusal, string>> = {
  CHANNEL_PAUSED: 'The channel by which answers go out is paused: resume it first.',
  CHANNEL_DISCONNECTED:
    'The channel by which answers go out is disconnected: connect it again, or link another one.',
  NEEDS_RECONNECT:
    'The channel by which answers go out can’t sign in any longer: connect it again first.',
};

/** What can be done instead where the platform takes templates at any time. */
const wordsWithTemplates: Partial<Record<ReplyRefusal, string>> = {
  NOTHING_TO_ANSWER: 'The customer has not written yet: send a template (`template`) instead.',
  WINDOW_CLOSED:
    'The platform only takes free text for so long after the customer’s last message: that time is over. Send a template (`template`) instead.',
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
    message: reason && wordsFor(reason, facts),
    capabilities,
  };
}

/** Whether a template can be sent in the conversation now: they need no message of the customer's. */
export function canSendTemplate(facts: ReplyFacts, now: Date): ReplyPermission {
  const capabilities = facts.capabilities ?? silent;
  const asIfAnswering = { ...facts, lastInboundAt: now };
  const reason = capabilities.templates
    ? (refusal(asIfAnswering, null, now) ?? (facts.hasCustomer ? null : ReplyRefusal.NO_RECIPIENT))
    : (refusal(facts, null, now) ?? ReplyRefusal.NOT_SUPPORTED);
  const isAbout = reason === ReplyRefusal.NOT_SUPPORTED && facts.capabilities !== null;
  const message = isAbout
    ? 'There are no templates on this channel.'
    : reason && wordsFor(reason, facts);
  return { allowed: reason === null, until: null, reason, message, capabilities };
}

function wordsFor(
  reason: ReplyRefusal,
  { status, link, unreachable, capabilities }: ReplyFacts,
): string {
  const instead = capabilities?.templates ? wordsWithTemplates[reason] : undefined;
  if (instead !== undefined) return instead;
  if (reason === ReplyRefusal.NO_RECIPIENT && unreachable !== null) return unreachable;
  const isOfLink = link !== 'NONE' && status === 'ACTIVE';
  return (isOfLink ? linkedWords[reason] : undefined) ?? words[reason as keyof typeof words];
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
  if (facts.link === 'MISSING') return ReplyRefusal.CHANNEL_NOT_LINKED;
  if (!capabilities || sendsNothing(capabilities)) return ReplyRefusal.NOT_SUPPORTED;
  const standing = [status, facts.link];
  if (standing.includes('DISCONNECTED')) return ReplyRefusal.CHANNEL_DISCONNECTED;
  if (standing.includes('PAUSED')) return ReplyRefusal.CHANNEL_PAUSED;
  if (facts.unreachable !== null) return ReplyRefusal.NO_RECIPIENT;
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
