/**
 * The limit of the fanout: the frame of each message is made once and sent to every socket, whatever
 * it asked for. Listens on PORT; POST /messages takes a message.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { globalId, newId } from '../../src/domain/kit/ids';

interface Posted {
  body: string;
  createdAt: string;
  author: { name: string };
}

let position = 0;
// an operation's id, as graphql-ws clients make them: here it is the same for all
const id = randomUUID();

function publish({ body, createdAt, author }: Posted): void {
  const message = { id: globalId('Message', newId()), body, createdAt, author };
  const events = { position: ++position, message };
  const frame = Buffer.from(JSON.stringify({ id, type: 'next', payload: { data: { events } } }));
  for (const socket of sockets.clients) socket.send(frame, { binary: false });
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    if (request.method === 'POST') publish(JSON.parse(text) as Posted);
    response.end('accepted');
  });
});
const sockets = new WebSocketServer({ server });
server.listen(Number(process.env.PORT), '127.0.0.1');

process.on('SIGTERM', () => process.exit());
// a Ctrl-C reaches the whole group of processes; the run decides when this one ends
process.on('SIGINT', () => undefined);
