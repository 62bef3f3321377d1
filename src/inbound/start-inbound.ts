import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Connections } from '../connections/connections';
import { createDataSource, poolOf } from '../db/data-source';
import { Sessions } from '../db/sessions';
import { UnitOfWork } from '../db/unit-of-work';
import { CHANNEL_CHANGES, channelOfNotice } from '../domain/channel/notice';
import { ensureDeliveryPartitions } from '../domain/delivery/store-deliveries';
import { INBOUND_CHANNEL } from '../domain/delivery/wake-processor';
import { LogWatch } from '../events/log-watch';
import type { Files } from '../files/files';
import { Acceptor } from './accept';
import { channelsOfNotice, InboundBell } from './bell';
import { DeliveryDesk } from './delivery-desk';
import { Processor } from './processor';
import { SenderLimits } from './sender-limits';
import { Sources } from './sources';

export interface InboundOptions {
  /** Connection string of a role that may take on parley_api. */
  url: string;
  pool: Pool;
  system: Pool;
  sessions: Sessions;
  connections: Connections;
  files: Files;
  clock: () => Date;
  log: Logger;
  /** Told of each commit that may have brought events. */
  onCommit: () => void;
  /** Whether this process does what comes after the acceptance. */
  isWorker: boolean;
  /** How many channels are processed at the same time; absent: 4. */
  lanes?: number;
}

/** The way in of one process. */
export interface Inbound {
  acceptor: Acceptor;
  /**
   * Resolves when nothing that came in is left to process now, by any process; what is to be tried
   * again later is not waited for. For tests.
   * @throws Error when that takes longer than `seconds` (absent: 10).
   */
  drain(seconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/** How much is processed at once: few enough rows that a channel's turn is short. */
const BATCH = { count: 250, bytes: 8 * 1024 * 1024 };

/** Makes ready to take deliveries, and in a worker starts to process them. */
export async function startInbound(options: InboundOptions): Promise<Inbound> {
  const { pool, system, sessions, connections, clock, log } = options;
  await ensureDeliveryPartitions(system);
  const bell = new InboundBell(pool);
  const desk = new DeliveryDesk({ sessions, system, clock, bell });
  const limits = new SenderLimits({ sessions, clock });
  const acceptor = new Acceptor({ connections, desk, limits, log });
  const processing = options.isWorker ? await startProcessing(options, bell) : null;
  return {
    acceptor,
    drain: async (seconds = 10) => {
      if (processing) await drain(processing.processor, seconds);
    },
    stop: async () => processing?.stop(),
  };
}

async function startProcessing(options: InboundOptions, bell: InboundBell) {
  const { url, system, connections, files, clock, log, onCommit, lanes = 4 } = options;
  const onError = (err: Error) => log.warn({ err }, 'a database connection of the way in was lost');
  // one to spare, so that none of the lanes waits for a connection
  const source = createDataSource({
    ...{ url, role: 'parley_api', poolSize: lanes + 1, onError },
    forCommands: true,
  });
  await source.initialize();
  const sessions = new Sessions(poolOf(source));
  const units = new UnitOfWork(source, sessions, onCommit);
  const processor = new Processor({
    ...{ connections, sessions, units, files, clock, log, system, lanes },
    limits: BATCH,
  });
  const sources = new Sources({ connections, sessions, units, bell, clock, log, system });
  const watch = new LogWatch({
    ...{ url, system, log, listensToHeads: false },
    workspaceIds: () => [],
    onHeads: () => undefined,
    onListening: () => processor.wake(),
    channels: {
      [INBOUND_CHANNEL]: (notice) => {
        const channels = channelsOfNotice(notice, bell);
        if (!channels) processor.wake();
        else for (const channel of channels) processor.wake(channel);
      },
      [CHANNEL_CHANGES]: (notice) => {
        const { workspaceId, channelId } = channelOfNotice(notice);
        connections.forget(workspaceId, channelId);
        sources.wake();
        processor.wake({ workspaceId, channelId });
      },
    },
  });
  bell.attach((channel) => processor.wake(channel));
  watch.start();
  processor.start();
  sources.start();
  const stop = async () => {
    await sources.stop();
    bell.attach(null);
    await Promise.all([watch.stop(), processor.stop()]);
    await source.destroy();
  };
  return { processor, stop };
}

/** How often a drain looks again, in milliseconds. */
const LOOK_AGAIN = 5;

async function drain(processor: Processor, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  processor.wake();
  while (await processor.isBusy()) {
    if (performance.now() > deadline) {
      throw new Error(`Deliveries are still being processed after ${seconds} s.`);
    }
    await delay(LOOK_AGAIN);
  }
}
