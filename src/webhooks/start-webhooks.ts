import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { WebhookConfig } from '../config/config';
import { createDataSource, poolOf } from '../db/data-source';
import { queryObjects, Sessions } from '../db/sessions';
import { sql } from '../db/sql';
import { UnitOfWork } from '../db/unit-of-work';
import { WEBHOOK_CHANNEL } from '../domain/webhook/wake-sender';
import { LogWatch } from '../events/log-watch';
import type { OutgoingGuard } from '../outgoing/guard';
import { OutgoingClient } from '../outgoing/http-client';
import type { SecretBox } from '../secrets/secret-box';
import { Dispatcher } from './dispatcher';
import { Sender } from './sender';

export interface WebhooksOptions {
  /** Connection string of a role that may take on parley_system. */
  url: string;
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  clock: () => Date;
  secrets: SecretBox;
  outgoing: OutgoingGuard;
  config: WebhookConfig;
  /** Most requests under way at the same time; absent: 256. */
  slots?: number;
  /** Most of them to one endpoint; absent: 8. */
  slotsEach?: number;
  /** After how many seconds a delivery whose process is gone is sent again; absent: twice the time-out. */
  leaseSeconds?: number;
  /** How many seconds a stop waits for requests that are under way; absent: 5. */
  stopSeconds?: number;
  /** Most pending deliveries of one endpoint; absent: 10,000. */
  backlog?: number;
}

/** What a process does to send webhooks. */
export interface Webhooks {
  /** Has it look now; it is told of new events by the database, so this only hastens. */
  wake(heads?: ReadonlyMap<string, number>): void;
  /**
   * Resolves when every event that has its position has been dispatched and nothing is due, in any
   * process; what is to be tried again later is not waited for. For tests.
   * @throws Error when that takes longer than `seconds` (absent: 10).
   */
  drain(seconds?: number): Promise<void>;
  /** Ends what is under way, or gives it back. */
  stop(): Promise<void>;
}

/** Connections of one process for all of this. */
const POOL_SIZE = 6;
/** Most events that are dispatched to an endpoint at once. */
const BATCH = 500;

/** Starts to send webhooks; rejects when the database can't be reached. */
export async function startWebhooks(options: WebhooksOptions): Promise<Webhooks> {
  const { url, log, clock, secrets, outgoing, config } = options;
  const { slots = 256, slotsEach = 8, backlog = 10_000 } = options;
  const onError = (err: Error) => log.warn({ err }, 'a database connection of webhooks was lost');
  const source = createDataSource({
    ...{ url, role: 'parley_system', poolSize: POOL_SIZE, onError },
    forCommands: true,
  });
  await source.initialize();
  const pool = poolOf(source);
  const units = new UnitOfWork(source, new Sessions(pool));
  const client = new OutgoingClient(outgoing);
  const sender = new Sender({
    ...{ pool, units, client, secrets, clock, config, log, slots, slotsEach },
    leaseSeconds: options.leaseSeconds ?? config.timeoutSeconds * 2,
    stopSeconds: options.stopSeconds ?? 5,
  });
  const dispatcher = new Dispatcher({
    ...{ pool, units, clock, log },
    limits: { batch: Math.min(BATCH, backlog), backlog },
    onDeliveries: () => sender.wake(),
  });
  const watch = new LogWatch({
    ...{ url, system: pool, log },
    // the dispatcher looks at all of them by itself
    workspaceIds: () => [],
    onHeads: (heads) => dispatcher.wake(heads),
    channels: { [WEBHOOK_CHANNEL]: () => sender.wake() },
  });
  watch.start();
  dispatcher.start();
  sender.start();
  const end = async () => {
    await Promise.all([watch.stop(), dispatcher.stop(), sender.stop()]);
    await client.close();
    await source.destroy();
  };
  let ended: Promise<void> | undefined;
  return {
    wake: (heads) => dispatcher.wake(heads),
    drain: (seconds = 10) => drain({ pool, dispatcher, sender, seconds }),
    stop: () => (ended ??= end()),
  };
}

interface Draining {
  pool: Pool;
  dispatcher: Dispatcher;
  sender: Sender;
  seconds: number;
}

/** How often a drain looks again, in milliseconds. */
const LOOK_AGAIN = 10;

async function drain({ pool, dispatcher, sender, seconds }: Draining): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  dispatcher.wake();
  sender.wake();
  while ((await dispatcher.isBusy()) || sender.isBusy || (await hasDue(pool))) {
    if (performance.now() > deadline) {
      throw new Error(`Webhooks are still being sent after ${seconds} s.`);
    }
    await delay(LOOK_AGAIN);
  }
}

/** Whether anything is due or under way, in any process. */
async function hasDue(pool: Pool): Promise<boolean> {
  const [row] = await queryObjects<{ found: boolean }>(
    pool,
    sql`select exists (
          select from webhook_delivery d
          join webhook_endpoint e on e.workspace_id = d.workspace_id and e.id = d.endpoint_id
          where d.status = 'PENDING' and (d.due_at <= now() or d.locked_by is not null)
            and e.status = 'ENABLED' and e.deleted_at is null
            and (e.resting_until is null or e.resting_until <= now())
        ) as found`,
  );
  return row!.found;
}
