import { setTimeout as delay } from 'node:timers/promises';

/** How long a round that failed is waited after, in milliseconds. */
const RETRY_AFTER = 1_000;

export interface RoundsOptions {
  round: () => Promise<void>;
  /** The longest pause between two rounds, in milliseconds. */
  every: number;
  /** Told of the first of several failures in a row. */
  onError: (error: unknown) => void;
}

/** Does something again and again: when it is woken, and every so often by itself; never twice at once. */
export class Rounds {
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private end: () => void = () => undefined;
  private woken = false;
  private hasFailed = false;
  /** Whether a round is under way, or due. */
  isBusy = false;

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    this.isBusy = true;
    this.running = this.run();
  }

  /** Has a round begin now, or right after the one that is under way. */
  wake(): void {
    this.woken = true;
    this.isBusy = true;
    this.end();
  }

  /** Waits for the round that is under way. */
  async stop(): Promise<void> {
    this.closing.abort();
    this.end();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      this.woken = false;
      await this.attempt();
      if (this.hasFailed) {
        await delay(RETRY_AFTER, undefined, { signal }).catch(() => undefined);
      } else if (!this.woken) {
        await this.pause();
      }
    }
    this.isBusy = false;
  }

  private async attempt(): Promise<void> {
    try {
      await this.options.round();
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed && !this.closing.signal.aborted) this.options.onError(error);
      this.hasFailed = true;
    }
  }

  private async pause(): Promise<void> {
    this.isBusy = false;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.every);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.closing.signal.aborted) this.end();
    });
    this.isBusy = true;
  }
}
