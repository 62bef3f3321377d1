/**
 * Why the embedded PostgreSQL could not be started:
 * - `IN_USE`: a living Parley process owns the data directory;
 * - `DATA_DIR`: the data directory cannot be used as it is (rights, owner, foreign content);
 * - `START_FAILED`: the server itself, or its binaries, did not work.
 */
export type EmbeddedPostgresErrorCode = 'IN_USE' | 'DATA_DIR' | 'START_FAILED';

/** A start that failed; the message is for the person at the terminal and names the next step. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
