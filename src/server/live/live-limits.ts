/** What a connection that stays open may take up; durations in milliseconds. */
export interface LiveLimits {
  /** Most bytes that may wait for a peer to read them. */
  bufferBytes: number;
  /** How long a new socket may take to say who it is. */
  initMs: number;
  /** How often a quiet connection is written to, so that nobody in between cuts it. */
  keepAliveMs: number;
  /** How long a peer may take to go once it is told to; then it is cut off. */
  partingMs: number;
  /** How often a credential is checked again. */
  recheckMs: number;
  /** For how long connections stay open while credentials can't be checked. */
  unconfirmedMs: number;
  /** How long a reserved event stream waits to be opened. */
  reservationMs: number;
}

export const defaultLimits: Omit<LiveLimits, 'bufferBytes'> = {
  initMs: 10_000,
  keepAliveMs: 25_000,
  partingMs: 3_000,
  recheckMs: 2_000,
  unconfirmedMs: 60_000,
  reservationMs: 30_000,
};

/** Most operations that run at once on one connection. */
export const MOST_OPERATIONS = 200;
/** Longest id of an operation, in characters. */
export const LONGEST_ID = 128;
