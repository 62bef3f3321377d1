import { Client } from 'pg';

/**
 * What an import wrote, told in the platform's ids, so that two databases can be compared: each
 * statement gives sorted lines.
 */
const statements = {
  channels: `
    select concat_ws('|', kind, external_id, name, identity_scope, visibility, status) line from channel`,
  customers: `
    select concat_ws('|', i.channel_kind, i.scope, i.external_id, i.handle, i.display_name, c.name, c.stage,
             (select count(*) from customer_identity o
              where o.workspace_id = c.workspace_id and o.customer_id = c.id)) line
    from customer c join customer_identity i on i.workspace_id = c.workspace_id and i.customer_id = c.id`,
  conversations: `
    select concat_ws('|', h.external_id, c.thread_key, coalesce(i.external_id, '-'), c.visibility, c.status,
             coalesce(c.subject, '-'), c.started_at, coalesce(c.first_inbound_at::text, '-'),
             coalesce(c.first_response_at::text, '-'), m.external_id, c.last_message_at, c.message_count) line
    from conversation c
    join channel h on h.workspace_id = c.workspace_id and h.id = c.channel_id
    left join customer_identity i on i.workspace_id = c.workspace_id and i.customer_id = c.customer_id
    left join message m on m.workspace_id = c.workspace_id and m.id = c.last_message_id`,
  messages: `
    select concat_ws('|', h.external_id, m.external_id, c.thread_key, m.direction,
             coalesce(i.external_id, '-'), coalesce(m.author_name, '-'), coalesce(p.external_id, '-'),
             coalesce(m.reply_to_external_id, '-'), coalesce(g.external_id, '-'),
             coalesce(r.external_id, '-'), coalesce(m.responded_at::text, '-'), m.sent_at, m.order_key,
             md5(m.body)) line
    from message m
    join channel h on h.workspace_id = m.workspace_id and h.id = m.channel_id
    join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
    left join customer_identity i on i.workspace_id = m.workspace_id and i.customer_id = m.author_customer_id
    left join message p on p.workspace_id = m.workspace_id and p.id = m.reply_to_id
    left join channel g on g.workspace_id = m.workspace_id and g.id = m.reply_to_channel_id
    left join message r on r.workspace_id = m.workspace_id and r.id = m.response_id`,
  touchpoints: `
    select concat_ws('|', t.type, coalesce(t.stage, '-'), t.source, i.external_id, h.external_id,
             c.thread_key, m.external_id, t.occurred_at, t.properties) line
    from touchpoint t
    join customer_identity i on i.workspace_id = t.workspace_id and i.customer_id = t.customer_id
    left join channel h on h.workspace_id = t.workspace_id and h.id = t.channel_id
    left join conversation c on c.workspace_id = t.workspace_id and c.id = t.conversation_id
    left join message m on m.workspace_id = t.workspace_id and m.id = t.message_id`,
  events: `
    select concat_ws('|', e.type, h.external_id, i.external_id, k.external_id, c.thread_key,
             n.external_id, m.external_id, count(*)) line
    from (select workspace_id, type, subject from event_outbox
          union all select workspace_id, type, subject from event_log) e
    left join channel h on h.workspace_id = e.workspace_id and h.id = e.subject
    left join customer_identity i on i.workspace_id = e.workspace_id and i.customer_id = e.subject
    left join conversation c on c.workspace_id = e.workspace_id and c.id = e.subject
    left join channel k on k.workspace_id = e.workspace_id and k.id = c.channel_id
    left join message m on m.workspace_id = e.workspace_id and m.id = e.subject
    left join channel n on n.workspace_id = e.workspace_id and n.id = m.channel_id
    group by e.type, h.external_id, i.external_id, k.external_id, c.thread_key, n.external_id, m.external_id`,
};

/** The state of a database, table by table. */
export type Dump = Record<keyof typeof statements, string[]>;

/** Reads the state of a database. */
export async function dumpOf(url: string): Promise<Dump> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(`set timezone to 'UTC'`);
    const parts: [string, string[]][] = [];
    for (const [name, statement] of Object.entries(statements)) {
      const { rows } = await client.query<{ line: string }>(statement);
      parts.push([name, rows.map(({ line }) => line).sort()]);
    }
    return Object.fromEntries(parts) as Dump;
  } finally {
    await client.end();
  }
}

/** How many rows each part of a dump has. */
export function sizesOf(dump: Dump): Record<keyof Dump, number> {
  const sizes = Object.entries(dump).map(([name, lines]) => [name, lines.length] as const);
  return Object.fromEntries(sizes) as Record<keyof Dump, number>;
}
