import { parseCronItems, type ParsedCronItem } from 'graphile-worker';
import type { TaskName } from './payloads';

/** A task that runs by the clock, with an empty payload. */
interface Schedule {
  task: TaskName;
  /** Minute, hour, day of the month, month and day of the week, in UTC. */
  match: string;
}

const schedules: readonly Schedule[] = [
  { task: 'probe-channels', match: '23 4 * * *' },
  { task: 'prune-deliveries', match: '57 3 * * *' },
  { task: 'prune-event-log', match: '47 3 * * *' },
  { task: 'prune-files', match: '7 * * * *' },
  { task: 'prune-idempotency-records', match: '17 * * * *' },
  { task: 'prune-presence', match: '27 * * * *' },
  { task: 'prune-webhook-deliveries', match: '37 * * * *' },
  { task: 'sync-all-templates', match: '17 4 * * *' },
];

/**
 * What graphile-worker enqueues by the clock: once, whatever the number of processes. A time that
 * passed while no worker ran is left out; a job still waiting is replaced, so none pile up.
 */
export function cronItems(): ParsedCronItem[] {
  return parseCronItems(
    schedules.map(({ task, match }) => ({
      task,
      match,
      identifier: task,
      options: { backfillPeriod: 0, jobKey: `cron:${task}` },
    })),
  );
}
