import type { ChildProcess } from 'node:child_process';
import { startHelper } from './child';
import { BenchError, type Run } from './run';

/** What a helper can be asked, by name. */
export type Skills = Record<string, { order: unknown; result: unknown }>;

interface Question {
  skill: string;
  order: unknown;
}

type Answer = { result: unknown } | { problem: string };

/** A process of its own that does as it is told, so that its work is not counted as a contender's. */
export class Helper<S extends Skills> {
  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start<S extends Skills>(run: Run, name: string, script: string): Promise<Helper<S>> {
    return new Helper(name, await startHelper(run, name, script));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Gives one order and waits for what comes of it; one at a time. */
  async ask<K extends keyof S & string>(skill: K, order: S[K]['order']): Promise<S[K]['result']> {
    const answered = new Promise<Answer>((resolve) => {
      this.child.once('message', (answer) => resolve(answer as Answer));
    });
    this.child.send({ skill, order } satisfies Question);
    const answer = await answered;
    if ('problem' in answer) throw new BenchError(`${this.name}: ${answer.problem}`);
    return answer.result;
  }
}

/** The helper's own side: answers orders until the run ends it. */
export function serveOrders<S extends Skills>(skills: {
  [K in keyof S]: (order: S[K]['order']) => Promise<S[K]['result']>;
}): void {
  process.on('message', ({ skill, order }: Question) => {
    skills[skill]!(order).then(
      (result) => process.send!({ result } satisfies Answer),
      (error: Error) => process.send!({ problem: error.message } satisfies Answer),
    );
  });
  // a Ctrl-C reaches the whole group of processes; the run decides when this one ends
  process.on('SIGINT', () => undefined);
}
