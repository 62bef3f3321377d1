import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { lockFacts } from '../conversation/lock-facts';
import type { Work } from '../kit/command';

/** That a message was hidden from the public, or shown again. */
export interface HidingReport {
  messageId: string;
  conversationId: string;
  hidden: boolean;
  at: Date;
}

/** Takes reports in: of each message the newest counts, and of two at the same time that it is hidden. */
export async function hide(work: Work, reports: readonly HidingReport[]): Promise<NewEvent[]> {
  if (reports.length === 0) return [];
  const { session, actor } = work;
  const latest = new Map<string, HidingReport>();
  for (const report of reports) {
    const other = latest.get(report.messageId);
    const order = other ? report.at.getTime() - other.at.getTime() : 1;
    if (order > 0 || (order === 0 && report.hidden)) latest.set(report.messageId, report);
  }
  const changes = await lockFacts(
    work,
    reports.map(({ conversationId }) => conversationId),
  );
  const columns = bulkColumns([...latest.values()], {
    id: ['uuid', ({ messageId }) => messageId],
    at: ['timestamptz', ({ at }) => at],
    hidden_at: ['timestamptz', ({ hidden, at }) => (hidden ? at : null)],
  });
  const rows = await queryObjects<{ id: string; wasHidden: boolean }>(
    session,
    sql`update message m set hidden_at = t.hidden_at, hiding_at = t.at
        from ${bulkTable('t', columns)}
        join message b on b.workspace_id = ${actor.workspaceId} and b.id = t.id
        where m.workspace_id = ${actor.workspaceId} and m.id = t.id
          and (m.hiding_at is null or m.hiding_at < t.at
            or (m.hiding_at = t.at and m.hidden_at is null and t.hidden_at is not null))
        returning m.id, b.hidden_at is not null "wasHidden"`,
  );
  return rows.flatMap(({ id: subjectId, wasHidden }): NewEvent[] => {
    const { conversationId, hidden, at: occurredAt } = latest.get(subjectId)!;
    if (hidden === wasHidden) return [];
    const data = { ...changes.get(conversationId)!, conversationId };
    return [{ type: hidden ? 'message.hidden' : 'message.shown', subjectId, occurredAt, data }];
  });
}
