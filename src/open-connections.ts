import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of an HTTP server that a stop would wait for in vain: those on which no request has
 * come yet, as browsers open in advance (Node counts them as busy), and those whose request does
 * not end.
 */
export class OpenConnections {
  private readonly silent = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', ({ socket }) => this.silent.delete(socket));
  }

  /** Ends the silent ones now, and those that are still busy after a while. */
  end(afterMs: number): void {
    for (const socket of this.silent) socket.destroy();
    setTimeout(() => this.server.closeAllConnections(), afterMs).unref();
  }
}
