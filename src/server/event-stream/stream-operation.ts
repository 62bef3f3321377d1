import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import type { SharedResult } from '../../events/hub/sink';
import type { Outlet } from '../live/live-subscriber';
import type { Operations } from '../operations';
import type { EventStream } from './event-stream';

export interface StreamOperationOptions {
  stream: EventStream;
  operations: Operations;
  requestId: string;
  /** Tells operations that share a stream apart; null: this one has the stream to itself. */
  id: string | null;
  /** Told once, when the operation is over; its last event has been written then. */
  onEnd: () => void;
}

/** One operation on an event stream: writes its results and its end as the protocol has them. */
export class StreamOperation implements Outlet {
  private readonly before: Buffer;
  private readonly after: Buffer;
  private isOver = false;

  constructor(private readonly options: StreamOperationOptions) {
    const { id } = options;
    const [start, end] = id === null ? ['', ''] : [`{"id":${JSON.stringify(id)},"payload":`, '}'];
    this.before = Buffer.from(`event: next\ndata: ${start}`);
    this.after = Buffer.from(`${end}\n\n`);
  }

  next({ bytes }: SharedResult): void {
    this.write(bytes);
  }

  isFull(): boolean {
    return this.options.stream.isFull;
  }

  drained(): Promise<void> {
    return this.options.stream.drained();
  }

  overflow(resumeAfter: number | null): void {
    const next = resumeAfter === null ? 'subscribe again' : `resume after ${resumeAfter}`;
    const extensions = { code: 'SLOW_CONSUMER', ...(resumeAfter !== null && { resumeAfter }) };
    this.finish({ errors: [{ message: `You read too slowly: ${next}.`, extensions }] });
  }

  refuse(errors: readonly GraphQLError[]): void {
    const { operations, requestId } = this.options;
    this.finish({ errors: operations.presentAll(errors, requestId) });
  }

  /** Writes the last result, or the only one. */
  finish(result: FormattedExecutionResult): void {
    if (this.isOver) return;
    this.write(Buffer.from(JSON.stringify(result)));
    this.complete();
  }

  /** Tells the client that nothing more comes. */
  complete(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { id, stream, onEnd } = this.options;
    // without data, browsers would not tell of it
    const data = id === null ? '' : JSON.stringify({ id });
    stream.write(Buffer.from(`event: complete\ndata: ${data}\n\n`));
    onEnd();
  }

  private write(json: Buffer): void {
    if (!this.isOver) this.options.stream.write(Buffer.concat([this.before, json, this.after]));
  }
}
