import type { ErrorCode, Problem } from '../domain/kit/errors';

/** A domain command that was refused, with its problems. */
export class CommandRefused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join(' '));
  }

  /** Whether one of the problems has this code. */
  has(code: ErrorCode): boolean {
    return this.problems.some((problem) => problem.code === code);
  }
}
