import type { Logger } from 'pino';
import { NatsUnavailable } from './connection';

/** Tells each reason of a failure once, however often it is met, and the failure's end. */
export class Trouble {
  private readonly told = new Set<string>();

  /** @param consequence what is not done meanwhile, to be read after the reason. */
  constructor(
    private readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>,
    private readonly consequence: string,
  ) {}

  /** To be called when something has failed and will be tried again. */
  tell(error: unknown): void {
    const { message } = error as Error;
    const level = this.told.has(message) ? 'debug' : 'warn';
    this.told.add(message);
    // what NATS answered is in the reason, and the library's stacks say nothing more
    if (error instanceof NatsUnavailable) this.log[level](`${message}. ${this.consequence}`);
    else this.log[level]({ err: error }, this.consequence);
  }

  /** To be called when it works. */
  end(message: string): void {
    if (this.told.size > 0) this.log.info(message);
    this.told.clear();
  }
}
