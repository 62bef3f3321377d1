import type { SharedResult, Sink, Subscription } from './sink';

/** One subscriber of a group. */
export class Member implements Subscription {
  private isClosed = false;

  /**
   * @param position everything up to here it has, or asked not to get.
   * @param onClose told once, when it is over, whoever ended it.
   */
  constructor(
    public position: number,
    readonly sink: Sink,
    private readonly onClose: (member: Member) => void,
  ) {}

  get closed(): boolean {
    return this.isClosed;
  }

  /** Hands a result over, unless the subscriber has it; one whose peer reads too slowly is ended. */
  hand(result: SharedResult): void {
    const { position } = result;
    if (this.isClosed || (position !== null && position <= this.position)) return;
    if (this.sink.isFull()) {
      this.close();
      this.sink.overflow(this.position);
      return;
    }
    if (position !== null) this.position = position;
    this.sink.next(result);
  }

  /** Notes that nothing up to a position concerns the subscriber. */
  pass(position: number): void {
    if (position > this.position) this.position = position;
  }

  fail(error: unknown): void {
    if (this.isClosed) return;
    this.close();
    this.sink.fail(error);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose(this);
  }
}
