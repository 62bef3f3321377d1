import type { ServerResponse } from 'node:http';
import type { LiveLimits } from '../live/live-limits';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // proxies neither keep nor compress nor hold back what is for now
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

const comment = Buffer.from(':\n\n');

/** Server-sent events to one client, over a response that may be opened later. */
export class EventStream {
  private response: ServerResponse | null = null;
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private isEnding = false;
  private isOver = false;
  private wasFull = false;
  private timer: NodeJS.Timeout | undefined;
  private announce!: () => void;
  /** Resolves when it is opened, or over before that. */
  private readonly opened = new Promise<void>((resolve) => (this.announce = resolve));

  /** @param onOver told once, when the client is gone or the stream has ended. */
  constructor(
    private readonly limits: LiveLimits,
    private readonly onOver: () => void,
  ) {}

  get isOpen(): boolean {
    return this.response !== null;
  }

  /** Whether more waits for the client than may. */
  get isFull(): boolean {
    return this.waiting > this.limits.bufferBytes;
  }

  /** Resolves when little waits for the client, or it is gone. */
  async drained(): Promise<void> {
    if (this.waiting <= this.limits.bufferBytes / 2 || this.isOver) return;
    if (!this.response) await this.opened;
    const { response } = this;
    // without need of a drain there will be no event
    if (!response?.writableNeedDrain || this.isOver) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  /** Begins to answer a request with what there is and what comes. */
  open(response: ServerResponse): void {
    this.response = response;
    response.on('close', () => this.finish());
    // a client that has gone meanwhile closes nothing any more
    if (response.destroyed) return this.finish();
    response.writeHead(200, headers);
    // some browsers want a byte before they believe that it is open
    response.write(comment);
    for (const chunk of this.early) response.write(chunk);
    this.early = [];
    this.earlyBytes = 0;
    this.timer = setInterval(() => this.keepAlive(), this.limits.keepAliveMs).unref();
    this.announce();
    if (this.isEnding) this.endResponse(response);
  }

  /** Sends bytes that are whole events. */
  write(chunk: Buffer): void {
    if (this.isEnding || this.isOver) return;
    if (this.response) {
      this.response.write(chunk);
      return;
    }
    this.early.push(chunk);
    this.earlyBytes += chunk.length;
  }

  /** Ends it after what has been written; a client that doesn't take that in time is cut off. */
  end(): void {
    if (this.isEnding || this.isOver) return;
    this.isEnding = true;
    if (this.response) this.endResponse(this.response);
  }

  /** Ends it at once if it was never opened, else as {@link end} does; resolves when it is over. */
  async close(): Promise<void> {
    this.end();
    if (!this.response) {
      this.finish();
    } else if (!this.isOver) {
      await new Promise<void>((resolve) => this.response!.on('close', resolve));
    }
  }

  private get waiting(): number {
    return this.response ? this.response.writableLength : this.earlyBytes;
  }

  private endResponse(response: ServerResponse): void {
    const { socket } = response;
    // a connection that rests would hold up the stop of the server
    response.end(() => socket?.destroySoon());
    const timer = setTimeout(() => socket?.destroy(), this.limits.partingMs);
    response.on('close', () => clearTimeout(timer));
  }

  private keepAlive(): void {
    const { isFull, response } = this;
    if (isFull && this.wasFull) response?.socket?.destroy();
    else if (!isFull) this.write(comment);
    this.wasFull = isFull;
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.timer);
    this.announce();
    this.onOver();
  }
}
