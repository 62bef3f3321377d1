/** Where the time of a simulation comes from, and what waits for it. */
export interface Clock {
  now(): Date;
  /** Does something at a time; gives what forgets it. */
  at(time: Date, task: () => void | Promise<void>): () => void;
  /** Does what is due, and what becomes due by it, and waits for it. */
  settle(): Promise<void>;
  /** Nothing happens any longer. */
  stop(): void;
}

/** Moves a time by seconds. */
export function later(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1_000);
}

/** The time as it passes. */
export class RealClock implements Clock {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private isStopped = false;

  /** @param onError is told what a task has thrown. */
  constructor(private readonly onError: (error: unknown) => void = () => undefined) {}

  now(): Date {
    return new Date();
  }

  at(time: Date, task: () => void | Promise<void>): () => void {
    if (this.isStopped) return () => undefined;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        const run = Promise.resolve().then(task).catch(this.onError);
        this.running.add(run);
        void run.finally(() => this.running.delete(run));
      },
      Math.max(0, time.getTime() - Date.now()),
    );
    this.timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  async settle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

interface Waiting {
  time: number;
  serial: number;
  task: () => void | Promise<void>;
}

/** A time that stands still until it is moved: what tests need. */
export class SteppedClock implements Clock {
  private readonly waiting = new Set<Waiting>();
  private serial = 0;
  private time: number;

  constructor(start: Date) {
    this.time = start.getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  at(time: Date, task: () => void | Promise<void>): () => void {
    const entry = { time: time.getTime(), serial: ++this.serial, task };
    this.waiting.add(entry);
    return () => this.waiting.delete(entry);
  }

  settle(): Promise<void> {
    return this.advance(0);
  }

  /** Lets seconds pass, and does on the way what becomes due, each thing at its own time. */
  async advance(seconds: number): Promise<void> {
    const end = this.time + seconds * 1_000;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.waiting.delete(next);
      this.time = Math.max(this.time, next.time);
      await next.task();
    }
    this.time = Math.max(this.time, end);
  }

  stop(): void {
    this.waiting.clear();
  }

  private next(end: number): Waiting | undefined {
    const due = [...this.waiting].filter(({ time }) => time <= end);
    return due.sort((a, b) => a.time - b.time || a.serial - b.serial)[0];
  }
}
