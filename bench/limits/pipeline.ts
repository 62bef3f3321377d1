/**
 * The limit of the latency: one statement writes the message and notifies, a connection that listens
 * gets the notice, and its text goes to every socket. Runs over DATABASE_URL with a pool of POOL_SIZE
 * and listens on PORT; POST /messages takes a message.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Client, Pool } from 'pg';
import { WebSocketServer } from 'ws';
import { globalId, newId } from '../../src/domain/kit/ids';

interface Posted {
  externalId: string;
  body: string;
  createdAt: string;
  author: { name: string };
}

const connectionString = process.env.DATABASE_URL;
const pool = new Pool({ connectionString, max: Number(process.env.POOL_SIZE) });
const listener = new Client({ connectionString });

const table = `
  create table if not exists message (
    id text primary key,
    position bigint generated always as identity,
    external_id text not null unique,
    body text not null,
    created_at timestamptz not null,
    author text not null
  )`;

const insert = `
  with added as (
    insert into message (id, external_id, body, created_at, author) values ($1, $2, $3, $4, $5)
    returning position
  )
  select pg_notify('message', '{"position":' || position || ',"message":' || $6 || '}') from added`;

async function write({ externalId, body, createdAt, author }: Posted): Promise<void> {
  const id = globalId('Message', newId());
  const json = JSON.stringify({ id, body, createdAt, author });
  const values = [id, externalId, body, createdAt, author.name, json];
  await pool.query({ name: 'write', text: insert, values });
}

const id = randomUUID();

function send(events: string): void {
  const frame = Buffer.from(`{"id":"${id}","type":"next","payload":{"data":{"events":${events}}}}`);
  for (const socket of sockets.clients) socket.send(frame, { binary: false });
}

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end();
    return;
  }
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    write(JSON.parse(text) as Posted).then(
      () => response.end('accepted'),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`);
        response.statusCode = 500;
        response.end();
      },
    );
  });
});
const sockets = new WebSocketServer({ server });

async function start(): Promise<void> {
  await listener.connect();
  await listener.query(table);
  listener.on('notification', ({ payload }) => send(payload!));
  await listener.query('listen message');
  server.listen(Number(process.env.PORT), '127.0.0.1');
}

start().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
