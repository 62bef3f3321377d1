import type { Logger } from 'pino';
import { connectorActor } from '../auth/actor';
import type { Connections } from '../connections/connections';
import type { OpenChannel } from '../connections/open-channel';
import type { Sessions } from '../db/sessions';
import type { UnitOfWork } from '../db/unit-of-work';
import { runCommand } from '../domain/kit/command';
import { DomainError } from '../domain/kit/errors';
import { globalId } from '../domain/kit/ids';
import { mayCarry } from '../domain/outbound/linked-channel';
import type { Files } from '../files/files';
import type { ChannelRef } from './bell';
import { isDatabaseAway, isFault, pauseAfter, reason, reasonOf } from './failure';
import { keepFiles } from './keep-files';
import { normaliseBatch, type Reading } from './normalise-batch';
import { readBatch, type BatchLimits, type QueuedDelivery } from './queue';
import { takeIn, type Handled } from './take-in';

export interface LaneOptions {
  connections: Connections;
  sessions: Sessions;
  units: UnitOfWork;
  files: Files;
  clock: () => Date;
  log: Pick<Logger, 'warn' | 'error'>;
  limits: BatchLimits;
}

/**
 * Processes the next deliveries of a channel that takes part.
 * @returns whether there may be more whose turn it is.
 * @throws what the database is to blame for.
 */
export async function processNext(options: LaneOptions, channel: ChannelRef): Promise<boolean> {
  const { connections, sessions, clock, limits } = options;
  const { workspaceId, channelId } = channel;
  const open = await connections.recall(workspaceId, channelId);
  if (open?.status !== 'ACTIVE') return false;
  const batch = await sessions.with(workspaceId, (session) =>
    readBatch(session, channel, limits, clock()),
  );
  if (batch.length === 0) return false;
  const readings = await keepFiles(options, open, await normaliseBatch(open, batch));
  return new Batch(options, open).take(readings);
}

class Batch {
  constructor(
    private readonly options: LaneOptions,
    private readonly open: OpenChannel,
  ) {}

  /** All together; where that fails, one by one, so that each but the culprit gets through. */
  async take(readings: readonly Reading[]): Promise<boolean> {
    try {
      return await this.run(readings.map((reading) => this.handle(reading)));
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      if (readings.length === 1) return this.run([this.fail(readings[0]!.delivery, error)]);
    }
    for (const reading of readings) if (!(await this.take([reading]))) return false;
    return true;
  }

  /** @returns false when another process is at the channel. */
  private async run(handled: readonly Handled[]): Promise<boolean> {
    const { connections, units, clock } = this.options;
    const { workspaceId, channelId, connector, visibility, channel } = this.open;
    const { id: connectorId, kind } = connector.manifest;
    const { name, identityScope } = channel;
    const actor = connectorActor(workspaceId, channelId, name);
    const answer = await runCommand(units, actor, clock(), takeIn, {
      channel: { id: channelId, kind, name, identityScope, visibility },
      mayCarry: mayCarry(connections.connectors, connectorId),
      handled,
    });
    if (!answer.ok) throw new DomainError(answer.problems);
    return !answer.result.isBusy;
  }

  private handle(reading: Reading): Handled {
    const { delivery } = reading;
    if ('items' in reading) return { deliveryId: delivery.id, items: reading.items };
    if ('error' in reading) return this.fail(delivery, reading.error);
    const failure = { attempts: delivery.attempts + 1, pauseSeconds: null };
    return {
      ...{ deliveryId: delivery.id, items: null },
      failure: { ...failure, reason: reason(reading.dead) },
    };
  }

  private fail({ id, attempts: before }: QueuedDelivery, error: unknown): Handled {
    const { manifest } = this.open.connector;
    const attempts = before + 1;
    if (isFault(error)) {
      const about = { delivery: globalId('InboundDelivery', id), channel: this.open.channel.id };
      this.options.log.error(
        { ...about, attempts, err: error },
        'a delivery could not be processed',
      );
    }
    const failure = { reason: reasonOf(error, manifest.label), attempts };
    return {
      ...{ deliveryId: id, items: null },
      failure: { ...failure, pauseSeconds: pauseAfter(attempts) },
    };
  }
}
