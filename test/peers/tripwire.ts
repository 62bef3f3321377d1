import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How far an exchange gets: so many bytes that the client sends, or the server. */
export interface Reach {
  by: 'CLIENT' | 'SERVER';
  bytes: number;
}

/**
 * Stands between a client and a server and passes everything on, until so much has gone through: what
 * the client sends last still gets there, what the server sends last does not.
 */
export class Tripwire {
  private readonly sockets = new Set<Socket>();
  private counts = { CLIENT: 0, SERVER: 0 };
  private reach: Reach | null = null;
  private trip: () => void = () => undefined;

  private constructor(
    private readonly server: Server,
    port: number,
  ) {
    server.on('connection', (client) => {
      const there = connect(port, '127.0.0.1');
      this.pass(client, there, 'CLIENT');
      this.pass(there, client, 'SERVER');
    });
  }

  static async before(port: number): Promise<Tripwire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tripwire(server, port);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Calls back once, when an exchange from now on has got so far. */
  set(reach: Reach, trip: () => void): void {
    this.counts = { CLIENT: 0, SERVER: 0 };
    this.reach = reach;
    this.trip = trip;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(from: Socket, to: Socket, by: Reach['by']): void {
    this.sockets.add(from);
    from.on('data', (chunk) => {
      this.counts[by] += chunk.length;
      const { reach } = this;
      const isFar = reach?.by === by && this.counts[by] > reach.bytes;
      if (!isFar || by === 'CLIENT') to.write(chunk);
      if (!isFar) return;
      this.reach = null;
      this.trip();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.end();
    });
  }
}
