/** A few subscribers, and many writes: the clients of the latency benchmark. */
import { setTimeout as delay } from 'node:timers/promises';
import { serveOrders } from './helper';
import { messageNumber } from './message-number';
import type {
  FloodOrder,
  FloodResult,
  PaceOrder,
  PaceResult,
  PipelineOrder,
  PipelineSkills,
} from './pipeline';
import { Publisher } from './publisher';
import { quantile } from './statistics';
import { Subscriber } from './subscriber';
import { WallClock } from './wall-clock';

/** Most writes under way; more wait here, and their time runs. */
const CONNECTIONS = 64;
/** How long the last message may take to arrive, in milliseconds. */
const DELIVERY_LIMIT_MS = 60_000;
/** How long the first probe is waited for, in milliseconds; twice as long for each that follows. */
const FIRST_PROBE_MS = 500;
const PROBES = 7;
const POLL_MS = 2;

/** Messages published so far, to whomever: no number is given twice. */
let published = 0;

class Pipeline {
  private subscribers: Subscriber[] = [];
  private readonly publisher: Publisher;
  /** Number of the message before the count began. */
  private base = 0;
  /** For each subscriber, readings of the monotonic clock by the message's place in the window. */
  private arrivals: number[][] = [];
  private received = 0;
  private problem: Error | null = null;

  constructor(private readonly order: PipelineOrder) {
    this.publisher = new Publisher(order.publication, CONNECTIONS);
  }

  async open(): Promise<void> {
    const { subscribers } = this.order;
    const opening = Array.from({ length: subscribers }, (_, index) => this.subscribe(index));
    this.subscribers = await Promise.all(opening);
    await this.probe();
  }

  async pace({ perSecond, seconds }: PaceOrder): Promise<PaceResult> {
    const writes = perSecond * seconds;
    this.startCount();
    const clock = new WallClock();
    const waits: number[] = [];
    const began = performance.now();
    let ended = began;
    const write = async (due: number) => {
      await this.publish();
      ended = performance.now();
      waits.push(ended - due);
    };
    for (let next = 0; next < writes; await delay(1)) {
      this.check();
      for (; next < writes; next++) {
        const due = began + (next * 1000) / perSecond;
        if (due > performance.now()) break;
        void write(due).catch((error: Error) => this.fail(error));
      }
    }
    await this.until(() => waits.length === writes, DELIVERY_LIMIT_MS);
    await this.untilDelivered(writes);
    const wallTime = clock.settle();
    const sorted = Float64Array.from(waits).sort();
    return {
      first: this.base + 1,
      writes,
      writesPerSecond: writes / ((ended - began) / 1000),
      writeP50Ms: quantile(sorted, 0.5),
      writeP99Ms: quantile(sorted, 0.99),
      arrivals: this.arrivals.map((readings) => readings.map(wallTime)),
    };
  }

  async flood({ underWay, seconds }: FloodOrder): Promise<FloodResult> {
    this.startCount();
    const began = performance.now();
    let writes = 0;
    const keepWriting = async () => {
      while (performance.now() - began < seconds * 1000) {
        await this.publish();
        writes += 1;
      }
    };
    await Promise.all(Array.from({ length: underWay }, keepWriting));
    const took = (performance.now() - began) / 1000;
    await this.untilDelivered(writes);
    return { writes, writesPerSecond: writes / took };
  }

  async close(): Promise<void> {
    for (const subscriber of this.subscribers) subscriber.close();
    await this.publisher.close();
  }

  private subscribe(index: number): Promise<Subscriber> {
    const { url, query, init, leastBytes } = this.order;
    const operation = query === null ? null : { query, variables: {} };
    return Subscriber.open(
      { url, operation, init },
      {
        onNext: (bytes, start, end) => {
          if (end - start >= leastBytes) this.take(index, messageNumber(bytes, start));
        },
        onProblem: (problem) => this.fail(new Error(`subscriber ${index}: ${problem}`)),
      },
    );
  }

  private take(index: number, n: number): void {
    const now = performance.now();
    const readings = this.arrivals[index]!;
    const place = n - this.base - 1;
    // of a probe that was given up
    if (place < 0) return;
    if (readings[place] !== undefined) this.fail(new Error(`message ${n} came twice`));
    readings[place] = now;
    this.received += 1;
  }

  private async publish(): Promise<void> {
    published += 1;
    await this.publisher.publish(published);
  }

  /** Servers don't say when a subscription has begun, so this publishes until nobody misses out. */
  private async probe(): Promise<void> {
    for (let n = 0; n < PROBES; n++) {
      this.startCount();
      await this.publish();
      const { subscribers } = this.order;
      if (await this.until(() => this.received === subscribers, FIRST_PROBE_MS * 2 ** n)) return;
    }
    throw new Error(`only ${this.received} of ${this.order.subscribers} get messages`);
  }

  private startCount(): void {
    this.check();
    this.base = published;
    this.arrivals = Array.from({ length: this.order.subscribers }, () => []);
    this.received = 0;
  }

  private async untilDelivered(writes: number): Promise<void> {
    const total = writes * this.order.subscribers;
    if (await this.until(() => this.received === total, DELIVERY_LIMIT_MS)) return;
    throw new Error(`${this.received} frames came of ${total} that should have`);
  }

  private async until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    const limit = performance.now() + limitMs;
    for (; performance.now() < limit; await delay(POLL_MS)) {
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

let pipeline: Pipeline | undefined;

serveOrders<PipelineSkills>({
  async open(order) {
    pipeline = new Pipeline(order);
    await pipeline.open();
    return null;
  },
  pace: (order) => pipeline!.pace(order),
  flood: (order) => pipeline!.flood(order),
  async close() {
    await pipeline?.close();
    pipeline = undefined;
    return null;
  },
});
