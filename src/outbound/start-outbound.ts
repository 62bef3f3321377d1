import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { SendingConfig } from '../config/config';
import type { Connections } from '../connections/connections';
import { createDataSource, poolOf } from '../db/data-source';
import { Sessions } from '../db/sessions';
import { UnitOfWork } from '../db/unit-of-work';
import { LogWatch } from '../events/log-watch';
import type { Files } from '../files/files';
import { OUTBOUND_CHANNEL, type OutboundBell } from './bell';
import { hasDue } from './claim';
import { Sender } from './sender';

export interface OutboundOptions {
  /** Connection string of a role that may take on parley_system. */
  url: string;
  connections: Connections;
  files: Files;
  bell: OutboundBell;
  clock: () => Date;
  log: Logger;
  config: SendingConfig;
  /** Told of each commit that may have brought events. */
  onCommit: () => void;
  /** Most messages under way at the same time; absent: 64. */
  slots?: number;
  /** Most of them on one channel; absent: 4. */
  slotsEach?: number;
  /** After how many seconds an attempt whose process is gone counts as lost; absent: twice the time-out. */
  leaseSeconds?: number;
  /** How many seconds a stop waits for what is under way; absent: 5. */
  stopSeconds?: number;
}

/** The way out of one process. */
export interface Outbound {
  /** Has it look now. */
  wake(): void;
  /**
   * Resolves when nothing is left that can be sent now, by any process; what is to be tried again
   * later is not waited for. For tests.
   * @throws Error when that takes longer than `seconds` (absent: 10).
   */
  drain(seconds?: number): Promise<void>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

/** Connections of one process for all of this. */
const POOL_SIZE = 6;

/** Starts to send messages; rejects when the database can't be reached. */
export async function startOutbound(options: OutboundOptions): Promise<Outbound> {
  const { url, connections, files, bell, clock, log, config, onCommit } = options;
  const { slots = 64, slotsEach = 4, stopSeconds = 5 } = options;
  const onError = (err: Error) =>
    log.warn({ err }, 'a database connection of the way out was lost');
  const source = createDataSource({
    ...{ url, role: 'parley_system', poolSize: POOL_SIZE, onError },
    forCommands: true,
  });
  await source.initialize();
  const system = poolOf(source);
  const sessions = new Sessions(system);
  const units = new UnitOfWork(source, sessions, onCommit);
  const leaseSeconds = options.leaseSeconds ?? config.timeoutSeconds * 2;
  const sender = new Sender({
    ...{ system, sessions, units, connections, files, clock, config, log },
    ...{ slots, slotsEach, leaseSeconds, stopSeconds },
  });
  const watch = new LogWatch({
    ...{ url, system, log, listensToHeads: false },
    workspaceIds: () => [],
    onHeads: () => undefined,
    onListening: () => sender.wake(),
    channels: { [OUTBOUND_CHANNEL]: () => sender.wake() },
  });
  bell.attach(() => sender.wake());
  watch.start();
  sender.start();
  const end = async () => {
    bell.attach(null);
    await Promise.all([watch.stop(), sender.stop()]);
    await source.destroy();
  };
  let ended: Promise<void> | undefined;
  return {
    wake: () => sender.wake(),
    drain: (seconds = 10) => drain(sender, system, seconds),
    stop: () => (ended ??= end()),
  };
}

/** How often a drain looks again, in milliseconds. */
const LOOK_AGAIN = 5;

async function drain(sender: Sender, system: Pool, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  sender.wake();
  while (sender.isBusy || (await hasDue(system))) {
    if (performance.now() > deadline) {
      throw new Error(`Messages are still being sent after ${seconds} s.`);
    }
    await delay(LOOK_AGAIN);
  }
}
