import type { ConnectorContext, OutboundMessage, SentMessage } from '../connectors/kit/connector';
import type { Connector } from '../connectors/kit/connector';
import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../connectors/kit/errors';
import { OUTCOME_UNKNOWN } from '../domain/outbound/retry-and-cancel';
import type { MessageFailure } from '../entities/message';

/** What an attempt to send came to, before it is decided when there is another one. */
export type Attempt =
  | { kind: 'SENT'; sent: SentMessage }
  | {
      kind: 'LATER';
      afterSeconds: number | null;
      isUncertain: boolean;
      reason: string;
      /** Whether it is the message's own matter, and not the channel's. */
      isOfMessage?: boolean;
    }
  | { kind: 'RECONNECT'; isUncertain: boolean; reason: string }
  | { kind: 'FAILED'; failure: MessageFailure };

/** For a person to decide: nobody else can tell. */
export const unknown: MessageFailure = {
  code: OUTCOME_UNKNOWN,
  message:
    'The platform did not say whether it has the message. It may have arrived: check there, then retry.',
};

/**
 * Sends a message; one that an earlier attempt may have sent is looked for before, unless the
 * platform makes one message of all attempts. What was found out counts even where the next step
 * fails, so that nothing is looked for twice without need.
 */
export async function attemptSend(
  connector: Connector,
  message: OutboundMessage,
  context: ConnectorContext,
  wasUncertain: boolean,
): Promise<Attempt> {
  const { resend } = connector.manifest;
  if (wasUncertain && resend !== 'idempotent') {
    if (!connector.findSent) return { kind: 'FAILED', failure: unknown };
    let found: SentMessage | null;
    try {
      found = await connector.findSent(message, context);
    } catch (error) {
      return failedLook(error);
    }
    if (found) return { kind: 'SENT', sent: found };
    if (resend === 'unsafe') return { kind: 'FAILED', failure: unknown };
  }
  try {
    return { kind: 'SENT', sent: await connector.send!(message, context) };
  } catch (error) {
    // what an idempotent platform may have from before, it may still have
    const attempt = failedSend(error, wasUncertain && resend === 'idempotent');
    const isLost = attempt.kind === 'LATER' && attempt.isUncertain;
    const canTell = resend === 'idempotent' || 'findSent' in connector;
    return isLost && !canTell ? { kind: 'FAILED', failure: unknown } : attempt;
  }
}

/** Whether it has arrived is as uncertain as before. */
function failedLook(error: unknown): Attempt {
  const reason = wordsOf(error);
  if (error instanceof ReconnectNeeded) return { kind: 'RECONNECT', isUncertain: true, reason };
  const afterSeconds = error instanceof RetryLater ? (error.afterSeconds ?? null) : null;
  return { kind: 'LATER', afterSeconds, isUncertain: true, reason };
}

function failedSend(error: unknown, wasUncertain: boolean): Attempt {
  const reason = wordsOf(error);
  if (error instanceof RetryLater) {
    const afterSeconds = error.afterSeconds ?? null;
    const { isOfMessage } = error;
    return { kind: 'LATER', afterSeconds, isUncertain: wasUncertain, reason, isOfMessage };
  }
  if (error instanceof ReconnectNeeded) {
    return { kind: 'RECONNECT', isUncertain: wasUncertain, reason };
  }
  if (error instanceof Rejected) {
    return { kind: 'FAILED', failure: { code: error.code, message: reason } };
  }
  return { kind: 'LATER', afterSeconds: null, isUncertain: true, reason };
}

/** Words for people: of an error that a connector did not foresee, none of its own. */
function wordsOf(error: unknown): string {
  const isForeseen =
    error instanceof RetryLater ||
    error instanceof ReconnectNeeded ||
    error instanceof Rejected ||
    error instanceof OutcomeUnknown;
  return isForeseen
    ? error.message
    : 'Sending failed for a reason that the connector did not tell.';
}
