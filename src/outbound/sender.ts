import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import type { SendOutcome } from '../domain/outbound/record-outcome';
import { globalId } from '../domain/kit/ids';
import { Rounds } from '../jobs/rounds';
import { claimDue, type Claimed } from './claim';
import { deliver, type Delivering } from './deliver';

/** How often the sender looks by itself, in milliseconds. */
const LOOK_EVERY = 1_000;

export interface SenderOptions extends Delivering {
  /** Sees the queues of all workspaces. */
  system: Pool;
  /** How many messages are under way at the same time. */
  slots: number;
  /** How many of them on one channel; on one that just failed it is one. */
  slotsEach: number;
  /** After how many seconds without an outcome an attempt counts as lost. */
  leaseSeconds: number;
  /** How many seconds a stop waits for what is under way. */
  stopSeconds: number;
}

/**
 * Sends what is due: one message of a conversation at a time, several conversations and channels side
 * by side. A channel that fails is tried with one message at a time, so that it costs the others
 * nothing and is not pressed while it is down.
 */
export class Sender {
  private readonly rounds: Rounds;
  private readonly stopping = new AbortController();
  private readonly underWay = new Map<Claimed, Promise<void>>();
  private readonly failing = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(private readonly options: SenderOptions) {
    this.rounds = new Rounds({
      round: () => this.round(),
      every: LOOK_EVERY,
      onError: (err) => options.log.warn({ err }, 'the queue of messages could not be read'),
    });
    setMaxListeners(0, this.stopping.signal);
  }

  start(): void {
    this.rounds.start();
  }

  /** Has it look for messages now. */
  wake(): void {
    this.rounds.wake();
  }

  get isBusy(): boolean {
    return this.rounds.isBusy || this.underWay.size > 0;
  }

  /** Takes nothing more; what is under way may end, and is looked for after a while otherwise. */
  async stop(): Promise<void> {
    this.isClosed = true;
    await this.rounds.stop();
    for (const timer of this.timers) clearTimeout(timer);
    const limit = setTimeout(() => this.stopping.abort(), this.options.stopSeconds * 1_000);
    await Promise.all(this.underWay.values());
    clearTimeout(limit);
  }

  private async round(): Promise<void> {
    const { system, slots, slotsEach, leaseSeconds } = this.options;
    const free = slots - this.underWay.size;
    if (free <= 0 || this.isClosed) return;
    const claims = await claimDue(system, randomUUID(), {
      ...{ total: free, perChannel: slotsEach, leaseSeconds },
      left: this.roomLeft(),
    });
    for (const claimed of claims) this.underWay.set(claimed, this.carryOut(claimed));
  }

  /** Of the channels that have something under way, or that fail. */
  private roomLeft(): Map<string, number> {
    const counts = new Map<string, number>([...this.failing].map((id) => [id, 0]));
    for (const { channelId } of this.underWay.keys()) {
      counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    }
    const most = (id: string) => (this.failing.has(id) ? 1 : this.options.slotsEach);
    return new Map([...counts].map(([id, count]) => [id, Math.max(0, most(id) - count)]));
  }

  /** Never rejects. What can't be written down is looked for when the lease is over. */
  private async carryOut(claimed: Claimed): Promise<void> {
    const { log } = this.options;
    const about = {
      channel: globalId('Channel', claimed.channelId),
      message: globalId('Message', claimed.messageId),
    };
    try {
      const outcome = await deliver(claimed, this.options, this.stopping.signal);
      log.debug({ ...about, outcome: outcome.kind }, 'a message was dealt with');
      this.pace(claimed, outcome);
    } catch (err) {
      log.error({ ...about, err }, 'what came of a message could not be kept');
    } finally {
      this.underWay.delete(claimed);
      this.rounds.wake();
    }
  }

  private pace({ channelId }: Claimed, outcome: SendOutcome): void {
    if (outcome.kind === 'SENT') this.failing.delete(channelId);
    if (outcome.kind !== 'LATER') return;
    // others are not held up by one that has to wait
    if (!outcome.isOfMessage) this.failing.add(channelId);
    this.wakeIn(outcome.seconds);
  }

  /** For pauses that are shorter than those between its own looks. */
  private wakeIn(seconds: number): void {
    if (seconds * 1_000 >= LOOK_EVERY || this.isClosed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.wake();
    }, seconds * 1_000);
    this.timers.add(timer);
  }
}
