import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { systemActor } from '../auth/actor';
import type { WebhookConfig } from '../config/config';
import type { UnitOfWork } from '../db/unit-of-work';
import { runCommand } from '../domain/kit/command';
import { globalId } from '../domain/kit/ids';
import { disableWebhookEndpoint } from '../domain/webhook/disable-endpoint';
import type { OutgoingClient } from '../outgoing/http-client';
import { SecretUnreadable, type SecretBox } from '../secrets/secret-box';
import { send, signedRequest, type Attempt } from './attempt';
import { releaseClaim, type Claimed } from './claim';
import { recordAttempt, type Outcome } from './record-attempt';
import { retryDelay } from '../jobs/retry-schedule';

/** What deliveries are made with. */
export interface Delivering {
  pool: Pool;
  units: UnitOfWork;
  client: OutgoingClient;
  secrets: SecretBox;
  clock: () => Date;
  config: WebhookConfig;
  log: Pick<Logger, 'debug' | 'warn' | 'error'>;
}

/** After how many seconds a delivery is tried again whose secret this process can't read. */
const UNREADABLE_PAUSE = 60;

/** What receivers are told a message is, however often it is sent. */
function messageId({ eventId, id }: Claimed): string {
  return eventId ? globalId('Event', eventId) : globalId('WebhookDelivery', id);
}

/**
 * Makes one attempt at a delivery and writes down what came of it.
 * @param body what is sent; null when its event is past the retention of the log.
 * @returns after how many seconds it is tried again; null when it is not.
 */
export async function deliver(
  claimed: Claimed,
  body: string | null,
  means: Delivering,
  signal: AbortSignal,
): Promise<number | null> {
  const { clock, config, client, log } = means;
  if (body === null) {
    await recordAttempt(means, claimed, eventGone(claimed, clock()), { status: 'FAILED' });
    return null;
  }
  const secrets = await openSecrets(claimed, means);
  if (!secrets) return null;
  const { url } = claimed;
  const request = signedRequest({ id: messageId(claimed), url, body, secrets }, clock());
  const timeout = config.timeoutSeconds * 1_000;
  const attempt = await send(request, { client, clock, timeout, signal });
  const outcome = await outcomeOf(claimed, attempt, means);
  await recordAttempt(means, claimed, attempt, outcome);
  const { status, error, durationMs } = attempt;
  log.debug({ delivery: messageId(claimed), status, error, durationMs }, 'webhook sent');
  return outcome.status === 'PENDING' ? outcome.delaySeconds : null;
}

/** The secrets that are valid, newest first; null when this process does not have their key. */
async function openSecrets(claimed: Claimed, means: Delivering): Promise<string[] | null> {
  const { workspaceId, endpointId, secret, previousSecret, previousSecretUntil } = claimed;
  const { secrets, clock, log, pool } = means;
  const isBoth = previousSecret && previousSecretUntil && previousSecretUntil > clock();
  const owner = { workspaceId, rowId: endpointId };
  try {
    const sealed = isBoth ? [secret, previousSecret] : [secret];
    return await Promise.all(sealed.map((it) => secrets.open(it, owner)));
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    const endpoint = globalId('WebhookEndpoint', endpointId);
    log.error({ endpoint, err: error }, 'a webhook endpoint’s secret can’t be read');
    await releaseClaim(pool, claimed, UNREADABLE_PAUSE);
    return null;
  }
}

function eventGone({ url }: Claimed, now: Date): Attempt {
  return {
    ...{ startedAt: now, durationMs: 0, request: { url, headers: {} }, isOwnFault: true },
    ...{ status: null, excerpt: null, askedSeconds: null },
    error: 'The event was past the retention of the log before it could be sent.',
  };
}

async function outcomeOf(claimed: Claimed, attempt: Attempt, means: Delivering): Promise<Outcome> {
  const { retryFirstSeconds, retryLongestSeconds, retryHours } = means.config;
  if (attempt.error === null) return { status: 'DELIVERED' };
  const whenEnabled: Outcome = { status: 'PENDING', delaySeconds: retryLongestSeconds };
  if (attempt.status === 410) {
    await disable(claimed, means, { reason: 'GONE', since: null });
    return claimed.position === null ? { status: 'FAILED' } : whenEnabled;
  }
  if (claimed.position === null) return { status: 'FAILED' };
  const { startedAt, durationMs, askedSeconds } = attempt;
  const since = claimed.roundBeganAt ?? startedAt;
  const delaySeconds = retryDelay(
    {
      firstSeconds: retryFirstSeconds,
      longestSeconds: retryLongestSeconds,
      totalSeconds: retryHours * 3_600,
    },
    {
      attempt: claimed.roundAttempts + 1,
      elapsedSeconds: (startedAt.getTime() + durationMs - since.getTime()) / 1_000,
      askedSeconds,
    },
    Math.random(),
  );
  if (delaySeconds !== null) return { status: 'PENDING', delaySeconds };
  // what a dead receiver has not taken is kept for when it is back
  const isDisabled = await disable(claimed, means, { reason: 'FAILING', since });
  return isDisabled ? whenEnabled : { status: 'FAILED' };
}

async function disable(
  { workspaceId, endpointId }: Claimed,
  { units, clock, log }: Delivering,
  why: { reason: 'GONE' | 'FAILING'; since: Date | null },
): Promise<boolean> {
  const actor = systemActor(workspaceId, new Set());
  const args = { endpointId, ...why };
  const answer = await runCommand(units, actor, clock(), disableWebhookEndpoint, args);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  const { isDisabled } = answer.result;
  const endpoint = globalId('WebhookEndpoint', endpointId);
  if (isDisabled) log.warn({ endpoint, reason: why.reason }, 'a webhook endpoint was disabled');
  return isDisabled;
}
