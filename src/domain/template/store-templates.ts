import type { ConnectorTemplate } from '../../connectors/kit/template';
import { bulkColumns, bulkTable } from '../../db/bulk';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { NewEvent } from '../../events/registry';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';

/** Most templates that a channel keeps; platforms allow some thousands. */
export const MOST_TEMPLATES = 10_000;

/**
 * Keeps the templates of a channel as they were just read; those that are gone are gone here too. A
 * status that the platform has told since they were read stays.
 * @returns the event of a change; none where nothing has changed.
 */
export async function storeTemplates(
  { session, actor, now }: Work,
  channelId: string,
  readAt: Date,
  templates: readonly ConnectorTemplate[],
): Promise<NewEvent[]> {
  const byName = new Map(templates.map((it) => [`${it.name} ${it.language}`, it]));
  const columns = bulkColumns([...byName.values()], {
    id: ['uuid', () => newId()],
    external_id: ['text', ({ externalId }) => externalId],
    name: ['text', ({ name }) => name],
    language: ['text', ({ language }) => language],
    category: ['text', ({ category }) => category],
    status: ['text', ({ status }) => status],
    status_reason: ['text', ({ statusReason }) => statusReason],
    body: ['text', ({ body }) => body],
    parameters: ['jsonb', ({ parameters }) => JSON.stringify(parameters)],
    components: ['jsonb', ({ components }) => JSON.stringify(components)],
  });
  const [counts] = await queryObjects<{ changed: number }>(
    session,
    sql`with read as materialized (select * from ${bulkTable('t', columns)}),
        gone as (
          delete from message_template m where m.workspace_id = ${actor.workspaceId}
            and m.channel_id = ${channelId} and not exists (
              select from read r where r.name = m.name and r.language = m.language)
          returning 1
        ), kept as (
          insert into message_template as m (workspace_id, channel_id, synced_at, id, external_id,
            name, language, category, status, status_reason, body, parameters, components)
          select ${actor.workspaceId}, ${channelId}, ${now}, r.* from read r
          on conflict (workspace_id, channel_id, name, language) do update set
            external_id = excluded.external_id, category = excluded.category,
            status = case when m.status_at > ${readAt} then m.status else excluded.status end,
            status_reason = case when m.status_at > ${readAt}
              then m.status_reason else excluded.status_reason end,
            body = excluded.body, parameters = excluded.parameters,
            components = excluded.components, synced_at = excluded.synced_at
          where (m.external_id, m.category, m.status, m.status_reason, m.body, m.parameters,
              m.components) is distinct from (excluded.external_id, excluded.category,
              excluded.status, excluded.status_reason, excluded.body, excluded.parameters,
              excluded.components)
          returning 1
        )
        select (select count(*) from gone)::int + (select count(*) from kept)::int as changed`,
  );
  return counts!.changed > 0 ? [changed(channelId)] : [];
}

/** That a channel's templates are not what they were. */
export function changed(channelId: string): NewEvent {
  return { type: 'channel.updated', subjectId: channelId, data: { fields: ['templates'] } };
}
