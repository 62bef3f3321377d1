import type { TaskName, TaskPayloads } from '../payloads';
import type { Task } from '../task';
import { fetchAttachment, type FetchServices } from './fetch-attachment';
import { lookUp } from './look-up';
import { performAction, type ActionServices } from './perform-action';
import { probeChannel, probeChannels } from './probe-channels';
import { pruneDeliveries } from './prune-deliveries';
import { pruneEventLog } from './prune-event-log';
import { pruneFiles } from './prune-files';
import { pruneIdempotencyRecords } from './prune-idempotency-records';
import { prunePresence } from './prune-presence';
import { pruneWebhookDeliveries } from './prune-webhook-deliveries';
import { replayDeliveries } from './replay-deliveries';
import { syncAllTemplates, syncTemplates } from './sync-templates';

type Tasks<Name extends TaskName> = { readonly [N in Name]: Task<TaskPayloads[N]> };

/** What needs nothing but the database. */
export const upkeep = {
  'prune-deliveries': pruneDeliveries,
  'prune-event-log': pruneEventLog,
  'prune-idempotency-records': pruneIdempotencyRecords,
  'prune-presence': prunePresence,
  'prune-webhook-deliveries': pruneWebhookDeliveries,
  'replay-deliveries': replayDeliveries,
} satisfies Partial<Tasks<TaskName>>;

/** Every task that a worker can run. */
export function tasksWith(services: FetchServices & ActionServices): Tasks<TaskName> {
  return {
    ...upkeep,
    'fetch-attachment': fetchAttachment(services),
    'look-up': lookUp(services),
    'perform-action': performAction(services),
    'probe-channel': probeChannel(services),
    'probe-channels': probeChannels(services),
    'prune-files': pruneFiles(services),
    'sync-all-templates': syncAllTemplates(services),
    'sync-templates': syncTemplates(services),
  };
}
