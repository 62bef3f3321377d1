import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire whose connections can go deaf and dumb without closing, as when a network is left behind. */
export interface DeafWire {
  /** The server's address by way of the wire. */
  url: string;
  /** Nothing goes over the connections that there are any longer; new ones work. */
  goDeaf(): void;
  close(): Promise<void>;
}

/** Lays a wire to a server. */
export async function layDeafWire(target: string): Promise<DeafWire> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => pair.forEach((other) => other.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goDeaf() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const [near] of pairs) near.destroy();
      await closed;
    },
  };
}
