import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { NatsConfig } from '../config/nats';
import { globalId } from '../domain/kit/ids';
import type { StoredEvent } from '../events/log';

/** Within how many seconds of its first arrival JetStream drops a second copy of an event. */
const DUPLICATES_WITHIN = 120;

const DAY = 24 * 60 * 60 * 1_000;

/** Codes of JetStream's API. */
const NOT_FOUND = 10059;

/** The first words of every subject: those of two streams never overlap. */
function prefixOf({ stream }: NatsConfig): string {
  return `${stream.toLowerCase()}.events`;
}

/** Where an event goes: `parley.events.<workspace>.<type>`, whose type is two words itself. */
export function subjectOf(nats: NatsConfig, { workspaceId, type }: StoredEvent): string {
  return `${prefixOf(nats)}.${globalId('Workspace', workspaceId)}.${type}`;
}

/**
 * Makes the stream, or brings an older one up to date. What is not named here, such as a limit on its
 * bytes, is the operator's to set and stays as it is.
 */
export async function ensureStream(
  streams: JetStreamManager['streams'],
  nats: NatsConfig,
  retentionDays: number,
): Promise<void> {
  const ours = {
    subjects: [`${prefixOf(nats)}.>`],
    max_age: nanos(retentionDays * DAY),
    duplicate_window: nanos(DUPLICATES_WITHIN * 1_000),
    num_replicas: nats.replicas,
  };
  const present = await findStream(streams, nats);
  if (!present) {
    await streams.add({
      name: nats.stream,
      description: 'The event log of Parley',
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      ...ours,
    });
  } else if (!includes(present, ours)) {
    await streams.update(nats.stream, ours);
  }
}

/** The stream's configuration, or null when there is no such stream. */
export async function findStream(
  streams: JetStreamManager['streams'],
  { stream }: NatsConfig,
): Promise<StreamConfig | null> {
  try {
    return (await streams.info(stream)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NOT_FOUND) return null;
    throw error;
  }
}

function includes(present: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  return Object.entries(wanted).every(
    ([name, value]) =>
      JSON.stringify(present[name as keyof StreamConfig]) === JSON.stringify(value),
  );
}
