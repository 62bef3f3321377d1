import { GraphQLError, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isOverload } from '../db/sessions';
import { BadArgument, RateLimited, ResyncRequired } from '../domain/kit/errors';

/** Codes of errors outside `userErrors`: mistakes against the protocol, and faults of ours. */
export type FailureCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'QUERY_TOO_COSTLY'
  | 'RATE_LIMITED'
  | 'RESYNC_REQUIRED'
  | 'INTERNAL';

/** The body of an answer that is nothing but one error. */
export function failureBody(code: FailureCode, message: string, more: object = {}) {
  return { errors: [{ message, extensions: { code, ...more } }] };
}

/** A mistake of the caller's, known before anything was executed. */
export function refusal(code: FailureCode, message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** What Apollo calls the mistakes that it finds itself. */
const callersMistakes = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What the caller sees of an error. Mistakes are told in full; a fault only by the request's id,
 * under which the log has the rest.
 */
export function presentError(
  error: GraphQLError,
  requestId: string,
  log: Pick<Logger, 'error' | 'warn'>,
): GraphQLFormattedError {
  const { message, locations, path, originalError } = error;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (isOverload(originalError)) {
    log.warn({ reqId: requestId, path }, 'a request found no database connection free in time');
    return overloaded(place);
  }
  if (originalError instanceof BadArgument) {
    const { argument } = originalError;
    return { message, ...place, extensions: { code: 'BAD_USER_INPUT', argument } };
  }
  if (originalError instanceof RateLimited) {
    const { retryAfter } = originalError;
    return { message, ...place, extensions: { code: 'RATE_LIMITED', retryAfter } };
  }
  if (originalError instanceof ResyncRequired) {
    const { oldest, head } = originalError;
    return { message, ...place, extensions: { code: 'RESYNC_REQUIRED', oldest, head } };
  }
  // errors of compiled queries have no extensions, whatever their type says
  const { code, argument } = (error.extensions ?? {}) as { code?: string; argument?: string[] };
  if (code && callersMistakes.has(code)) {
    return {
      message,
      ...place,
      extensions: { code: 'BAD_USER_INPUT', ...(argument && { argument }) },
    };
  }
  if (code && code !== 'INTERNAL_SERVER_ERROR') {
    return { message, ...place, extensions: { code } };
  }
  // what has no path comes before the execution: a variable that does not fit
  const isOfGraphql = !originalError || originalError instanceof GraphQLError;
  if (isOfGraphql && !code && !path) {
    return { message, ...place, extensions: { code: 'BAD_USER_INPUT' } };
  }
  log.error({ reqId: requestId, err: originalError ?? error, path }, 'a request failed');
  return internal(requestId, place);
}

/** All that a caller is told of a fault. */
export function internal(requestId: string, place: object = {}): GraphQLFormattedError {
  const message = 'Something went wrong here. Try again; if it persists, report the request id.';
  return { message, ...place, extensions: { code: 'INTERNAL', requestId } };
}

/** After how many seconds a caller that came at a bad moment should ask again. */
export const RETRY_AFTER = 1;

const overloadWords =
  'More is asked at once than can be answered in time. Ask again in a moment, with fewer requests at the same time; repeat a mutation with its idempotencyKey.';

/** What a caller is told when all connections to the database were taken for as long as it could wait. */
export function overloaded(place: object = {}): GraphQLFormattedError {
  const extensions = { code: 'RATE_LIMITED', retryAfter: RETRY_AFTER };
  return { message: overloadWords, ...place, extensions };
}

/**
 * The status of a result that is nothing but the word to come again, and after how many seconds: of a
 * caller who does too much, or of many who ask more than can be answered. Null for all others.
 */
export function heldBack({
  data,
  errors = [],
}: FormattedExecutionResult): { status: 429 | 503; retryAfter: number } | null {
  const error = errors.find(({ extensions }) => typeof extensions?.retryAfter === 'number');
  if (data != null || !error) return null;
  const status = error.message === overloadWords ? 503 : 429;
  return { status, retryAfter: error.extensions!.retryAfter as number };
}
