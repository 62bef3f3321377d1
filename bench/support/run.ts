import { join } from 'node:path';

/** Folder for what benchmarks keep between runs: databases and generated files. */
const dataRoot = join(__dirname, '..', '..', '..', 'bench', '.data');

/** Folder of the systems that Parley is compared with. */
export const peersRoot = join(__dirname, '..', '..', '..', 'bench', 'peers');

/** Raised for what a person can put right; its message is all that is shown. */
export class BenchError extends Error {}

type Step = () => Promise<unknown>;

/**
 * One run of a benchmark: its size, its progress lines, and everything that it has started, which
 * is stopped in the reverse order whatever happens.
 */
export class Run {
  /** Rejects when something fails outside of the benchmark's own flow. */
  readonly failure: Promise<never>;
  readonly dataDir: string;
  private readonly began = performance.now();
  private readonly steps: Step[] = [];
  private closed = false;
  private reject!: (error: Error) => void;

  /** @param quick a small data set and short windows, for a run of seconds. */
  constructor(
    readonly name: string,
    readonly quick: boolean,
  ) {
    this.dataDir = join(dataRoot, name);
    this.failure = new Promise<never>((_resolve, reject) => (this.reject = reject));
    this.failure.catch(() => undefined);
  }

  /** Writes a line for a person to stderr, so that stdout holds results alone. */
  say(line: string): void {
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
  }

  /** Ends the run with an error from outside of its flow: a signal, or a process that died. */
  fail(error: Error): void {
    if (!this.closed) this.reject(error);
  }

  /** Remembers how to stop something; refuses when the run is over, after stopping it. */
  async atEnd(step: Step): Promise<void> {
    if (!this.closed) {
      this.steps.push(step);
      return;
    }
    await step();
    throw new BenchError('The run is over.');
  }

  /** Stops everything that was started, the latest first. */
  async close(): Promise<void> {
    this.closed = true;
    for (const step of this.steps.splice(0).reverse()) await step();
  }
}
