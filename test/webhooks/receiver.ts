import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders & Record<string, string>;
  body: string;
  /** The body, parsed. */
  payload: Payload;
  /** Number of the request, from 1. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What Parley sends. */
export interface Payload {
  type: string;
  timestamp: string;
  data: {
    id: string;
    position: number;
    type: string;
    subjectId: string;
    actor: { kind: string; id: string };
    data: Record<string, unknown>;
  } & Record<string, unknown>;
}

/** How a request is answered: a status, or whatever the test does with it. */
export type Reply = (
  request: Received,
  response: ServerResponse,
) => number | void | Promise<number | void>;

/** A server of somebody else's that is told of events; it answers 204 unless told otherwise. */
export class Receiver {
  readonly received: Received[] = [];
  /** Most requests that were being answered at the same time. */
  mostAtOnce = 0;
  private atOnce = 0;
  private reply: Reply = () => 204;

  private constructor(
    private readonly server: Server,
    /** Where requests go. */
    readonly url: string,
  ) {}

  static async start(path = '/hook', host = '127.0.0.1'): Promise<Receiver> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://${host}:${port}${path}`);
    server.on('request', (request, response) => void receiver.take(request, response));
    return receiver;
  }

  /** How requests are answered from now on. */
  answer(reply: Reply): void {
    this.reply = reply;
  }

  /** The events that it was told of, in the order of their arrival. */
  get types(): string[] {
    return this.received.map(({ payload }) => payload.type);
  }

  /** The events' positions, each once, in the order of their first arrival. */
  get positions(): number[] {
    return [...new Set(this.received.map(({ payload }) => payload.data.position))];
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.on('close', () => this.atOnce--);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    const received: Received = {
      method: request.method!,
      path: request.url!,
      headers: request.headers as Received['headers'],
      body,
      payload: JSON.parse(body) as Payload,
      number: this.received.length + 1,
      at: Date.now(),
    };
    this.received.push(received);
    const status = await this.reply(received, response);
    if (typeof status === 'number') response.writeHead(status).end();
  }
}
