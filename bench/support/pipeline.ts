import type { Publication } from './publisher';

/** Whom the few subscribers listen to, and where the messages are written. */
export interface PipelineOrder {
  subscribers: number;
  /** `ws://…` */
  url: string;
  /** Null for a server that sends to every socket whatever it says. */
  query: string | null;
  init: object;
  publication: Publication;
  /** Shorter results are notices, and no messages. */
  leastBytes: number;
}

/** Writes at a steady pace, whether or not those before have been answered. */
export interface PaceOrder {
  perSecond: number;
  seconds: number;
}

/** Each message with when it came, at each subscriber. */
export interface PaceResult {
  /** Number of the first message of the window; the others follow without a gap. */
  first: number;
  writes: number;
  /** Answers per second, from the first write to the last answer. */
  writesPerSecond: number;
  /** From the moment when the write was due to its answer. */
  writeP50Ms: number;
  writeP99Ms: number;
  /** For each subscriber, when each message came, in milliseconds since 1970 by the system's clock. */
  arrivals: number[][];
}

/** As many writes as are answered, with so many under way at all times. */
export interface FloodOrder {
  underWay: number;
  seconds: number;
}

export interface FloodResult {
  writes: number;
  writesPerSecond: number;
}

/** The orders that the pipeline's process takes. */
export type PipelineSkills = {
  open: { order: PipelineOrder; result: null };
  pace: { order: PaceOrder; result: PaceResult };
  flood: { order: FloodOrder; result: FloodResult };
  close: { order: null; result: null };
};
