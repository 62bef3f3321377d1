import { setTimeout as delay } from 'node:timers/promises';
import pino, { type Logger } from 'pino';
import { loadConfig, type Config } from '../../src/config/config';
import type { Env } from '../../src/config/env';
import { Sequencer } from '../../src/events/sequencer';
import { OutgoingGuard } from '../../src/outgoing/guard';
import { SecretBox } from '../../src/secrets/secret-box';
import {
  startWebhooks,
  type Webhooks,
  type WebhooksOptions,
} from '../../src/webhooks/start-webhooks';
import { startTestApp, type TestApp } from '../support/app';
import { call, must } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { Receiver } from './receiver';

const ENV: Env = {
  PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  PARLEY_SECRET_KEY: 'ab'.repeat(32),
  PARLEY_WEBHOOK_RETRY_FIRST_SECONDS: '0.05',
  PARLEY_WEBHOOK_RETRY_LONGEST_SECONDS: '0.1',
  PARLEY_WEBHOOK_TIMEOUT_SECONDS: '5',
};

/** A delivery as the API tells of it. */
export interface DeliveryView {
  id: string;
  kind: string;
  type: string;
  eventId: string | null;
  position: number | null;
  subjectId: string | null;
  status: string;
  attemptCount: number;
  nextAttemptAt: string | null;
  finishedAt: string | null;
  attempts: { nodes: AttemptView[] };
}

export interface AttemptView {
  number: number;
  startedAt: string;
  durationMs: number;
  requestUrl: string;
  requestHeaders: Record<string, string>;
  requestBody: string | null;
  responseStatus: number | null;
  responseBody: string | null;
  error: string | null;
}

const DELIVERY = `id kind type eventId position subjectId status attemptCount nextAttemptAt finishedAt
  attempts(first: 50) { nodes { number startedAt durationMs requestUrl requestHeaders requestBody
    responseStatus responseBody error } }`;

/** A Parley whose events are put in order and sent, and the receivers of a test. */
export class WebhookWorld {
  /** What was logged, one object a line. */
  readonly logged: Record<string, unknown>[] = [];
  private readonly receivers: Receiver[] = [];
  private senders: Webhooks[] = [];
  private readonly log: Logger;

  private constructor(
    readonly parley: TestApp,
    private readonly config: Config,
    private readonly sequencer: Sequencer,
  ) {
    this.log = pino(
      { level: 'debug' },
      { write: (line: string) => void this.logged.push(JSON.parse(line) as never) },
    );
  }

  static async create(env: Env = {}): Promise<WebhookWorld> {
    const parley = await startTestApp({ ...ENV, ...env });
    const log = pino({ level: 'silent' });
    const sequencer = new Sequencer({ url: parley.database.url, log });
    sequencer.start();
    return new WebhookWorld(parley, loadConfig({ ...ENV, ...env }), sequencer);
  }

  /** Starts to send, as a worker does; ended by {@link reset}. */
  async send(options: Partial<WebhooksOptions> = {}): Promise<Webhooks> {
    const { config, log, parley } = this;
    const webhooks = await startWebhooks({
      ...{ url: parley.database.url, log, clock: () => new Date() },
      secrets: new SecretBox(config.secretKeys, config.dataDir),
      outgoing: new OutgoingGuard(config.outgoing),
      config: config.webhooks,
      stopSeconds: 0.2,
      ...options,
    });
    this.senders.push(webhooks);
    return webhooks;
  }

  get webhookConfig(): Config['webhooks'] {
    return this.config.webhooks;
  }

  /** A server that is told of events. */
  async receiver(path?: string): Promise<Receiver> {
    const receiver = await Receiver.start(path);
    this.receivers.push(receiver);
    return receiver;
  }

  /** Makes an endpoint; gives its id and secret. */
  async endpoint(
    client: Client,
    url: string,
    input: object = {},
  ): Promise<{ id: string; secret: string }> {
    const { webhookEndpoint, secret } = await must<{
      webhookEndpoint: { id: string };
      secret: string;
    }>(
      client,
      'webhookEndpointCreate',
      { input: { url, ...input } },
      'secret webhookEndpoint { id }',
    );
    return { id: webhookEndpoint.id, secret };
  }

  /** Resolves when everything that was committed has its position. */
  async sequence(): Promise<void> {
    for (;;) {
      this.sequencer.ring();
      const [row] = await asOwner<{ left: boolean }>(
        this.parley,
        'select exists (select from event_outbox) as left',
      );
      if (!row!.left) return;
      await delay(5);
    }
  }

  /** Resolves when all that can be sent now has been sent. */
  async drain(): Promise<void> {
    await this.sequence();
    // any of them looks at what all do
    await this.senders.at(-1)?.drain(30);
  }

  /** What became of an endpoint's deliveries, newest first. */
  async deliveries(client: Client, endpointId: string, status?: string): Promise<DeliveryView[]> {
    const args = { endpointId, first: 50, ...(status && { status }) };
    const page = await call<{ nodes: DeliveryView[] }>(
      client,
      'webhookDeliveries',
      args,
      `{ nodes { ${DELIVERY} } }`,
    );
    return page.nodes;
  }

  /** The endpoint as the API tells of it. */
  async view(client: Client, id: string): Promise<Record<string, unknown>> {
    const { node } = await client.query<{ node: Record<string, unknown> }>(
      `query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { url description eventTypes ordered
        status disabledReason disabledAt failingSince position missedBefore previousSecretUntil } } }`,
      { id },
    );
    return node;
  }

  /** Changes the endpoint. */
  async update(client: Client, id: string, input: object): Promise<void> {
    await must(client, 'webhookEndpointUpdate', { id, input }, 'webhookEndpoint { id }');
  }

  /** Ends senders and receivers of one test, and leaves nothing to send to the next. */
  async reset(): Promise<void> {
    await Promise.all(this.senders.splice(0).map((webhooks) => webhooks.stop()));
    await Promise.all(this.receivers.splice(0).map((receiver) => receiver.stop()));
    await asOwner(this.parley, `update webhook_endpoint set status = 'DISABLED'`);
    this.logged.length = 0;
  }

  async close(): Promise<void> {
    await this.reset();
    await this.sequencer.stop();
    await this.parley.close();
  }
}
