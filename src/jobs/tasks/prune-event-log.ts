import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { TaskContext } from '../task';

const DAY = 86_400_000;

/** For how far ahead the log gets its tables: a week more than the sequencer makes at its start. */
const DAYS_AHEAD = 21;

/**
 * Drops the tables of weeks in which every event is older than the log keeps them, and makes those of
 * the next weeks. While somebody reads the log for long, dropping fails and is tried again later,
 * because all others would have to wait for it.
 */
export async function pruneEventLog(
  _payload: object,
  { system, clock, eventRetentionDays, log, signal }: TaskContext,
): Promise<void> {
  const now = clock().getTime();
  await queryObjects(
    system,
    sql`select ensure_event_partitions(${new Date(now + DAYS_AHEAD * DAY)}::timestamptz)`,
  );
  const before = new Date(now - eventRetentionDays * DAY);
  for (;;) {
    signal.throwIfAborted();
    const rows = await queryObjects<{ dropped: string | null }>(
      system,
      sql`select drop_event_partition(${before}::timestamptz) as dropped`,
    );
    const dropped = rows[0]?.dropped;
    if (!dropped) return;
    log.info({ dropped }, 'pruned the event log');
  }
}
