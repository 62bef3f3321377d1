import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A message as it is posted. */
export interface Posted {
  id: string;
  clientKey: string;
  body: string;
  content: object | null;
  replyTo: { externalId: string } | null;
  isHuman: boolean;
  authorName: string | null;
  conversation: { id: string; threadKey: string; customer: { externalId: string } | null };
}

/** A message as the platform has it. */
export interface Kept extends Posted {
  externalId: string;
  /** How many there are of it: more than one is a double. */
  count: number;
}

export interface Post {
  message: Posted;
  /** Number of the request, from 1. */
  number: number;
  response: ServerResponse;
}

/** How a post is answered; what it does not answer is answered as by a platform that works. */
export type Behaviour = (
  post: Post,
  platform: Platform,
) => void | Promise<void> | number | Promise<number | void>;

/** Somebody's own transport: a real server that keeps what it is sent, by client key. */
export class Platform {
  /** Messages in the order of their arrival. */
  readonly kept: Kept[] = [];
  readonly posts: Posted[] = [];
  readonly looks: string[] = [];
  /** What was not signed as it has to be. */
  forged = 0;
  /** Whether the same client key comes to the same message. */
  isIdempotent = false;
  /** Headers of every answer. */
  headers: Record<string, string> = {};
  mostAtOnce = 0;
  private atOnce = 0;
  private serial = 0;
  private behaviour: Behaviour = () => undefined;
  private look: (response: ServerResponse) => boolean = () => false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly secret: string,
  ) {}

  static async start(secret: string): Promise<Platform> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const platform = new Platform(server, `http://127.0.0.1:${port}/send`, secret);
    server.on('request', (request, response) => void platform.take(request, response));
    return platform;
  }

  /** How posts are answered from now on. */
  answer(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  /** How looks are answered from now on; true says that it has answered. */
  answerLooks(look: (response: ServerResponse) => boolean): void {
    this.look = look;
  }

  /** Bodies in the order of their arrival. */
  get bodies(): string[] {
    return this.kept.map(({ body }) => body);
  }

  /** Nothing listens at its address until it is {@link up} again. */
  async down(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async up(): Promise<void> {
    this.server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Keeps a message; gives its id. */
  keep(message: Posted): string {
    const same = this.kept.find(({ clientKey }) => clientKey === message.clientKey);
    if (same) {
      if (!this.isIdempotent) same.count++;
      return same.externalId;
    }
    const externalId = `p-${++this.serial}`;
    this.kept.push({ ...message, externalId, count: 1 });
    return externalId;
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.down();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.on('close', () => this.atOnce--);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    if (!this.isSigned(request, body)) {
      this.forged++;
      response.writeHead(401).end();
      return;
    }
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value);
    if (request.method === 'GET') return this.find(request, response);
    const message = JSON.parse(body) as Posted;
    const number = this.posts.push(message);
    const status = await this.behaviour({ message, number, response }, this);
    if (typeof status === 'number') {
      response.writeHead(status).end();
    } else if (!response.headersSent && !response.destroyed && status === undefined) {
      this.accept(message, response);
    }
  }

  accept(message: Posted, response: ServerResponse): void {
    response.end(JSON.stringify({ externalId: this.keep(message) }));
  }

  private find(request: IncomingMessage, response: ServerResponse): void {
    const key = new URL(request.url!, 'http://localhost').searchParams.get('clientKey')!;
    this.looks.push(key);
    if (this.look(response)) return;
    const found = this.kept.find(({ clientKey }) => clientKey === key);
    if (found) response.end(JSON.stringify({ externalId: found.externalId }));
    else response.writeHead(404).end();
  }

  private isSigned(request: IncomingMessage, body: string): boolean {
    try {
      // the application's clock may stand still
      const at = Number(request.headers['webhook-timestamp']) * 1_000;
      const id = request.headers['webhook-id'] as string;
      const expected = new Webhook(this.secret).sign(id, new Date(at), body);
      return expected === request.headers['webhook-signature'];
    } catch {
      return false;
    }
  }
}

/** Answers nothing, ever. */
export const NEVER = new Promise<void>(() => undefined);
