import type { PlatformName } from './platform-messages';

/** Where signed deliveries go. */
export interface DeliveryTarget {
  /** Of the channel. */
  url: string;
  /** Whose deliveries they are. */
  platform: PlatformName;
  /** Tells the deliveries of one order from those of all others. */
  prefix: string;
}

/** As many deliveries as are accepted in a window of time. */
export interface FloodOrder extends DeliveryTarget {
  connections: number;
  seconds: number;
  /** How many are signed beforehand: more than can be accepted. */
  most: number;
}

export interface FloodResult {
  accepted: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the sender itself. */
  cpuMs: number;
}

/** As many deliveries as reach a subscriber, so many of them under way at the most. */
export interface StreamOrder extends DeliveryTarget {
  connections: number;
  seconds: number;
  underWay: number;
  socket: { url: string; init: object; query: string };
}

export interface StreamResult {
  delivered: number;
  seconds: number;
  /** From the sending of a delivery to its frame. */
  p50Ms: number;
  p99Ms: number;
  cpuMs: number;
}

export type IngestSkills = {
  flood: { order: FloodOrder; result: FloodResult };
  stream: { order: StreamOrder; result: StreamResult };
};
