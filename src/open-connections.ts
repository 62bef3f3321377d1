import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of an HTTP server, which would otherwise hold up its stop: those on which no request
 * has come yet, as browsers open in advance (Node counts them as busy); those that are kept alive
 * after the answer under way; and those whose request does not end.
 */
export class OpenConnections {
  private readonly silent = new Set<Socket>();
  private readonly answering = new Set<ServerResponse>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.silent.delete(socket);
      this.answering.add(response);
      response.once('close', () => this.answering.delete(response));
    });
    // a WebSocket is told before it is closed, by the server that it belongs to
    server.on('upgrade', ({ socket }) => this.silent.delete(socket));
  }

  /** Ends each connection as soon as nothing is being answered on it, and all after a while. */
  end(afterMs: number): void {
    for (const socket of this.silent) socket.destroy();
    for (const response of this.answering) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    setTimeout(() => this.server.closeAllConnections(), afterMs).unref();
  }
}
