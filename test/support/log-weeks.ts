import type { ClientBase } from 'pg';

/** A table of the event log, for one week. */
export interface LogWeek {
  name: string;
  from: Date;
  /** Exclusive. */
  to: Date;
}

/** The tables that the event log consists of, oldest first. */
export async function logWeeks(owner: Pick<ClientBase, 'query'>): Promise<LogWeek[]> {
  const { rows } = await owner.query<LogWeek>(
    `select relname as name, bound[1]::timestamptz as from, bound[2]::timestamptz as to
     from pg_inherits join pg_class on oid = inhrelid,
     regexp_match(pg_get_expr(relpartbound, oid), 'FROM \\(''(.+)''\\) TO \\(''(.+)''\\)') bound
     where inhparent = 'event_log'::regclass order by 2`,
  );
  return rows;
}
