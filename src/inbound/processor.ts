import type { Session } from '../db/sessions';
import { Rounds } from '../jobs/rounds';
import { nameOf, type ChannelRef } from './bell';
import { processNext, type LaneOptions } from './lane';
import { findDueChannels } from './queue';

/** How often it looks by itself, in milliseconds. */
const LOOK_EVERY = 1_000;

export interface ProcessorOptions extends LaneOptions {
  /** Connections that see the queues of all workspaces. */
  system: Session;
  /** How many channels are processed at the same time. */
  lanes: number;
}

/**
 * Processes what came in: for each channel one batch after the other, in the order of receipt, and
 * the channels in turn, so that none waits for another one's backlog.
 */
export class Processor {
  private readonly rounds: Rounds;
  /** Channels whose turn comes when a lane is free. */
  private readonly waiting = new Map<string, ChannelRef>();
  private readonly running = new Map<string, Promise<void>>();
  /** Channels that got something while they are under way. */
  private readonly again = new Set<string>();
  private isClosed = false;
  private hasFailed = false;

  constructor(private readonly options: ProcessorOptions) {
    this.rounds = new Rounds({
      round: () => this.look(),
      every: LOOK_EVERY,
      onError: (err) => options.log.warn({ err }, 'the queue of deliveries could not be read'),
    });
  }

  start(): void {
    this.rounds.start();
  }

  /** @param channel that has something; absent: any may have. */
  wake(channel?: ChannelRef): void {
    if (channel) this.isDue(channel);
    else this.rounds.wake();
  }

  /** Whether something is under way, or waits that could be processed. */
  async isBusy(): Promise<boolean> {
    const { system, clock } = this.options;
    if (this.rounds.isBusy || this.running.size + this.waiting.size > 0) return true;
    return (await findDueChannels(system, clock())).length > 0;
  }

  /** Takes nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.isClosed = true;
    this.waiting.clear();
    await this.rounds.stop();
    await Promise.all(this.running.values());
  }

  private async look(): Promise<void> {
    const { system, clock } = this.options;
    for (const channel of await findDueChannels(system, clock())) this.isDue(channel);
  }

  private isDue(channel: ChannelRef): void {
    const name = nameOf(channel);
    if (this.running.has(name)) this.again.add(name);
    else this.waiting.set(name, channel);
    this.fill();
  }

  private fill(): void {
    for (const [name, channel] of this.waiting) {
      if (this.isClosed || this.running.size >= this.options.lanes) return;
      this.waiting.delete(name);
      this.running.set(name, this.run(name, channel));
    }
  }

  /** Never rejects: what a failing database keeps from being done is found again by looking. */
  private async run(name: string, channel: ChannelRef): Promise<void> {
    // what comes from here on may not be seen any more
    this.again.delete(name);
    let hasMore = false;
    try {
      hasMore = await processNext(this.options, channel);
      this.hasFailed = false;
    } catch (err) {
      if (!this.hasFailed) this.options.log.warn({ err }, 'deliveries could not be processed');
      this.hasFailed = true;
    }
    this.running.delete(name);
    if (this.again.delete(name) || hasMore) this.waiting.set(name, channel);
    this.fill();
  }
}
