import autocannon from 'autocannon';
import type { LoadAnswer, LoadOrder, LoadResult } from './load';
import { quantile } from './statistics';

/** Answers one order with what it has seen. */
function generate(order: LoadOrder): Promise<LoadResult> {
  const { url, method, headers, body, connections, seconds, leastBytes } = order;
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const cpuBefore = process.cpuUsage();
    let began = 0;
    let last = 0;
    let problem: string | null = null;
    const options = { url, method, headers, body, connections, duration: seconds };
    const instance = autocannon(options, (error: Error | null) => {
      if (error ?? problem) return reject(error ?? new Error(problem!));
      if (latencies.length === 0) return reject(new Error('no answer came within the window'));
      const sorted = Float64Array.from(latencies).sort();
      const { user, system } = process.cpuUsage(cpuBefore);
      resolve({
        requests: sorted.length,
        seconds: (last - began) / 1000,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        cpuMs: (user + system) / 1000,
      });
    });
    const giveUp = (reason: string) => {
      problem ??= reason;
      instance.stop?.();
    };
    instance.on('start', () => (began = performance.now()));
    // its own histogram counts whole milliseconds, which is too coarse here
    instance.on('response', (_client, status, bytes, milliseconds) => {
      last = performance.now();
      latencies.push(milliseconds);
      if (status !== 200) giveUp(`an answer had status ${status}`);
      else if (bytes < leastBytes) giveUp(`an answer had ${bytes} bytes instead of ${leastBytes}`);
    });
    instance.on('reqError', (error: Error) => giveUp(error.message));
  });
}

process.on('message', (order: LoadOrder) => {
  generate(order).then(
    (result) => process.send!({ result } satisfies LoadAnswer),
    (error: Error) => process.send!({ problem: error.message } satisfies LoadAnswer),
  );
});
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
