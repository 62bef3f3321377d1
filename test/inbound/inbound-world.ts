import { isUtf8 } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { AppOptions } from '../../src/app';
import type { Role } from '../../src/config/config';
import type { Env } from '../../src/config/env';
import { sealSettings } from '../../src/connections/open-channel';
import { newWebhookKey } from '../../src/connections/webhook-address';
import { globalId, newId } from '../../src/domain/kit/ids';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { unique } from '../support/world';

const ENV: Env = { PARLEY_SECRET_KEY: 'ab'.repeat(32) };

/** A channel of somebody's own transport, and who speaks to it. */
export interface CustomChannel {
  owner: Client;
  workspaceId: string;
  /** As the API names it. */
  id: string;
  channelId: string;
  /** Where its deliveries go. */
  url: string;
  secret: string;
}

/** What is sent to a channel. */
export interface Sending {
  id?: string;
  secret?: string;
  at?: Date;
  headers?: Record<string, string>;
}

/** A whole Parley that takes deliveries and processes them. */
export class InboundWorld {
  private constructor(readonly parley: TestApp) {}

  static async create(
    options: AppOptions = {},
    role: Role = 'all',
    env: Env = {},
  ): Promise<InboundWorld> {
    return new InboundWorld(await startTestApp({ ...ENV, ...env }, role, options));
  }

  /** A channel of the custom connector, in a workspace of its own unless one is given. */
  async connect(
    of?: { owner: Client; workspaceId: string },
    connectorId = 'custom',
    { secret = newSecret(), externalId = unique('own') } = {},
  ): Promise<CustomChannel> {
    const { owner, workspaceId } = of ?? (await this.parley.workspace());
    const { connections, secrets: box } = this.parley.app;
    const { manifest } = connections.connectors[connectorId]!;
    const key = { workspaceId, channelId: newId() };
    const { settings, secrets } = await sealSettings(box, manifest, key, { signingSecret: secret });
    const webhookKey = newWebhookKey(key);
    await asOwner(
      this.parley,
      `insert into channel (workspace_id, id, kind, connector, name, external_id, visibility, settings,
         secrets, webhook_key, created_at, updated_at)
       values ($1, $2, $3, $4, 'Own', $5, 'PRIVATE', $6, $7, $8, now(), now())`,
      [
        ...[workspaceId, key.channelId, manifest.kind, connectorId],
        ...[externalId, settings, secrets, webhookKey],
      ],
    );
    return {
      ...{ owner, workspaceId, secret, channelId: key.channelId },
      id: globalId('Channel', key.channelId),
      url: `${this.parley.url}/webhooks/${connectorId}/${webhookKey}`,
    };
  }

  /** Signs and sends a body to a channel's address. */
  post(
    { url, secret: own }: CustomChannel,
    body: unknown,
    { id = unique('delivery'), secret = own, at = this.parley.now(), headers = {} }: Sending = {},
  ): Promise<Response> {
    const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return fetch(url, {
      method: 'POST',
      body: bytes,
      headers: { ...sign(bytes, { id, secret, at }), ...headers },
    });
  }

  /** Sends items to a channel, which must be taken. */
  async deliver(
    channel: CustomChannel,
    items: readonly object[],
    sending?: Sending,
  ): Promise<void> {
    const response = await this.post(channel, { items }, sending);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  }

  /** Runs what is under way to quiet. */
  drain(): Promise<void> {
    return this.parley.app.drain();
  }

  close(): Promise<void> {
    return this.parley.close();
  }
}

/** The headers of a signed request. */
export function sign(
  body: string | Buffer,
  { id, secret, at }: { id: string; secret: string; at: Date },
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': isText(body)
      ? new Webhook(secret).sign(id, at, body.toString())
      : signBytes(body as Buffer, { id, secret, at }),
  };
}

function isText(body: string | Buffer): boolean {
  return typeof body === 'string' || isUtf8(body);
}

/** The library signs text only. */
function signBytes(
  body: Buffer,
  { id, secret, at }: { id: string; secret: string; at: Date },
): string {
  const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  hmac.update(`${id}.${Math.floor(at.getTime() / 1_000)}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

export function newSecret(): string {
  return `whsec_${Buffer.from(newId().replaceAll('-', '')).toString('base64')}`;
}

/** A message of a customer; whatever is left out is made up. */
export function message(input: object = {}): Record<string, unknown> {
  return {
    type: 'message',
    threadKey: unique('thread'),
    externalId: unique('message'),
    direction: 'INBOUND',
    author: { externalId: unique('person'), displayName: 'Ada' },
    sentAt: '2026-02-01T10:00:00Z',
    body: 'Where is my parcel?',
    ...input,
  };
}
