import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { startHelper } from './child';
import { BenchError, type Run } from './run';

/** The request that a contender is asked again and again. */
export interface Target {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

/** What the generator is told to do. */
export interface LoadOrder extends Target {
  connections: number;
  /** Length of the window in seconds. */
  seconds: number;
  /** Smallest answer in bytes, its head included, that can be right. */
  leastBytes: number;
}

/** What the generator has seen in its window. */
export interface LoadResult {
  requests: number;
  /** From the first request to the last answer. */
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the generator itself. */
  cpuMs: number;
}

/** What the generator sends back. */
export type LoadAnswer = { result: LoadResult } | { problem: string };

/** The load generator: a process of its own, so that its work is not counted as a contender's. */
export class LoadGenerator {
  private constructor(private readonly child: ChildProcess) {}

  static async start(run: Run): Promise<LoadGenerator> {
    const script = join(__dirname, 'load-process.js');
    return new LoadGenerator(await startHelper(run, 'The load generator', script));
  }

  /** Sends requests for a window of time; an answer that can't be right is an error. */
  async run(order: LoadOrder): Promise<LoadResult> {
    const answered = once(this.child, 'message') as Promise<[LoadAnswer]>;
    this.child.send(order);
    const [answer] = await answered;
    if ('problem' in answer) throw new BenchError(`${order.url}: ${answer.problem}`);
    return answer.result;
  }
}
