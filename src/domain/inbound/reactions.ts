import { bulkColumns, bulkInsert } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import { lockFacts } from '../conversation/lock-facts';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';

/** A report that a reaction to a message was given or taken back. */
export interface ReactionReport {
  messageId: string;
  conversationId: string;
  /** The platform's id of who reacted; empty for the company itself. */
  actorKey: string;
  customerId: string | null;
  /** Empty: all of the actor's, which were taken back. */
  reaction: string;
  removed: boolean;
  at: Date;
  externalId: string | null;
}

interface ReactionRow {
  messageId: string;
  conversationId: string;
  actorKey: string;
  customerId: string | null;
  reaction: string;
  reactedAt: Date;
  removedAt: Date | null;
  externalId: string | null;
}

const ALL = '';

const keyOf = ({
  messageId,
  actorKey,
  reaction,
}: Pick<ReactionRow, 'messageId' | 'actorKey' | 'reaction'>) =>
  JSON.stringify([messageId, actorKey, reaction]);

/**
 * Takes reports in: of each reaction the newest counts. Of two at the same time taking back counts,
 * but not taking back all, because to change a reaction some platforms do just that.
 */
export async function react(work: Work, reports: readonly ReactionReport[]): Promise<NewEvent[]> {
  if (reports.length === 0) return [];
  const changes = await lockFacts(
    work,
    reports.map(({ conversationId }) => conversationId),
  );
  const before = await readReactions(work, reports);
  const after = new Map(before);
  for (const report of reports) {
    const { removed, at, ...told } = report;
    if (told.reaction === ALL && !removed) continue;
    const row = after.get(keyOf(report));
    if (row && !isNewer(row, report)) continue;
    const externalId = told.externalId ?? row?.externalId ?? null;
    const customerId = told.customerId ?? row?.customerId ?? null;
    after.set(keyOf(report), {
      ...{ ...told, externalId, customerId },
      ...{ reactedAt: at, removedAt: removed ? at : null },
    });
  }
  for (const [key, row] of after) {
    const all = after.get(keyOf({ ...row, reaction: ALL }));
    if (all && row.reaction !== ALL && row.reactedAt < all.reactedAt) {
      after.set(key, { ...row, reactedAt: all.reactedAt, removedAt: all.reactedAt });
    }
  }
  const changed = [...after].filter(([key, row]) => row !== before.get(key));
  await writeReactions(
    work,
    changed.map(([, row]) => row),
  );
  return changed.flatMap(([key, { messageId, conversationId, customerId, reactedAt, ...row }]) => {
    const was = before.get(key);
    const [wasThere, isThere] = [was?.removedAt === null, row.removedAt === null];
    if (wasThere === isThere) return [];
    const data = { ...changes.get(conversationId)!, conversationId, byCustomerId: customerId };
    const type = isThere ? 'message.reaction_added' : 'message.reaction_removed';
    return [{ type, subjectId: messageId, occurredAt: reactedAt, data } satisfies NewEvent];
  });
}

function isNewer(row: ReactionRow, { at, removed }: ReactionReport): boolean {
  const order = at.getTime() - row.reactedAt.getTime();
  return order > 0 || (order === 0 && removed && row.removedAt === null);
}

async function readReactions(
  { session, actor }: Work,
  reports: readonly ReactionReport[],
): Promise<Map<string, ReactionRow>> {
  const rows = await queryObjects<ReactionRow>(
    session,
    sql`select r.message_id "messageId", m.conversation_id "conversationId", r.actor_key "actorKey",
               r.customer_id "customerId", r.reaction, r.reacted_at "reactedAt",
               r.removed_at "removedAt", r.external_id "externalId"
        from message_reaction r
        join message m on m.workspace_id = r.workspace_id and m.id = r.message_id
        where r.workspace_id = ${actor.workspaceId}
          and r.message_id = any(${reports.map(({ messageId }) => messageId)}::uuid[])
          and r.actor_key = any(${reports.map(({ actorKey }) => actorKey)}::text[])`,
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

async function writeReactions(
  { session, actor }: Work,
  rows: readonly ReactionRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = bulkColumns(rows, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', () => newId()],
    message_id: ['uuid', ({ messageId }) => messageId],
    customer_id: ['uuid', ({ customerId }) => customerId],
    actor_key: ['text', ({ actorKey }) => actorKey],
    reaction: ['text', ({ reaction }) => reaction],
    reacted_at: ['timestamptz', ({ reactedAt }) => reactedAt],
    removed_at: ['timestamptz', ({ removedAt }) => removedAt],
    external_id: ['text', ({ externalId }) => externalId],
  });
  await queryObjects(
    session,
    sql`${bulkInsert('message_reaction', columns)}
        on conflict (workspace_id, message_id, actor_key, reaction) do update
          set reacted_at = excluded.reacted_at, removed_at = excluded.removed_at,
              external_id = excluded.external_id, customer_id = excluded.customer_id`,
  );
}

/** The reports that take back reactions by their own ids, however late they were given. */
export async function takeBack(
  { session, actor }: Work,
  removed: ReadonlyMap<string, Date>,
): Promise<ReactionReport[]> {
  if (removed.size === 0) return [];
  const rows = await queryObjects<ReactionRow & { id: string }>(
    session,
    sql`select r.id, r.message_id "messageId", m.conversation_id "conversationId",
               r.actor_key "actorKey", r.customer_id "customerId", r.reaction,
               r.reacted_at "reactedAt", r.external_id "externalId"
        from message_reaction r
        join message m on m.workspace_id = r.workspace_id and m.id = r.message_id
        where r.workspace_id = ${actor.workspaceId} and r.id = any(${[...removed.keys()]}::uuid[])`,
  );
  return rows.map(({ id, reactedAt, ...row }) => {
    const at = removed.get(id)!;
    return { ...row, removed: true, at: at > reactedAt ? at : reactedAt };
  });
}
