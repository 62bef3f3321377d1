/** What a connector throws; the class decides what happens next. Messages are for people. */

/** Try again later: the platform is down, or asks to wait. */
export class RetryLater extends Error {
  /** Whether it is this message alone that has to wait, such as for a full mailbox, and not the account. */
  readonly isOfMessage: boolean;

  /** @param afterSeconds absent: the usual backoff. */
  constructor(
    message: string,
    readonly afterSeconds?: number,
    options?: ErrorOptions & { isOfMessage?: boolean },
  ) {
    super(message, options);
    this.isOfMessage = options?.isOfMessage ?? false;
  }
}

/** The account's credentials are no good any longer: a person has to connect it again. */
export class ReconnectNeeded extends Error {}

/** The platform will never take this: trying again is no use. */
export class Rejected extends Error {
  /** @param code for programs, in capitals, such as `WINDOW_CLOSED` or `RECIPIENT_UNKNOWN`. */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nobody knows whether it got through: it has to be looked for before it is tried again. */
export class OutcomeUnknown extends Error {}

/** A delivery that the connector can't read: it becomes a dead letter with this reason. */
export class Unreadable extends Error {}
