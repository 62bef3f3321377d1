import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { raw, sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import type { TouchpointInput } from './touchpoint-input';

/** A touchpoint whose references have been checked. */
export interface NewTouchpoint {
  id: string;
  customerId: string;
  input: TouchpointInput;
}

/** What {@link insertTouchpoints} did with one touchpoint. */
export interface RecordedTouchpoint {
  outcome: 'CREATED' | 'UNCHANGED';
  touchpointId: string;
}

const keyOf = (source: string, externalId: string) => JSON.stringify([source, externalId]);

/** Inserts touchpoints that are not there yet; one without a stage gets the one its customer is in. */
export async function insertTouchpoints(
  work: Work,
  touchpoints: readonly NewTouchpoint[],
): Promise<{ recorded: RecordedTouchpoint[]; events: NewEvent[] }> {
  if (touchpoints.length === 0) return { recorded: [], events: [] };
  const byKey = new Map<string, NewTouchpoint>();
  for (const touchpoint of touchpoints) {
    const key = keyOf(touchpoint.input.source, touchpoint.input.externalId);
    if (!byKey.has(key)) byKey.set(key, touchpoint);
  }
  const created = await insertMissing(work, [...byKey.values()]);
  const ids = await readIds(work, [...byKey.values()]);
  const events = [...byKey.values()]
    .filter(({ id }) => created.has(id))
    .map(({ id, customerId, input: { channelId, type, occurredAt } }): NewEvent => {
      const data = { customerId, channelId, type };
      return { type: 'touchpoint.recorded', subjectId: id, occurredAt, data };
    });
  const recorded = touchpoints.map(({ id, input }): RecordedTouchpoint => {
    const touchpointId = ids.get(keyOf(input.source, input.externalId))!;
    const isNew = touchpointId === id && created.has(id);
    return { outcome: isNew ? 'CREATED' : 'UNCHANGED', touchpointId };
  });
  return { recorded, events };
}

async function insertMissing(
  { session, actor, now }: Work,
  touchpoints: readonly NewTouchpoint[],
): Promise<Set<string>> {
  const columns = bulkColumns(touchpoints, {
    workspace_id: ['uuid', () => actor.workspaceId],
    id: ['uuid', ({ id }) => id],
    customer_id: ['uuid', ({ customerId }) => customerId],
    type: ['text', ({ input }) => input.type],
    channel_id: ['uuid', ({ input }) => input.channelId],
    source: ['text', ({ input }) => input.source],
    external_id: ['text', ({ input }) => input.externalId],
    occurred_at: ['timestamptz', ({ input }) => input.occurredAt],
    recorded_at: ['timestamptz', () => now],
    properties: ['jsonb', ({ input }) => JSON.stringify(input.properties ?? {})],
    cost_amount: ['numeric', ({ input }) => input.cost?.amount ?? null],
    cost_currency: ['text', ({ input }) => input.cost?.currency ?? null],
    value_amount: ['numeric', ({ input }) => input.value?.amount ?? null],
    value_currency: ['text', ({ input }) => input.value?.currency ?? null],
    sentiment: ['real', ({ input }) => input.sentiment],
  });
  const names = columns.map(({ name }) => name).join(', ');
  const stages = {
    name: 'stage',
    type: 'text',
    values: touchpoints.map(({ input }) => input.stage),
  };
  const rows = await queryObjects<{ id: string }>(
    session,
    sql`insert into touchpoint (${raw(names)}, stage)
        select ${raw(columns.map(({ name }) => `t.${name}`).join(', '))}, coalesce(t.stage, c.stage)
        from ${bulkTable('t', [...columns, stages])}
        join customer c on c.workspace_id = t.workspace_id and c.id = t.customer_id
        on conflict (workspace_id, source, external_id) do nothing
        returning id`,
  );
  return new Set(rows.map(({ id }) => id));
}

async function readIds(
  { session, actor }: Work,
  touchpoints: readonly NewTouchpoint[],
): Promise<Map<string, string>> {
  const wanted = bulkColumns(touchpoints, {
    source: ['text', ({ input }) => input.source],
    external_id: ['text', ({ input }) => input.externalId],
  });
  const rows = await queryObjects<{ id: string; source: string; externalId: string }>(
    session,
    sql`select t.id, t.source, t.external_id "externalId" from ${bulkTable('w', wanted)}
        join touchpoint t on t.workspace_id = ${actor.workspaceId}
          and t.source = w.source and t.external_id = w.external_id`,
  );
  return new Map(rows.map((row) => [keyOf(row.source, row.externalId), row.id]));
}
