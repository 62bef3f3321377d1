import type { GraphQLError } from 'graphql';
import type { SharedResult } from '../../events/hub/sink';
import type { Outlet } from '../live/live-subscriber';
import { nextPrefix, type FrameWriter } from './frame-writer';

/** What a subscription asks of its socket. */
export interface SubscriptionSocket {
  writer: FrameWriter;
  /** Closes the socket, whose peer reads too slowly. */
  closeSlow(): void;
}

/**
 * A subscription on a socket. Its results go straight to the socket; graphql-ws is given an iterator
 * in their place, which brings nothing and ends with the subscription.
 */
export class SocketSubscription implements Outlet {
  private readonly prefix: Buffer;
  private readonly over: Promise<IteratorResult<never, undefined>>;
  private complete!: (end: IteratorReturnResult<undefined>) => void;
  private abort!: (reason: Error) => void;

  /** @param onReturn told when graphql-ws wants no more: the client has completed, or is gone. */
  constructor(
    id: string,
    private readonly socket: SubscriptionSocket,
    private readonly onReturn: () => void,
  ) {
    this.prefix = nextPrefix(id);
    this.over = new Promise((resolve, reject) => {
      this.complete = resolve;
      this.abort = reject;
    });
    // nobody waits for it when the client completes first
    this.over.catch(() => undefined);
  }

  /** What graphql-ws waits for. */
  iterator(): AsyncIterableIterator<never, undefined> {
    const iterator: AsyncIterableIterator<never, undefined> = {
      next: () => this.over,
      return: () => {
        this.onReturn();
        this.complete({ done: true, value: undefined });
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  next(result: SharedResult): void {
    this.socket.writer.next(this.prefix, result);
  }

  isFull(): boolean {
    return this.socket.writer.isFull;
  }

  drained(): Promise<void> {
    return this.socket.writer.drained();
  }

  overflow(): void {
    this.socket.closeSlow();
  }

  refuse([error]: readonly GraphQLError[]): void {
    this.abort(error!);
  }
}
