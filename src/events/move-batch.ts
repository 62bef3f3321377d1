import type { ClientBase } from 'pg';

/** The channel on which the sequencer tells new heads: JSON of workspace to position, or nothing. */
export const LOG_CHANNEL = 'parley_log';

/**
 * The channel on which the sequencer tells the events themselves, as JSON, when they are few and small:
 * it spares readers a look into the log. They are told before the heads.
 */
export const EVENTS_CHANNEL = 'parley_events';

/** Most events that one notice tells, and most bytes; PostgreSQL takes 8,000. */
const MOST_TOLD = 20;
const MOST_TOLD_BYTES = 7_900;

/** Most events that one statement moves. */
export const LARGEST_BATCH = 2_000;

/** Most workspaces that one notice names; PostgreSQL takes 8,000 bytes. */
const MOST_NAMED = 100;

/** What one statement did. */
export interface Moved {
  /** How many events got a position. */
  events: number;
  /** Whether there was more than it could take. */
  isCut: boolean;
  /** The head of each workspace that got events. */
  heads: ReadonlyMap<string, number>;
  /** What it saw: whatever had ended by then is moved. As PostgreSQL writes a snapshot. */
  snapshot: string;
}

/** The snapshot of one who has seen nothing yet. */
export const NOTHING_SEEN = '1:1:';

/**
 * Moves what is committed in the outbox to the log, in the order in which it was appended, and gives
 * each event the next position of its workspace: one statement, so all of it or nothing.
 *
 * It looks only at transactions that had not ended when the call before looked, because the index may
 * be full of dead entries of all others, which a transaction that stays open keeps from being cleaned
 * up. When more is there than a batch takes, that way would take events in the order of transactions,
 * which is not the order of commits: then nothing is moved and `isCut` asks for {@link moveBacklog}.
 *
 * @param snapshot of the call before.
 */
export function moveRecent(client: ClientBase, snapshot: string): Promise<Moved> {
  return move(
    client,
    {
      name: 'move-recent',
      picking: `recent as materialized (
        select ctid as place from event_outbox where tx >= pg_snapshot_xmax($1::pg_snapshot)
        union all
        select ctid from event_outbox where tx = any(array(select pg_snapshot_xip($1::pg_snapshot)))
        limit ${LARGEST_BATCH + 1}
      ), size as materialized (
        select count(*) > ${LARGEST_BATCH} as is_cut from recent
      ), picked as materialized (
        select place from recent where not (select is_cut from size)
      )`,
      values: [snapshot],
    },
    snapshot,
  );
}

/** The same for a backlog: takes the oldest, however many there are. */
export function moveBacklog(client: ClientBase, snapshot: string): Promise<Moved> {
  return move(
    client,
    {
      name: 'move-backlog',
      picking: `picked as materialized (
        select ctid as place from event_outbox order by seq limit ${LARGEST_BATCH}
      ), size as materialized (select count(*) = ${LARGEST_BATCH} as is_cut from picked)`,
      values: [],
    },
    snapshot,
  );
}

/** How a statement finds the rows that it moves: CTEs `picked (place)` and `size (is_cut)`. */
interface Picking {
  name: string;
  picking: string;
  values: string[];
}

async function move(
  client: ClientBase,
  { name, picking, values }: Picking,
  before: string,
): Promise<Moved> {
  const { rows } = await client.query<MoveRow>({ name, text: moving(picking), values });
  const { is_cut: isCut, events, snapshot, heads } = rows[0]!;
  return {
    events: Number(events),
    isCut,
    heads: new Map(Object.entries(heads ?? {})),
    snapshot: isCut ? before : snapshot,
  };
}

interface MoveRow {
  is_cut: boolean;
  events: string;
  snapshot: string;
  heads: Record<string, number> | null;
}

const columns =
  'event_id, type, version, occurred_at, recorded_at, actor, subject, conversation_id, customer_id, channel_id, data';

/**
 * The numbers of a workspace's events end at its new head. Rows are deleted by their place, which no
 * plan can turn into a search: statistics of a queue are about what it held at another time.
 */
function moving(picking: string): string {
  return `
    with ${picking}, batch as (
      delete from event_outbox where ctid = any(array(select place from picked))
      returning workspace_id, seq, ${columns}
    ), heads as (
      insert into event_head as h (workspace_id, position)
      select workspace_id, count(*) from batch group by workspace_id
      on conflict (workspace_id) do update set position = h.position + excluded.position
      returning workspace_id, position
    ), moved as (
      insert into event_log (workspace_id, position, sequenced_at, ${columns})
      select b.workspace_id,
        h.position - count(*) over of_workspace + row_number() over (of_workspace order by b.seq),
        now(), ${columns}
      from batch b join heads h using (workspace_id)
      window of_workspace as (partition by b.workspace_id)
      returning workspace_id, position, ${columns}
    ), shown as (
      select pg_notify('${EVENTS_CHANNEL}', events) as notice from (
        select json_agg(json_build_array(
          workspace_id, position, event_id, type, version, ${isoText('occurred_at')},
          ${isoText('recorded_at')}, actor, subject, conversation_id, customer_id, channel_id, data
        ) order by position)::text as events
        from moved where (select count(*) from batch) <= ${MOST_TOLD}
      ) few where octet_length(events) <= ${MOST_TOLD_BYTES}
    ), told as (
      select pg_notify('${LOG_CHANNEL}', case when count(*) > ${MOST_NAMED} then ''
        else json_object_agg(workspace_id, position)::text end)
      from heads, (select count(*) from shown) shown_first having count(*) > 0
    )
    select size.is_cut, pg_current_snapshot()::text as snapshot,
      (select count(*) from batch) as events,
      (select json_object_agg(workspace_id, position) from heads) as heads,
      (select count(*) from told) as told
    from size`;
}

/** A moment as readers of rows get it: ISO 8601 with milliseconds. */
function isoText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
