import { isNativeError } from 'node:util/types';
import { JetStreamApiError } from '@nats-io/jetstream';
import {
  connect,
  errors,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { NatsConfig } from '../config/nats';

/** Raised when NATS can't be used; the message says why, and what to do where anything can be done. */
export class NatsUnavailable extends Error {}

/** What is said of a connection that ended without a reason. */
export const CLOSED = 'The connection to NATS was closed';

/** How long NATS may take to answer, in milliseconds. */
export const ANSWER_WITHIN = 5_000;

/**
 * Connects to NATS. The connection does not reconnect by itself: what it had buffered would go out
 * behind our back, and out of order. Who uses it makes another one and begins anew.
 * @throws NatsUnavailable
 */
export async function connectNats(nats: NatsConfig, name: string): Promise<NatsConnection> {
  try {
    return await connect({ ...connectionOptions(nats), name });
  } catch (error) {
    throw unavailable(error, nats);
  }
}

function connectionOptions({ servers, tls, user, password, token }: NatsConfig): ConnectionOptions {
  return {
    servers: [...servers],
    reconnect: false,
    timeout: ANSWER_WITHIN,
    // a server that has stalled is noticed after three of these
    pingInterval: 3_000,
    maxPingOut: 2,
    // stacks of every request would cost more than the requests
    noAsyncTraces: true,
    ...(tls && { tls: {} }),
    ...(user !== undefined && { user, pass: password }),
    ...(token !== undefined && { token }),
  };
}

/** Puts an error of the library in words; what is no error of NATS comes back as it is. */
export function unavailable(error: unknown, nats: NatsConfig): Error {
  if (error instanceof NatsUnavailable || !isNativeError(error)) return error as Error;
  const reason = reasonOf(error, nats);
  return reason === null ? error : new NatsUnavailable(reason, { cause: error });
}

/** Error codes of JetStream's API. */
const codes = {
  noResources: [10002, 10023, 10028, 10047, 10077],
  tooManyReplicas: [10074, 10005],
  notEnabled: [10039, 10076],
  overlap: [10065],
  noStream: [10059],
};

function reasonOf(error: Error, nats: NatsConfig): string | null {
  const where = nats.servers.join(', ');
  const cause = rootOf(error);
  if (cause instanceof errors.NoRespondersError) {
    return `JetStream does not answer at ${where}: it is not enabled (nats-server -js), or the stream ${nats.stream} is gone or has no leader`;
  }
  if (cause instanceof JetStreamApiError) return refusal(cause, nats);
  if (cause instanceof errors.AuthorizationError) {
    return `NATS at ${where} refuses the sign-in: check the user and password, or the token, in NATS_URL`;
  }
  if (cause instanceof errors.UserAuthenticationExpiredError) {
    return `The sign-in at NATS (${where}) has expired: give NATS_URL a valid one`;
  }
  if (cause instanceof errors.PermissionViolationError) {
    return `NATS does not let the user of NATS_URL ${verb(cause)} "${cause.subject}": grant it`;
  }
  if (cause instanceof errors.TimeoutError) {
    return `NATS at ${where} does not answer within ${ANSWER_WITHIN / 1_000} s`;
  }
  if (/max_payload/.test(cause.message)) {
    return `NATS at ${where} does not take a message as large as this event: raise its max_payload`;
  }
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return `Nobody listens at ${where}: is NATS up?`;
  if (code === 'ENOTFOUND') return `The host of ${where} is not known`;
  if (isOfLibrary(cause) || code !== undefined) return `NATS at ${where}: ${cause.message}`;
  return null;
}

function refusal(error: JetStreamApiError, { stream }: NatsConfig): string {
  if (codes.notEnabled.includes(error.code)) {
    return 'JetStream is not enabled for the account that NATS_URL signs in to';
  }
  if (codes.noResources.includes(error.code)) {
    return `JetStream has no room for the stream ${stream} (${error.message}): raise the limits of the server or the account`;
  }
  if (codes.tooManyReplicas.includes(error.code)) {
    return `JetStream can't keep that many copies of the stream ${stream} (${error.message}): check PARLEY_NATS_REPLICAS`;
  }
  if (codes.noStream.includes(error.code)) {
    return `The stream ${stream} is not there (yet): the process that relays events makes it`;
  }
  if (codes.overlap.includes(error.code)) {
    return `Another stream has the subjects of the stream ${stream}: choose another name by PARLEY_NATS_STREAM`;
  }
  return `JetStream refuses the stream ${stream}: ${error.message}`;
}

function verb({ operation }: InstanceType<typeof errors.PermissionViolationError>): string {
  return operation === 'publish' ? 'publish to' : 'subscribe to';
}

/** Errors of requests wrap what has happened. */
function rootOf(error: Error): Error {
  return isNativeError(error.cause) ? rootOf(error.cause) : error;
}

function isOfLibrary(error: Error): boolean {
  return Object.values(errors).some((kind) => error instanceof kind);
}
