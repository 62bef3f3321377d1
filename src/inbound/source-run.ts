import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { connectorActor } from '../auth/actor';
import type { Connections } from '../connections/connections';
import type { SourceContext } from '../connectors/kit/connector';
import { ReconnectNeeded, RetryLater } from '../connectors/kit/errors';
import type { Sessions } from '../db/sessions';
import type { UnitOfWork } from '../db/unit-of-work';
import { setChannelHealth } from '../domain/channel/set-health';
import { storeDeliveries, type NewDelivery } from '../domain/delivery/store-deliveries';
import { runCommand } from '../domain/kit/command';
import type { ChannelRef, InboundBell } from './bell';
import { isDatabaseAway, isFault, reason } from './failure';
import { moveCursor, readCursor } from './source-leases';
import { storable, storableHeaders, storableKey } from './storable';

export interface SourceRunOptions {
  connections: Connections;
  sessions: Sessions;
  units: UnitOfWork;
  bell: InboundBell;
  clock: () => Date;
  log: Pick<Logger, 'debug' | 'warn' | 'error'>;
  /** Names this process among those that read. */
  holder: string;
}

const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 300;
/** How far a pause is off, either way, so that what failed together is not tried together. */
const JITTER = 0.2;
/** Most deliveries that one statement stores, and about how many bytes. */
const MOST = 256;
const MOST_BYTES = 4 * 1024 * 1024;

type Health = 'OK' | 'DEGRADED' | 'NEEDS_RECONNECT';

/** Raised within a source whose channel another process reads for now. */
class LeaseLost extends Error {}

/** Reads for one channel until it is stopped: starts the connector's source, and starts it again when it ends. */
export class SourceRun {
  private readonly ending = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failures = 0;
  /** Whether it has ended by itself, and would have to be begun anew. */
  isOver = false;
  /** What was told last; null while it is not known what the channel's state says. */
  private told: string | null = null;

  constructor(
    private readonly options: SourceRunOptions,
    private readonly channel: ChannelRef,
    /** The channel's version when it was begun. */
    readonly version: string,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** @param longest milliseconds that the source may take to end. */
  async stop(longest: number): Promise<void> {
    this.ending.abort();
    const limit = new AbortController();
    const late = delay(longest, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([this.running, late]);
    limit.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const pause = await this.attempt();
      if (pause === null) break;
      await delay(pause * 1_000, undefined, { signal }).catch(() => undefined);
    }
    this.isOver = true;
  }

  /** @returns after how many seconds it is started again; null for never. */
  private async attempt(): Promise<number | null> {
    const { connections } = this.options;
    const { workspaceId, channelId } = this.channel;
    let label = 'it';
    try {
      const open = await connections.read(workspaceId, channelId);
      const { connector } = open ?? {};
      if (!open || !connector?.source) return null;
      ({ label } = connector.manifest);
      await connector.source(await this.contextOf(connections.contextOf(open, this.ending.signal)));
      return FIRST_PAUSE_SECONDS;
    } catch (error) {
      return this.fail(error, label);
    }
  }

  private async fail(error: unknown, label: string): Promise<number | null> {
    if (this.ending.signal.aborted || error instanceof LeaseLost) return null;
    this.failures += 1;
    const { log } = this.options;
    const { channelId } = this.channel;
    if (isDatabaseAway(error)) {
      log.warn({ err: error, channelId }, 'a source lost the database');
    } else {
      if (isFault(error) && this.failures === 1) {
        log.error({ err: error, channelId }, 'a source failed');
      }
      const health = error instanceof ReconnectNeeded ? 'NEEDS_RECONNECT' : 'DEGRADED';
      const isTold = await this.tell(health, wordsOf(error, label)).then(
        () => true,
        () => false,
      );
      if (health === 'NEEDS_RECONNECT' && isTold) return null;
    }
    return pauseAfter(this.failures, error instanceof RetryLater ? error.afterSeconds : undefined);
  }

  /** The connector changes its context's channel when it renews settings, so it has to stay the same object. */
  private async contextOf(context: object): Promise<SourceContext> {
    const { sessions } = this.options;
    const cursor = await sessions.with(this.channel.workspaceId, (session) =>
      readCursor(session, this.channel),
    );
    return Object.assign(context as SourceContext, {
      cursor,
      deliver: (deliveries, reached) => this.deliver(deliveries, reached),
      report: (health, reason) => this.tell(health, reason ?? null),
    } satisfies Partial<SourceContext>);
  }

  private async deliver(
    deliveries: Parameters<SourceContext['deliver']>[0],
    cursor: Record<string, unknown>,
  ): Promise<void> {
    const { units, holder, bell, clock } = this.options;
    const { workspaceId, channelId } = this.channel;
    const all = deliveries.map(({ eventKey, body, headers = {} }): NewDelivery => ({
      ...{ channelId, body, source: 'POLL' },
      eventKey: storableKey(eventKey, body),
      headers: storableHeaders(headers),
    }));
    const isNew = await units.transaction(workspaceId, async (session) => {
      if (!(await moveCursor(session, this.channel, holder, storable(cursor)))) {
        throw new LeaseLost('Another process reads for this channel now.');
      }
      let found = false;
      for (const some of chunks(all)) {
        const channels = await storeDeliveries(session, workspaceId, some, clock());
        found ||= channels.size > 0;
      }
      return found;
    });
    if (isNew) bell.ring(this.channel);
    await this.tell('OK', null);
  }

  private async tell(health: Health, reason: string | null): Promise<void> {
    if (health === 'OK') this.failures = 0;
    const words = `${health} ${reason ?? ''}`;
    if (this.told === words) return;
    const { units, clock } = this.options;
    const { workspaceId, channelId } = this.channel;
    const actor = connectorActor(workspaceId, channelId, 'source');
    const at = clock();
    const report = { channelId, part: 'SOURCE', health, reason, at };
    await runCommand(units, actor, at, setChannelHealth, report);
    this.told = words;
  }
}

function wordsOf(error: unknown, label: string): string {
  if (!isFault(error)) return reason((error as Error).message);
  return `Reading failed, which is a fault of Parley or of its connector for ${label}: the log has the details. It is tried again and again.`;
}

function chunks(deliveries: readonly NewDelivery[]): NewDelivery[][] {
  const all: NewDelivery[][] = [];
  let bytes = 0;
  for (const delivery of deliveries) {
    bytes += delivery.body.length;
    const last = all.at(-1);
    if (last && last.length < MOST && bytes <= MOST_BYTES) {
      last.push(delivery);
    } else {
      all.push([delivery]);
      bytes = delivery.body.length;
    }
  }
  return all;
}

/** How many seconds after so many failures in a row the source is started again. */
export function pauseAfter(failures: number, asked = 0, random = Math.random()): number {
  const plain = Math.min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS);
  return Math.max(plain * (1 + JITTER * (2 * random - 1)), asked);
}
