/** Why something could not be done, as far as it matters to what is done next. */
export type TroubleKind =
  /** Nothing was heard: it may have been done, and can be tried again. */
  | 'UNREACHABLE'
  /** The token holds no longer. */
  | 'SIGNED_OUT'
  /** This page, or this chat, is not for them. */
  | 'REFUSED'
  /** Too much at once: later it goes. */
  | 'BUSY'
  /** What was given can't be taken; trying again changes nothing. */
  | 'WRONG'
  /** A fault over there. */
  | 'BROKEN';

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    message: string,
    /** In how many seconds it can be tried again. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same may go well another time. */
  get passes(): boolean {
    return this.kind === 'UNREACHABLE' || this.kind === 'BUSY' || this.kind === 'BROKEN';
  }
}
