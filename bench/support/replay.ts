/** A replay of the whole log over one socket. */
export interface ReplayOrder {
  /** `ws://…` */
  url: string;
  query: string;
  init: object;
  /** The position that it ends at; the log begins at 1. */
  head: number;
}

/** The same rows straight from the database. */
export interface CopyOrder {
  url: string;
  /** What to copy. */
  select: string;
}

export interface ReplayResult {
  events: number;
  seconds: number;
  bytes: number;
  /** When a tenth had come, in milliseconds since 1970; null for a copy. */
  tenthAt: number | null;
}

/** The orders that the reader's process takes. */
export type ReplaySkills = {
  replay: { order: ReplayOrder; result: ReplayResult };
  copy: { order: CopyOrder; result: ReplayResult };
};
