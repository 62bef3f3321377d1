import pino from 'pino';
import { randomUUID } from 'node:crypto';
import type {
  ConnectorContext,
  OutboundMessage,
  SourceContext,
} from '../../src/connectors/kit/connector';
import type { ConnectorHttp } from '../../src/connectors/kit/http';
import type { MailServer } from './mail-server';

type Delivered = Parameters<SourceContext['deliver']>[0][number];

/** Settings of the company's mailbox. */
export function supportSettings({ ports, certificate }: MailServer): Record<string, unknown> {
  return {
    address: 'support@brand.test',
    replyAddress: '{token}@reply.brand.test',
    password: 'support-pass',
    imapHost: 'localhost',
    imapPort: ports.imaps,
    imapSecurity: 'TLS',
    smtpHost: 'localhost',
    smtpPort: ports.submission,
    smtpSecurity: 'STARTTLS',
    certificate,
    pollSeconds: 5,
  };
}

/** What the kit gives a connector, by hand: without a database behind it. */
export class HandMadeContext implements SourceContext {
  readonly channel: ConnectorContext['channel'];
  readonly webhookUrl = null;
  readonly log = pino({ level: 'silent' });
  readonly ending = new AbortController();
  readonly signal = this.ending.signal;
  readonly clock = () => new Date();
  readonly delivered = new Map<string, Delivered>();
  readonly reports: string[] = [];
  cursor: Record<string, unknown> | null;
  http: ConnectorHttp = { request: () => Promise.reject(new Error('Nobody to ask.')) };

  constructor(settings: Record<string, unknown>, cursor: Record<string, unknown> | null = null) {
    this.cursor = cursor;
    this.channel = {
      id: 'chn_x',
      name: 'Support',
      externalId: 'support@brand.test',
      identityScope: '',
      settings,
    };
  }

  resolve() {
    return Promise.resolve([{ address: '127.0.0.1', family: 4 as const }]);
  }

  async renewSettings(renew: Parameters<ConnectorContext['renewSettings']>[0]) {
    const settings = this.channel.settings as Record<string, unknown>;
    Object.assign(settings, (await renew(settings)) ?? {});
    return settings;
  }

  deliver(deliveries: readonly Delivered[], cursor: Record<string, unknown>): Promise<void> {
    for (const delivery of deliveries) {
      if (!this.delivered.has(delivery.eventKey)) this.delivered.set(delivery.eventKey, delivery);
    }
    this.cursor = structuredClone(cursor);
    return Promise.resolve();
  }

  report(health: string, reason?: string): Promise<void> {
    this.reports.push([health, reason].filter(Boolean).join(' '));
    return Promise.resolve();
  }

  /** The texts of what was delivered, as they came. */
  get mails(): string[] {
    return [...this.delivered.values()].map(({ body }) => body.toString('latin1'));
  }
}

/** A message on its way out; whatever `told` leaves out is made up. */
export function outgoing(to: string, told: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    id: 'msg_x',
    clientKey: randomUUID(),
    body: 'Hello Ana,\n\nwe are checking.',
    content: null,
    attachments: [],
    replyTo: null,
    queuedAt: new Date(),
    isHuman: true,
    authorName: 'Eva',
    conversation: {
      id: 'cnv_x',
      threadKey: 'x',
      visibility: 'PRIVATE',
      subject: 'Parcel',
      platform: {},
      customer: { externalId: to, handle: to, displayName: null },
      lastInboundAt: null,
      history: [],
    },
    plannedId: null,
    ...told,
  };
}
