import type { Logger } from 'pino';
import { connectorActor } from '../auth/actor';
import type { SendingConfig } from '../config/config';
import type { Connections } from '../connections/connections';
import type { OpenChannel } from '../connections/open-channel';
import type { OutboundMessage } from '../connectors/kit/connector';
import type { Sessions } from '../db/sessions';
import type { UnitOfWork } from '../db/unit-of-work';
import { runCommand } from '../domain/kit/command';
import { canReply } from '../domain/outbound/can-reply';
import { recordOutcome, type SendOutcome } from '../domain/outbound/record-outcome';
import { ReplyRefusal } from '../domain/outbound/reply-refusal';
import type { MessageFailure } from '../entities/message';
import type { Files } from '../files/files';
import { retryDelay } from '../jobs/retry-schedule';
import { attemptSend, unknown, type Attempt } from './attempt';
import type { Claimed } from './claim';
import { inTime } from './in-time';
import { loadMessage } from './load-message';

/** What messages are sent with. */
export interface Delivering {
  connections: Connections;
  sessions: Sessions;
  units: UnitOfWork;
  files: Files;
  clock: () => Date;
  config: SendingConfig;
  log: Logger;
}

/**
 * Makes one attempt at a message and writes down what came of it.
 * @returns what came of it, for the pace of the attempts after.
 */
export async function deliver(
  claimed: Claimed,
  means: Delivering,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { connections, sessions, units, clock } = means;
  const { workspaceId, channelId, homeId, messageId, token } = claimed;
  const message = await sessions.with(workspaceId, (session) =>
    loadMessage(session, claimed, means.files),
  );
  const open = message && (await connections.read(workspaceId, channelId));
  const outcome = open
    ? outcomeOf(await attempt(claimed, message, open, means, signal), claimed, means)
    : message
      ? ({ kind: 'LATER', seconds: 60, isUncertain: claimed.wasUncertain, reason: '' } as const)
      : ({ kind: 'NOTHING' } as const);
  const actor = connectorActor(workspaceId, homeId, open?.channel.name ?? '');
  const args = { messageId, token, outcome };
  const answer = await runCommand(units, actor, clock(), recordOutcome, args);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return outcome;
}

const disconnected: MessageFailure = {
  code: ReplyRefusal.CHANNEL_DISCONNECTED,
  message:
    'The channel was disconnected before it was sent. Connect it again, or link another one, then retry.',
};

async function attempt(
  { wasUncertain }: Claimed,
  message: OutboundMessage,
  open: OpenChannel,
  { connections, clock, config }: Delivering,
  stopping: AbortSignal,
): Promise<Attempt> {
  const { connector } = open;
  if (open.status === 'DISCONNECTED') {
    return { kind: 'FAILED', failure: wasUncertain ? unknown : disconnected };
  }
  if (!connector.send) {
    return { kind: 'FAILED', failure: { code: 'NOT_SUPPORTED', message: 'Nothing can be sent.' } };
  }
  const closed = wasUncertain ? null : closedWindow(message, open, clock());
  if (closed) return closed;
  const limit = AbortSignal.timeout(config.timeoutSeconds * 1_000);
  const signal = AbortSignal.any([stopping, limit]);
  const context = connections.contextOf(open, signal);
  return inTime(attemptSend(connector, message, context, wasUncertain), signal, () => ({
    ...{ kind: 'LATER', afterSeconds: null, isUncertain: true },
    reason: 'Sending took too long.',
  }));
}

/** The time for answers may have passed while the message waited. */
function closedWindow(
  {
    isHuman,
    content,
    privateReplyTo,
    conversation: { visibility, lastInboundAt },
  }: OutboundMessage,
  { connector }: OpenChannel,
  now: Date,
): Attempt | null {
  if (content?.fromTemplate) return null;
  const { private: inPrivate, public: inPublic } = connector.manifest.capabilities;
  if (privateReplyTo) {
    const hours = inPublic?.privateReplies?.hours ?? 0;
    if (now.getTime() < privateReplyTo.sentAt.getTime() + hours * 3_600_000) return null;
    const words = 'The time in which the platform takes private answers has passed meanwhile.';
    return { kind: 'FAILED', failure: { code: ReplyRefusal.WINDOW_CLOSED, message: words } };
  }
  const capabilities = (visibility === 'PRIVATE' ? inPrivate : inPublic) ?? null;
  const always = { hasConnector: true, status: 'ACTIVE', link: 'NONE', health: 'OK' } as const;
  const facts = { ...always, hasCustomer: true, unreachable: null, capabilities, lastInboundAt };
  const { reason, message } = canReply(facts, isHuman, now);
  if (reason !== ReplyRefusal.WINDOW_CLOSED) return null;
  return { kind: 'FAILED', failure: { code: reason, message: message! } };
}

function outcomeOf(
  tried: Attempt,
  { queuedAt, attempts }: Claimed,
  { clock, config }: Delivering,
): SendOutcome {
  if (tried.kind === 'SENT') {
    const { externalId, sentAt, status = 'SENT', platform, conversationPlatform } = tried.sent;
    const { private: inPrivate } = tried.sent;
    return {
      ...{ kind: 'SENT', externalId, status, sentAt: sentAt ?? clock() },
      ...{ platform: platform ?? null, conversationPlatform: conversationPlatform ?? null },
      ...(inPrivate && { private: inPrivate }),
    };
  }
  if (tried.kind !== 'LATER') return tried;
  const { isUncertain, reason, afterSeconds, isOfMessage } = tried;
  const seconds = retryDelay(
    {
      firstSeconds: config.retryFirstSeconds,
      longestSeconds: config.retryLongestSeconds,
      totalSeconds: config.retryHours * 3_600,
    },
    {
      attempt: attempts,
      elapsedSeconds: (clock().getTime() - queuedAt.getTime()) / 1_000,
      askedSeconds: afterSeconds,
    },
    Math.random(),
  );
  if (seconds !== null) return { kind: 'LATER', seconds, isUncertain, reason, isOfMessage };
  if (isUncertain) return { kind: 'FAILED', failure: unknown };
  const message = `It could not be sent for ${config.retryHours} hours. ${reason} Retry when the platform is back.`;
  return { kind: 'FAILED', failure: { code: 'UNREACHABLE', message } };
}
