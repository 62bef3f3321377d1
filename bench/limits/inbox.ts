/**
 * The limit of the inbox: one prepared statement behind a bare HTTP server, without authentication,
 * tenancy, limits or a schema. Runs as a process of its own over DATABASE_URL and listens on PORT.
 */
import { createServer, type ServerResponse } from 'node:http';
import { Pool } from 'pg';

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL_SIZE),
});
const workspaceId = process.env.WORKSPACE_ID;

const page = {
  name: 'inbox',
  text: `
    with page as materialized (
      select id, status, subject, last_message_at, message_count, customer_id, channel_id, last_message_id
      from conversation
      where workspace_id = $1 and status = $2
      order by last_message_at desc, id desc
      limit $3::int + 1
    )
    select json_build_object(
      'nodes', (
        select json_agg(json_build_object(
          'id', c.id, 'status', c.status, 'subject', c.subject,
          'lastMessageAt', c.last_message_at, 'messageCount', c.message_count,
          'customer', json_build_object('id', p.id, 'name', p.name),
          'channel', json_build_object('id', h.id, 'name', h.name, 'kind', h.kind),
          'lastMessage', json_build_object(
            'id', m.id, 'body', m.body, 'direction', m.direction, 'sentAt', m.sent_at)
        ) order by c.last_message_at desc, c.id desc)
        from (select * from page limit $3::int) c
        left join customer p on p.workspace_id = $1 and p.id = c.customer_id
        left join channel h on h.workspace_id = $1 and h.id = c.channel_id
        left join message m on m.workspace_id = $1 and m.id = c.last_message_id
      ),
      'hasNextPage', (select count(*) > $3::int from page)
    )::text`,
};

async function answer(url: URL, response: ServerResponse): Promise<void> {
  const values = [workspaceId, url.searchParams.get('status'), url.searchParams.get('first')];
  const { rows } = await pool.query<[string]>({ ...page, values, rowMode: 'array' });
  response.setHeader('content-type', 'application/json');
  response.end(rows[0]![0]);
}

createServer((request, response) => {
  const url = new URL(request.url!, 'http://localhost');
  if (url.pathname === '/health/ready') {
    response.end();
    return;
  }
  answer(url, response).catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    response.statusCode = 500;
    response.end();
  });
}).listen(Number(process.env.PORT), '127.0.0.1');

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
