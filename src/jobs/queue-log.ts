import { Logger as QueueLogger, type WorkerEvents } from 'graphile-worker';
import type { Logger } from 'pino';

/** Thrown out of a task whose job went back to the queue, because its worker stops. */
export class GivenBack extends Error {}

/**
 * The log that graphile-worker writes to: its text alone, because what it adds holds payloads. Its
 * lines on single jobs are left out: {@link logJobs} writes those. What it says of connections that
 * go while we close is no error.
 */
export function queueLogger(log: Logger, closing: AbortSignal): QueueLogger {
  return new QueueLogger(() => (level: string, message, about) => {
    if (about?.['failure'] || about?.['success']) return;
    if (closing.aborted) log.debug(message);
    else if (level === 'error') log.error(message);
    else if (level === 'warning') log.warn(message);
    else log.debug(message);
  });
}

/** Logs how jobs end: task and attempt, never the payload. */
export function logJobs(events: WorkerEvents, log: Logger): void {
  events.on('job:success', ({ job }) => {
    log.debug({ job: job.id, task: job.task_identifier, attempt: job.attempts }, 'job done');
  });
  events.on('job:error', ({ job, error }) => {
    const about = { job: job.id, task: job.task_identifier, attempt: job.attempts };
    if (error instanceof GivenBack) log.info(about, 'job given back: the worker stops');
    else if (job.attempts < job.max_attempts) log.warn({ ...about, err: error }, 'job failed');
    else log.error({ ...about, err: error }, 'job failed for the last time');
  });
}
