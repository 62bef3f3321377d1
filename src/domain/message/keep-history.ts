import { bulkColumns, bulkInsert, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { revise, type PastVersion, type Revision, type RevisedHistory } from './history';

/** What has a history: its own table has the newest version, another one those before. */
export type Revised = 'message' | 'post';

/** What is told of a message or post, by its UUID. */
export type Revisions = ReadonlyMap<string, Revision>;

/**
 * Brings the histories of messages or posts that are locked up to what is told of them.
 * @returns what has changed, by UUID.
 */
export async function keepHistories(
  work: Work,
  what: Revised,
  revisions: Revisions,
): Promise<Map<string, RevisedHistory>> {
  const ids = [...revisions.keys()];
  const current = await readCurrent(work, what, ids);
  const past = await readPast(work, what, ids);
  const revised = new Map<string, RevisedHistory>();
  for (const [id, revision] of revisions) {
    const row = current.get(id);
    if (!row) continue;
    const { deletedAt } = row;
    const stands = !deletedAt && (row.body !== null || row.editedAt !== null);
    const history = {
      past: past.get(id) ?? [],
      current: stands ? { body: row.body, at: row.editedAt } : null,
      deletedAt,
    };
    const result = revise(history, revision);
    if (result) revised.set(id, result);
  }
  await writePast(work, what, revised);
  await writeCurrent(work, what, revised);
  return revised;
}

interface CurrentRow {
  id: string;
  body: string | null;
  editedAt: Date | null;
  deletedAt: Date | null;
}

async function readCurrent({ session, actor }: Work, what: Revised, ids: readonly string[]) {
  const rows = await queryObjects<CurrentRow>(
    session,
    sql`select id, body, edited_at "editedAt", deleted_at "deletedAt" from ${raw(what)}
        where workspace_id = ${actor.workspaceId} and id = any(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function readPast(
  { session, actor }: Work,
  what: Revised,
  ids: readonly string[],
): Promise<Map<string, PastVersion[]>> {
  const rows = await queryObjects<PastVersion & { ofId: string }>(
    session,
    sql`select id, ${raw(what)}_id "ofId", kind, previous_body body, previous_at at,
               occurred_at "occurredAt"
        from ${raw(what)}_revision
        where workspace_id = ${actor.workspaceId} and ${raw(what)}_id = any(${ids}::uuid[])
        order by occurred_at, previous_at nulls first, id`,
  );
  const past = new Map<string, PastVersion[]>();
  for (const { ofId, ...version } of rows) {
    const versions = past.get(ofId) ?? [];
    past.set(ofId, versions);
    // what was kept before its own time was: it came with what ended the one before
    versions.push({ ...version, at: version.at ?? versions.at(-1)?.occurredAt ?? null });
  }
  return past;
}

async function writePast(
  { session, actor, now }: Work,
  what: Revised,
  revised: ReadonlyMap<string, RevisedHistory>,
): Promise<void> {
  const ended = [...revised].flatMap(([ofId, history]) =>
    history.ended.map((version) => ({ ...version, ofId })),
  );
  const fresh = ended.filter(({ id }) => id === null);
  if (fresh.length > 0) {
    const columns = bulkColumns(fresh, {
      workspace_id: ['uuid', () => actor.workspaceId],
      id: ['uuid', () => newId()],
      [`${what}_id`]: ['uuid', ({ ofId }) => ofId],
      kind: ['text', ({ kind }) => kind],
      previous_body: ['text', ({ body }) => body],
      previous_at: ['timestamptz', ({ at }) => at],
      occurred_at: ['timestamptz', ({ occurredAt }) => occurredAt],
      recorded_at: ['timestamptz', () => now],
    });
    await queryObjects(session, bulkInsert(`${what}_revision`, columns));
  }
  const moved = ended.filter(({ id }) => id !== null);
  if (moved.length > 0) {
    const columns = bulkColumns(moved, {
      id: ['uuid', ({ id }) => id],
      kind: ['text', ({ kind }) => kind],
      occurred_at: ['timestamptz', ({ occurredAt }) => occurredAt],
    });
    await queryObjects(
      session,
      sql`update ${raw(what)}_revision r set kind = t.kind, occurred_at = t.occurred_at
          from ${bulkTable('t', columns)}
          where r.workspace_id = ${actor.workspaceId} and r.id = t.id`,
    );
  }
}

async function writeCurrent(
  { session, actor }: Work,
  what: Revised,
  revised: ReadonlyMap<string, RevisedHistory>,
): Promise<void> {
  if (revised.size === 0) return;
  // a message always has a text, be it an empty one
  const gone = what === 'message' ? '' : null;
  const columns = bulkColumns([...revised], {
    id: ['uuid', ([id]) => id],
    body: ['text', ([, { newest, deletedAt }]) => (deletedAt ? gone : (newest?.body ?? gone))],
    edited_at: ['timestamptz', ([, { newest }]) => newest?.at ?? null],
    deleted_at: ['timestamptz', ([, { deletedAt }]) => deletedAt],
  });
  await queryObjects(
    session,
    sql`update ${raw(what)} m set body = t.body, edited_at = t.edited_at, deleted_at = t.deleted_at
        from ${bulkTable('t', columns)}
        where m.workspace_id = ${actor.workspaceId} and m.id = t.id`,
  );
}
