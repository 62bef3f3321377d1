/** One result as every subscriber of a group gets it: executed once, written out once. */
export interface SharedResult {
  /** The position that it stands for; subscribers that are past it don't get it. Null: it has none. */
  position: number | null;
  /** The GraphQL execution result as JSON. */
  json: string;
  /** The same in UTF-8. */
  bytes: Buffer;
}

/** Where the results of one subscription go: an operation on a socket or an event stream. */
export interface Sink {
  /** Hands over one result; must not block and must not throw. */
  next(result: SharedResult): void;
  /** Whether more is waiting to be read by the peer than it may keep waiting. */
  isFull(): boolean;
  /** Resolves when little enough is waiting for more to be handed over, or when the peer is gone. */
  drained(): Promise<void>;
  /**
   * Ends the subscription, which the hub has forgotten by now, because its peer reads too slowly.
   * @param resumeAfter the last position that was handed over; null when there was none.
   */
  overflow(resumeAfter: number | null): void;
  /** Ends the subscription, which the hub has forgotten by now, with a fault; it is in the log. */
  fail(error: unknown): void;
}

/** A subscription as the hub keeps it. */
export interface Subscription {
  /** The last position that was handed over or considered; resume after it. */
  readonly position: number | null;
  /** Ends it; nothing is handed over afterwards. Twice is harmless. */
  close(): void;
}
