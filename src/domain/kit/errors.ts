/** Why a command was refused. Every code is part of the API. */
export enum ErrorCode {
  NOT_FOUND = 'NOT_FOUND',
  INVALID_INPUT = 'INVALID_INPUT',
  INVALID_STATE = 'INVALID_STATE',
  CONFLICT = 'CONFLICT',
  FORBIDDEN = 'FORBIDDEN',
  REPLY_NOT_ALLOWED = 'REPLY_NOT_ALLOWED',
  ACTION_NOT_ALLOWED = 'ACTION_NOT_ALLOWED',
  UNAVAILABLE = 'UNAVAILABLE',
  IDEMPOTENCY_KEY_REUSED = 'IDEMPOTENCY_KEY_REUSED',
}

/** One problem, told so that the caller knows what to change. */
export interface Problem {
  code: ErrorCode;
  message: string;
  /** Which of several reasons of the code, for programs. */
  reason?: string;
  /** The offending argument or input field, from the mutation's arguments inwards. */
  path: string[] | null;
}

/** Thrown by a command to refuse; nothing of it is written. Reaches the caller as `userErrors`. */
export class DomainError extends Error {
  readonly problems: Problem[];

  constructor(code: ErrorCode, message: string, path?: readonly (string | number)[]);
  constructor(problems: Problem[]);
  constructor(first: ErrorCode | Problem[], message = '', path?: readonly (string | number)[]) {
    const problems = Array.isArray(first)
      ? first
      : [{ code: first, message, path: path ? path.map(String) : null }];
    super(problems.map((problem) => problem.message).join('; '));
    this.problems = problems;
  }
}

/** The refusal for an id that names nothing the caller may see. */
export function notFound(what: string, path: readonly (string | number)[]): DomainError {
  return new DomainError(ErrorCode.NOT_FOUND, `There is no such ${what}.`, path);
}

/** Raised by a query for an argument that can't be used; `argument` is its path. */
export class BadArgument extends Error {
  constructor(
    readonly argument: readonly (string | number)[],
    message: string,
  ) {
    super(`${argument.join('.')} ${message}`);
  }
}

/** Raised by a query for a position of the log whose successors retention has removed. */
export class ResyncRequired extends Error {
  /**
   * @param oldest the oldest position that the log still has.
   * @param head the position to go on from, once everything has been read anew.
   */
  constructor(
    readonly oldest: number,
    readonly head: number,
  ) {
    super(
      `RESYNC_REQUIRED: the log begins at ${oldest}, and what you ask for is gone. Note the position ${head}, read anew what you keep, then go on after ${head}.`,
    );
  }
}

/** Raised before anything is done for a caller who does more than is taken of one. */
export class RateLimited extends Error {
  /** @param retryAfter in how many seconds it is taken again. */
  constructor(readonly retryAfter: number) {
    super(
      `That was a lot at once: wait ${retryAfter} s, then send it again as it was, with the same keys.`,
    );
  }
}
