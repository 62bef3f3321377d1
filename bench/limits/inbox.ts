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

/**
 * The fastest of the ways that were tried. The page's size is part of the text: PostgreSQL plans a
 * statement whose limit is a parameter again at every execution.
 */
const page = {
  name: 'inbox',
  text: `
    with page as materialized (
      select id, status, subject, last_message_at, message_count, customer_id, channel_id, last_message_id
      from conversation
      where workspace_id = $1 and status = $2
      order by last_message_at desc, id desc
      limit 21
    )
    select json_build_object(
      'nodes', (select json_agg(node) from (
        select c.id, c.status, c.subject, c.last_message_at as "lastMessageAt", c.message_count as "messageCount",
          (select row_to_json(r) from (
            select id, name from customer where workspace_id = $1 and id = c.customer_id
          ) r) as customer,
          (select row_to_json(r) from (
            select id, name, kind from channel where workspace_id = $1 and id = c.channel_id
          ) r) as channel,
          (select row_to_json(r) from (
            select id, body, direction, sent_at as "sentAt" from message
            where workspace_id = $1 and id = c.last_message_id
          ) r) as "lastMessage"
        from page c limit 20
      ) node),
      'hasNextPage', (select count(*) > 20 from page)
    )::text`,
};

async function answer(url: URL, response: ServerResponse): Promise<void> {
  const values = [workspaceId, url.searchParams.get('status')];
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
