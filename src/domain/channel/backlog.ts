import { raw, sql } from '../../db/sql';
import type { Reader } from '../kit/reader';

/** What waits on a channel; {@link MOST_COUNTED} stands for more, too. */
export interface Backlog {
  inbound: number;
  outbound: number;
}

/** Counting goes no further, so that a long backlog costs no more than a short one. */
const MOST_COUNTED = 1_000;

/** The backlogs of channels, in their order. */
export async function readBacklogs(reader: Reader, ids: readonly string[]): Promise<Backlog[]> {
  const count = (table: string, condition: string) => sql`
    (select count(*)::int from (
      select from ${raw(table)} q
      where q.workspace_id = ${reader.workspaceId} and q.channel_id = c.id ${raw(condition)}
      limit ${MOST_COUNTED}
    ) counted)`;
  const rows = await reader.objects<Backlog & { id: string }>(
    sql`select c.id, ${count('inbound_queue', 'and not q.is_dead')} as inbound,
          ${count('outbound_queue', '')} as outbound
        from unnest(${ids}::uuid[]) c (id)`,
  );
  const found = new Map(rows.map(({ id, inbound, outbound }) => [id, { inbound, outbound }]));
  return ids.map((id) => found.get(id)!);
}
