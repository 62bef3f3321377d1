import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../support/process';

interface Told {
  kind: string;
  value: unknown;
}

const readers = new Set<Reader>();

/** Ends what a failed test left running; for `afterEach`. */
export function killReaders(): void {
  for (const reader of readers) reader.kill();
  readers.clear();
}

/** A process that runs code of docs/live.md as a reader's project would. */
export class Reader {
  /** What the code has told so far. */
  readonly told: Told[] = [];
  private output = '';
  private readonly child: ChildProcess;

  /** @param folder where the code was written. */
  constructor(folder: string, scene: string, options: object) {
    this.child = fork(join(__dirname, 'live-reader.mjs'), [folder], { silent: true, execArgv: [] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (text: Buffer) => (this.output += text.toString()));
    }
    this.child.on('message', (told: Told) => this.told.push(told));
    this.child.send({ scene, options });
    readers.add(this);
  }

  /** Everything of one kind, in order. */
  all<T>(kind: string): T[] {
    return this.told.filter((told) => told.kind === kind).map(({ value }) => value as T);
  }

  /** The last of one kind. */
  last<T>(kind: string): T | undefined {
    return this.all<T>(kind).at(-1);
  }

  /** Waits until it has told something of a kind; gives the last. */
  async tells<T>(
    kind: string,
    fits: (value: T) => boolean = () => true,
    what = `a reader tells of ${kind}`,
  ): Promise<T> {
    await until(() => this.told.some((it) => it.kind === kind && fits(it.value as T)), what).catch(
      (error: Error) => {
        const told = JSON.stringify(this.told.slice(-5), null, 2);
        throw new Error(`${error.message} It told: ${told}\n${this.output}`);
      },
    );
    return this.all<T>(kind).findLast(fits)!;
  }

  /** Has the code end what it began, after which nothing may keep its process. */
  async end(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.send({ scene: 'end' });
    const [code] = (await ended) as [number | null];
    readers.delete(this);
    if (code !== 0 || this.output) throw new Error(`A reader ended with ${code}:\n${this.output}`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
