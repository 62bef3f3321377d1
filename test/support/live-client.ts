import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createClient, type Client as ProtocolClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Client, WireError } from './client';
import { until } from './process';

/** What most subscriptions of the tests ask for. */
export const eventsQuery = `subscription ($after: Position, $types: [String!]) {
  events(after: $after, types: $types) { kind position event { type } message { id body } }
}`;

/** One item of {@link eventsQuery}. */
export interface EventItem {
  kind: string;
  position: number;
  event: { type: string } | null;

  message: { id: string; body: string } | null;
}

/** The address of the API's sockets. */
export function socketUrl({ url }: Pick<Client, 'url'>): string {
  return url.replace(/^http/, 'ws');
}

/** A subscription and what it has brought so far. */
export class Followed<T = EventItem> {
  readonly items: T[] = [];
  /** Errors of the operation, when it was refused or ended with them. */
  errors: WireError[] | null = null;
  /** How the socket ended, when that ended the subscription. */
  closed: { code: number; reason: string } | null = null;
  isOver = false;
  stop: () => void = () => undefined;

  /** The items that are events, without notices. */
  get events(): T[] {
    return this.items.filter((item) => (item as { kind?: string }).kind === 'EVENT');
  }

  async untilItems(holds: (items: readonly T[]) => boolean): Promise<void> {
    await until(() => holds(this.items) || this.isOver, 'items');
    if (!holds(this.items)) {
      throw new Error(`It ended: ${JSON.stringify([this.errors, this.closed])}`);
    }
  }

  /** The subscription is live once its first notice has come. */
  untilLive(): Promise<void> {
    return this.untilItems((items) =>
      items.some((item) => (item as { kind?: string }).kind === 'HEARTBEAT'),
    );
  }

  untilOver(): Promise<void> {
    return until(() => this.isOver, 'the end of the subscription');
  }
}

/** A client of the graphql-ws library, which doesn't connect again by itself. */
export function liveClient(client: Client, params?: object): ProtocolClient {
  return createClient({
    url: socketUrl(client),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${client.token}`, ...params },
    retryAttempts: 0,
  });
}

/** Subscribes by the graphql-ws library; the field's values become the items. */
export function follow<T = EventItem>(
  client: ProtocolClient,
  variables: Record<string, unknown> = {},
  query = eventsQuery,
): Followed<T> {
  const followed = new Followed<T>();
  followed.stop = client.subscribe<Record<string, T>>(
    { query, variables },
    {
      next({ data, errors }) {
        if (errors) followed.errors = errors as unknown as WireError[];
        if (data) followed.items.push(...Object.values(data));
      },
      error(error) {
        if (Array.isArray(error)) followed.errors = error as WireError[];
        else followed.closed = error as { code: number; reason: string };
        followed.isOver = true;
      },
      complete() {
        followed.isOver = true;
      },
    },
  );
  return followed;
}

/** A message of the protocol. */
export interface ProtocolMessage {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A socket on which tests say exactly what they want. */
export class RawSocket {
  readonly messages: ProtocolMessage[] = [];
  closed: { code: number; reason: string } | null = null;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as ProtocolMessage);
    });
    ws.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    ws.on('error', () => undefined);
  }

  /** Opens a socket; nothing is said on it yet. */
  static async open(
    { url }: Pick<Client, 'url'>,
    options: { protocol?: string | null; headers?: Record<string, string> } = {},
  ): Promise<RawSocket> {
    const { protocol = 'graphql-transport-ws', headers } = options;
    const socket = new RawSocket(new WebSocket(socketUrl({ url }), protocol ?? [], { headers }));
    await once(socket.ws, 'open');
    return socket;
  }

  /** Opens a socket and is admitted. */
  static async admitted(client: Client): Promise<RawSocket> {
    const socket = await RawSocket.open(client);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${client.token}` } });
    await socket.until('connection_ack');
    return socket;
  }

  send(message: object | string | Buffer): void {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
    this.ws.send(isRaw ? message : JSON.stringify(message));
  }

  subscribe(id: string, query = eventsQuery, variables: object = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  /** Waits for a message of a type; of an operation, when its id is given. */
  async until(type: string, id?: string): Promise<ProtocolMessage> {
    const find = () =>
      this.messages.find((it) => it.type === type && (id === undefined || it.id === id));
    await until(() => find() !== undefined || this.closed !== null, `${type} ${id ?? ''}`);
    const found = find();
    if (!found) throw new Error(`It was closed: ${JSON.stringify(this.closed)}`);
    return found;
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    await until(() => this.closed !== null, 'the end of the socket');
    return this.closed!;
  }

  /** What comes from the server, beneath the frames. */
  get stream(): Socket {
    return (this.ws as unknown as { _socket: Socket })._socket;
  }

  /** Ends it without a word. */
  drop(): void {
    this.ws.terminate();
  }
}
