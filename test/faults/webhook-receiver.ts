import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Told } from './told';

/** A receiver of webhooks that fails every third call, and knows repeated events by their ids. */
export class WebhookReceiver {
  /** What it has taken, by `webhook-id`. */
  readonly taken = new Map<string, Told>();
  calls = 0;
  /** Calls whose signature did not fit. */
  forged = 0;
  private webhook: Webhook | undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      void receiver.receive(request).then((status) => response.writeHead(status).end());
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Expects signatures by a secret from now on. */
  expect(secret: string): void {
    this.webhook = new Webhook(secret);
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async receive(request: IncomingMessage): Promise<number> {
    this.calls += 1;
    if (this.calls % 3 === 0) return 500;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const event = this.open(Buffer.concat(chunks).toString(), request.headers);
    if (!event) return 400;
    this.taken.set(request.headers['webhook-id'] as string, event);
    return 204;
  }

  private open(body: string, headers: IncomingMessage['headers']): Told | null {
    try {
      return (this.webhook!.verify(body, headers as Record<string, string>) as { data: Told }).data;
    } catch {
      this.forged += 1;
      return null;
    }
  }
}
