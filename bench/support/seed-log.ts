import type { Client } from 'pg';

/**
 * Fills the event log of a seeded workspace with what its messages would have left there: one
 * `message.added` each, in the order of their times.
 */
export async function seedLog(client: Client, workspaceId: string): Promise<void> {
  await client.query(iso);
  await client.query(`select ensure_event_partitions(now())`);
  await client.query(events, [workspaceId]);
  await client.query(head, [workspaceId]);
}

const iso = `
  create function pg_temp.iso(moment timestamptz) returns text language sql immutable
    return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const events = `
  insert into event_log
    (workspace_id, position, sequenced_at, event_id, type, version, occurred_at, recorded_at, actor, subject,
     conversation_id, customer_id, channel_id, data)
  select m.workspace_id, row_number() over (order by m.sent_at, m.id), now(),
    pg_temp.id_at(m.received_at, m.order_key::bigint, 'event' || m.id), 'message.added', 2, m.sent_at, m.received_at,
    '{"kind": "API_KEY", "id": "01890000-0000-7000-8000-00000000000a"}', m.id, c.id, c.customer_id, c.channel_id,
    jsonb_build_object('channelId', c.channel_id, 'customerId', c.customer_id, 'conversationId', c.id,
      'direction', m.direction,
      'conversation', jsonb_build_object('channelId', c.channel_id, 'visibility', c.visibility, 'status', 'OPEN',
        'assigneeId', c.assignee_id, 'customerId', c.customer_id, 'startedAt', pg_temp.iso(c.started_at),
        'lastMessageAt', pg_temp.iso(m.sent_at), 'tagIds', '[]'::jsonb),
      'was', case when m.order_key = 1 then null else
        jsonb_build_object('lastMessageAt', pg_temp.iso(m.sent_at - interval '1 hour')) end)
  from message m
  join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
  where m.workspace_id = $1::uuid
  order by m.sent_at, m.id`;

const head = `
  insert into event_head (workspace_id, position)
  select workspace_id, max(position) from event_log where workspace_id = $1::uuid group by 1`;
