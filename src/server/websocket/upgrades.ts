import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { failureBody } from '../failures';
import type { SocketServer } from './socket-server';

/** Where WebSockets are opened. */
const PATH = '/graphql';

/** Gives requests for a WebSocket to the socket server, and all others that want to upgrade back to HTTP. */
export function routeUpgrades(server: Server, sockets: SocketServer): void {
  server.on('upgrade', (request, stream, head) => {
    // an HTTP server's connections are sockets
    const socket = stream as Socket;
    // whoever takes over brings a listener of its own
    socket.on('error', () => undefined);
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      serveAsIs(server, request, socket, head);
    } else if (request.url?.split('?', 1)[0] !== PATH) {
      refuse(socket, '404 Not Found', `There is nothing here: WebSockets are at ${PATH}.`);
    } else if (sockets.isFull) {
      refuse(socket, '503 Service Unavailable', 'Too many sockets wait to be admitted. Try again.');
    } else {
      sockets.accept(request, socket, head);
    }
  });
}

/**
 * Serves a request that asks for another protocol, as some HTTP clients do with every request (h2c), as
 * if it had not asked, which is what a server does that knows none. Node would do so itself, were there
 * nobody who takes upgrades.
 */
function serveAsIs(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = rawHeaders.slice(index, index + 2) as [string, string];
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  const start = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.unshift(Buffer.concat([start, head]));
  server.emit('connection', socket);
}

function refuse(socket: Socket, status: string, message: string): void {
  const body = JSON.stringify(failureBody('BAD_USER_INPUT', message));
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}
