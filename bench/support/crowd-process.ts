/** Thousands of subscribers, and the one who publishes: the clients of the fanout benchmark. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CrowdSkills, OpenOrder, WindowOrder, WindowResult } from './crowd';
import { serveOrders } from './helper';
import { messageNumber } from './message-number';
import { Publisher } from './publisher';
import { quantile } from './statistics';
import { Subscriber } from './subscriber';

/** Sockets that are opened at the same time. */
const OPEN_AT_ONCE = 100;
/** How long a message may take to reach everybody, in milliseconds. */
const DELIVERY_LIMIT_MS = 60_000;
/** How long the first probe is waited for, in milliseconds; twice as long for each that follows. */
const FIRST_PROBE_MS = 500;
const PROBES = 7;
const POLL_MS = 2;

/** Messages published so far, to whomever: no number is given twice. */
let published = 0;

/** One crowd: what it is sent, it counts and times. */
class Crowd {
  private subscribers: Subscriber[] = [];
  private readonly publisher: Publisher;
  /** Messages that each socket has got since the count began. */
  private readonly counts: Uint32Array;
  /** Number of the message before the count began. */
  private base = 0;
  /** When each message was published, since the count began. */
  private sentAt: number[] = [];
  private latencies = new Float64Array(0);
  private received = 0;
  private problem: Error | null = null;
  private sample = '';

  constructor(private readonly order: OpenOrder) {
    this.counts = new Uint32Array(order.sockets);
    // one after the other, because they have to arrive in this order
    this.publisher = new Publisher(order.publication, 1);
  }

  async open(): Promise<string> {
    const { sockets } = this.order;
    for (let first = 0; first < sockets; first += OPEN_AT_ONCE) {
      const size = Math.min(OPEN_AT_ONCE, sockets - first);
      const opening = Array.from({ length: size }, (_, index) => this.subscribe(first + index));
      this.subscribers.push(...(await Promise.all(opening)));
    }
    await this.probe();
    return this.sample;
  }

  async window({ messages, intervalMs }: WindowOrder): Promise<WindowResult> {
    this.startCount(messages);
    const began = performance.now();
    for (let n = 0; n < messages; n++) {
      await delay(began + n * intervalMs - performance.now());
      this.publish();
    }
    const total = messages * this.order.sockets;
    await this.until(() => this.received === total, DELIVERY_LIMIT_MS);
    await delay(began + messages * intervalMs - performance.now());
    this.check();
    if (this.received !== total) {
      throw new Error(`${this.received} frames came of ${total} that should have`);
    }
    const sorted = this.latencies.subarray(0, total).sort();
    return {
      deliveries: total,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: sorted[total - 1]!,
    };
  }

  async close(): Promise<void> {
    for (const subscriber of this.subscribers) subscriber.close();
    await this.publisher.close();
  }

  private subscribe(index: number): Promise<Subscriber> {
    const { url, query, variables, init, leastBytes } = this.order;
    const operation =
      query === null ? null : { query, variables: variables[index % variables.length]! };
    return Subscriber.open(
      { url, operation, init },
      {
        onNext: (bytes, start, end) => {
          if (end - start < leastBytes) return;
          this.take(index, messageNumber(bytes, start));
          if (index === 0) this.sample = bytes.toString('utf8', start, end);
        },
        onProblem: (problem) => this.fail(new Error(`socket ${index}: ${problem}`)),
      },
    );
  }

  /** Counts a message at a socket, where each has to come once and in order. */
  private take(index: number, n: number): void {
    const now = performance.now();
    // of a probe that was given up
    if (n <= this.base) return;
    const nth = this.counts[index]!++;
    if (n !== this.base + nth + 1) {
      this.fail(new Error(`socket ${index} got message ${n} instead of ${this.base + nth + 1}`));
    }
    this.latencies[this.received++] = now - this.sentAt[nth]!;
  }

  private publish(): void {
    published += 1;
    this.sentAt.push(performance.now());
    this.publisher.publish(published).catch((error: Error) => this.fail(error));
  }

  /** Servers don't say when a subscription has begun, so this publishes until nobody misses out. */
  private async probe(): Promise<void> {
    for (let n = 0; n < PROBES; n++) {
      this.startCount(0);
      this.publish();
      if (await this.until(() => this.received === this.order.sockets, FIRST_PROBE_MS * 2 ** n)) {
        return;
      }
    }
    throw new Error(`only ${this.received} of ${this.order.sockets} sockets get messages`);
  }

  private startCount(messages: number): void {
    this.check();
    this.base = published;
    this.counts.fill(0);
    this.sentAt = [];
    this.received = 0;
    this.latencies = new Float64Array(messages * this.order.sockets);
  }

  private async until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    for (
      const limit = performance.now() + limitMs;
      performance.now() < limit;
      await delay(POLL_MS)
    ) {
      this.check();
      if (isSo()) return true;
    }
    return isSo();
  }

  private fail(problem: Error): void {
    this.problem ??= problem;
  }

  private check(): void {
    if (this.problem) throw this.problem;
  }
}

let crowd: Crowd | undefined;

serveOrders<CrowdSkills>({
  open(order) {
    crowd = new Crowd(order);
    return crowd.open();
  },
  window: (order) => crowd!.window(order),
  async close() {
    await crowd?.close();
    crowd = undefined;
    return null;
  },
});
