/**
 * The limit of accepting: one prepared INSERT of what was posted, with the same durability. Runs over
 * DATABASE_URL with a pool of POOL_SIZE and listens on PORT.
 */
import { createServer } from 'node:http';
import { Pool } from 'pg';
import { newId } from '../../src/domain/kit/ids';

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL_SIZE),
});

const table = `
  create table if not exists delivery (
    id uuid primary key,
    event_key text not null unique,
    received_at timestamptz not null default now(),
    headers jsonb not null,
    body bytea not null
  )`;

const insert = `insert into delivery (id, event_key, headers, body) values ($1, $2, $3, $4)
  on conflict do nothing`;

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { headers } = request;
    const values = [newId(), headers['webhook-id'], JSON.stringify(headers), Buffer.concat(chunks)];
    pool.query({ name: 'store', text: insert, values }).then(
      () => response.end(),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`);
        response.statusCode = 500;
        response.end();
      },
    );
  });
});

pool.query(table).then(
  () => server.listen(Number(process.env.PORT), '127.0.0.1'),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
