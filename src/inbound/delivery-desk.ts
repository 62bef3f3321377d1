import type { Session, Sessions } from '../db/sessions';
import {
  ensureDeliveryPartitions,
  lacksPartition,
  storeDeliveries,
  type NewDelivery,
} from '../domain/delivery/store-deliveries';
import type { InboundBell } from './bell';

/** Most deliveries that one statement stores. */
const MOST = 256;
/** Most bytes of bodies in one statement; one that is larger goes alone. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Most statements under way at the same time for one workspace. */
const LANES = 2;

export interface DeliveryDeskOptions {
  sessions: Sessions;
  /** Connections that may make tables. */
  system: Session;
  clock: () => Date;
  bell: InboundBell;
}

interface Waiting {
  delivery: NewDelivery;
  stored: () => void;
  failed: (error: unknown) => void;
}

/**
 * Stores what comes in. What comes while statements are under way waits for the next one, so that a
 * crowd of senders shares transactions and the flushes to disk that they cost.
 */
export class DeliveryDesk {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly options: DeliveryDeskOptions) {}

  /** Resolves when the delivery is safe on disk, or was there before. */
  store(workspaceId: string, delivery: NewDelivery): Promise<void> {
    let queue = this.queues.get(workspaceId);
    if (!queue) {
      queue = new Queue(workspaceId, this.options, () => this.queues.delete(workspaceId));
      this.queues.set(workspaceId, queue);
    }
    return queue.add(delivery);
  }
}

class Queue {
  private waiting: Waiting[] = [];
  private running = 0;

  constructor(
    private readonly workspaceId: string,
    private readonly options: DeliveryDeskOptions,
    private readonly onEmpty: () => void,
  ) {}

  add(delivery: NewDelivery): Promise<void> {
    return new Promise((stored, failed) => {
      this.waiting.push({ delivery, stored, failed });
      if (this.running < LANES) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running += 1;
    // what arrives in the same turn goes along
    await new Promise(setImmediate);
    for (let batch = this.take(); batch.length > 0; batch = this.take()) await this.settle(batch);
    this.running -= 1;
    if (this.running === 0) this.onEmpty();
  }

  private take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { delivery } of this.waiting) {
      bytes += delivery.body.length;
      if (count === MOST || (count > 0 && bytes > MOST_BYTES)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  /** One that can't be stored must not keep the others out. */
  private async settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.store(batch.map(({ delivery }) => delivery));
      for (const { stored } of batch) stored();
    } catch (error) {
      if (batch.length === 1) batch[0]!.failed(error);
      else for (const one of batch) await this.settle([one]);
    }
  }

  private async store(deliveries: readonly NewDelivery[], isRetry = false): Promise<void> {
    const { sessions, system, clock, bell } = this.options;
    const { workspaceId } = this;
    try {
      const channels = await sessions.with(workspaceId, (session) =>
        storeDeliveries(session, workspaceId, deliveries, clock()),
      );
      for (const channelId of channels) bell.ring({ workspaceId, channelId });
    } catch (error) {
      if (isRetry || !lacksPartition(error)) throw error;
      await ensureDeliveryPartitions(system);
      await this.store(deliveries, true);
    }
  }
}
