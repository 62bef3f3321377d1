import type { Publication } from './publisher';

/** Whom the crowd listens to. */
export interface OpenOrder {
  sockets: number;
  /** `ws://…` */
  url: string;
  /** Null for a server that sends to every socket whatever it says. */
  query: string | null;
  /** The variables of each socket in turn; a single one for all of them. */
  variables: object[];
  init: object;
  publication: Publication;
  /** Shorter results are notices, and no messages. */
  leastBytes: number;
}

/** What has to be sent in a window. */
export interface WindowOrder {
  messages: number;
  intervalMs: number;
}

/** What the crowd has seen of a window: each message at each socket, once and in order. */
export interface WindowResult {
  deliveries: number;
  /** From the moment before a message is handed to the server to its frame in the crowd. */
  p50Ms: number;
  p99Ms: number;
  /** The slowest. */
  maxMs: number;
}

/** The orders that the crowd's process takes. */
export type CrowdSkills = {
  /** Opens the sockets, and publishes until all of them get what is published; a frame as it came. */
  open: { order: OpenOrder; result: string };
  window: { order: WindowOrder; result: WindowResult };
  close: { order: null; result: null };
};
