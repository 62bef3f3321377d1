import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer, type RawData, type ServerOptions, type WebSocket } from 'ws';
import { credentialsOf } from '../credentials';
import { CloseCode } from './close-codes';
import { SocketConnection, type RunningOperation, type SocketServices } from './socket-connection';

/** Largest message that a socket takes, in bytes; what is larger goes over HTTP. */
export const LARGEST_MESSAGE = 1024 * 1024;
/** Most bytes that a socket takes before it is admitted. */
const MOST_UNADMITTED = 64 * 1024;
/** Most sockets that wait to be admitted. */
const MOST_WAITING = 1_000;
/** In how many groups sockets are pinged, one after the other, so that not all are at once. */
const PING_GROUPS = 12;

/** The WebSocket side of the API: the protocol is graphql-ws's, the sockets are those of `ws`. */
export class SocketServer {
  private readonly sockets: WebSocketServer;
  private readonly protocol: Server<SocketConnection>;
  private readonly groups = Array.from({ length: PING_GROUPS }, () => new Set<SocketConnection>());
  /** Sockets that are to be admitted yet, each with what ends its wait. */
  private readonly waiting = new Map<SocketConnection, () => void>();
  private readonly pingTimer: NodeJS.Timeout;
  /** Counts sockets, so that each group gets as many. */
  private opened = 0;
  private pinged = 0;
  private isClosing = false;

  constructor(private readonly shared: SocketServices) {
    const { initMs, keepAliveMs, partingMs } = shared.limits;
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      // what one message leads to is over before the next: an id may come again once it is completed
      allowSynchronousEvents: false,
      closeTimeout: partingMs,
      handleProtocols,
    };
    this.sockets = new WebSocketServer(options);
    this.protocol = makeProtocol(initMs, (connection) => this.waiting.get(connection)?.());
    this.pingTimer = setInterval(() => this.pingSome(), keepAliveMs / PING_GROUPS).unref();
  }

  /** Whether another socket can't be taken now. */
  get isFull(): boolean {
    return this.isClosing || this.waiting.size >= MOST_WAITING;
  }

  /** Makes a request for a WebSocket one. */
  accept(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.sockets.handleUpgrade(request, socket, head, (ws) => {
      const connection = new SocketConnection(
        ...[ws, socket, credentialsOf(request.headers), this.shared],
      );
      this.open(connection, ws, socket);
    });
  }

  /** Closes every socket, so that clients connect elsewhere; resolves when all are gone. */
  async close(): Promise<void> {
    this.isClosing = true;
    clearInterval(this.pingTimer);
    const all = this.groups.flatMap((group) => [...group]);
    await Promise.all(
      all.map(async (connection) => {
        const closed = new Promise((resolve) => connection.ws.once('close', resolve));
        connection.close([CloseCode.GOING_AWAY, 'The server stops: connect again.']);
        await closed;
      }),
    );
  }

  private open(connection: SocketConnection, ws: WebSocket, socket: Socket): void {
    const group = this.groups[this.opened++ % PING_GROUPS]!;
    group.add(connection);
    this.watchUntilAdmitted(connection, socket);
    const closed = this.protocol.opened(adapt(connection, ws), connection);
    // what is wrong with a frame the peer is told by the code
    ws.on('error', () => undefined);
    ws.once('close', (code, reason) => {
      group.delete(connection);
      this.waiting.get(connection)?.();
      connection.over();
      void closed(code, reason.toString());
    });
  }

  /** Until somebody has said who it is, it may not send much. */
  private watchUntilAdmitted(connection: SocketConnection, socket: Socket): void {
    const count = () => {
      if (socket.bytesRead < MOST_UNADMITTED) return;
      connection.close([CloseCode.TOO_LARGE, 'Too much was sent before connection_ack.']);
      this.waiting.get(connection)?.();
    };
    socket.on('data', count);
    this.waiting.set(connection, () => {
      socket.off('data', count);
      this.waiting.delete(connection);
    });
  }

  /** Pings the sockets of one group, and cuts off those that have sent nothing since the last time. */
  private pingSome(): void {
    const group = this.groups[this.pinged++ % PING_GROUPS]!;
    for (const connection of group) connection.ping();
  }
}

/** The protocol's side, which asks the connection for everything. */
function makeProtocol(
  initMs: number,
  onAdmitted: (connection: SocketConnection) => void,
): Server<SocketConnection> {
  return makeServer<Record<string, unknown> | undefined, SocketConnection>({
    connectionInitWaitTimeout: initMs,
    async onConnect({ extra, connectionParams }) {
      const isAdmitted = await extra.admit(connectionParams);
      if (isAdmitted) onAdmitted(extra);
      return isAdmitted;
    },
    onSubscribe({ extra }, id, payload) {
      try {
        return extra.prepare(id, payload);
      } catch (error) {
        return [new GraphQLError('A fault.', { originalError: error as Error })];
      }
    },
    execute({ contextValue }) {
      const { connection, operation } = contextValue as RunningOperation;
      return connection.execute(operation);
    },
    subscribe({ contextValue }) {
      const { connection, operation } = contextValue as RunningOperation;
      return connection.subscribe(operation);
    },
    onError: ({ extra }, id, _payload, errors) => extra.present(id, errors),
    // errors are presented already
    onNext: (_context, _id, _payload, _args, result) => result,
    onComplete: ({ extra }, id) => extra.release(id),
  });
}

/** A socket as graphql-ws wants it. */
function adapt(connection: SocketConnection, ws: WebSocket): Parameters<Server['opened']>[0] {
  const send = (text: string) => {
    if (connection.isOpen) ws.send(text);
  };
  return {
    protocol: ws.protocol,
    send,
    close: (code = CloseCode.BAD_REQUEST, reason = '') => connection.close([code, reason]),
    onMessage: (handle) =>
      ws.on('message', (data: RawData) => {
        if (!connection.isOpen) return;
        // whatever is ours to get wrong is caught where it is; the rest is no message for a server
        handle((data as Buffer).toString()).catch(() =>
          connection.close([CloseCode.BAD_REQUEST, 'Invalid message received']),
        );
      }),
    onPing(payload) {
      // who doesn't read gets no more answers to wait for
      if (!connection.writer.isFull) send(JSON.stringify({ type: 'pong', payload }));
    },
  };
}
