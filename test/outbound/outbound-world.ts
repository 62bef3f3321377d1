import type { AppOptions } from '../../src/app';
import type { Role } from '../../src/config/config';
import type { Env } from '../../src/config/env';
import { sealSettings } from '../../src/connections/open-channel';
import { custom } from '../../src/connectors/custom';
import type { Connector } from '../../src/connectors/kit/connector';
import { newWebhookKey } from '../../src/connections/webhook-address';
import { globalId, newId } from '../../src/domain/kit/ids';
import { message, newSecret, sign } from '../inbound/inbound-world';
import { startTestApp, type TestApp } from '../support/app';
import { call, must, type WireProblem } from '../support/call';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';
import { until } from '../support/process';
import { unique } from '../support/world';
import { Platform } from './platform';

export const ENV: Env = {
  PARLEY_SECRET_KEY: 'ab'.repeat(32),
  PARLEY_OUTGOING_ALLOW: '127.0.0.0/8',
  PARLEY_SEND_RETRY_FIRST_SECONDS: '0.02',
  PARLEY_SEND_RETRY_LONGEST_SECONDS: '0.05',
  PARLEY_SEND_TIMEOUT_SECONDS: '2',
};

/** The custom connector as it is, and with other promises about sending twice. */
export const connectors: Record<string, Connector> = {
  custom,
  idempotent: {
    ...custom,
    manifest: { ...custom.manifest, id: 'idempotent', resend: 'idempotent' },
  },
  unsafe: withoutLook({
    ...custom,
    manifest: { ...custom.manifest, id: 'unsafe', resend: 'unsafe' },
  }),
};

function withoutLook(connector: Connector): Connector {
  return Object.fromEntries(
    Object.entries(connector).filter(([part]) => part !== 'findSent'),
  ) as unknown as Connector;
}

/** A channel, the platform behind it, and who owns it. */
export interface Line {
  owner: Client;
  workspaceId: string;
  id: string;
  channelId: string;
  platform: Platform;
  secret: string;
  /** Where its deliveries go. */
  url: string;
}

/** A message as the API tells of it. */
export interface MessageView {
  id: string;
  body: string;
  status: string | null;
  externalId: string | null;
  failure: { code: string; message: string } | null;
  sentAt: string;
}

const VIEW = 'id body status externalId sentAt failure { code message }';

/** A Parley that sends, and platforms that take what is sent. */
export class OutboundWorld {
  private readonly platforms: Platform[] = [];

  private constructor(readonly parley: TestApp) {}

  static async create(
    options: AppOptions = {},
    role: Role = 'all',
    env: Env = {},
  ): Promise<OutboundWorld> {
    return new OutboundWorld(
      await startTestApp({ ...ENV, ...env }, role, { connectors, ...options }),
    );
  }

  /** A channel with a platform behind it. */
  async line(connectorId = 'custom', of?: { owner: Client; workspaceId: string }): Promise<Line> {
    const { owner, workspaceId } = of ?? (await this.parley.workspace());
    const { connections, secrets: box } = this.parley.app;
    const { manifest } = connections.connectors[connectorId]!;
    const key = { workspaceId, channelId: newId() };
    const secret = newSecret();
    const platform = await Platform.start(secret);
    this.platforms.push(platform);
    const given = { signingSecret: secret, sendUrl: platform.url };
    const { settings, secrets } = await sealSettings(box, manifest, key, given);
    const webhookKey = newWebhookKey(key);
    await asOwner(
      this.parley,
      `with made as (
         insert into channel (workspace_id, id, kind, connector, name, external_id, visibility,
           settings, secrets, webhook_key, created_at, updated_at)
         values ($1, $2, $3, $4, 'Own', $5, 'PRIVATE', $6, $7, $8, now(), now())
       )
       insert into channel_state (workspace_id, channel_id) values ($1, $2)`,
      [
        ...[workspaceId, key.channelId, manifest.kind, connectorId],
        ...[unique('own'), settings, secrets, webhookKey],
      ],
    );
    return {
      ...{ owner, workspaceId, platform, secret, channelId: key.channelId },
      id: globalId('Channel', key.channelId),
      url: `${this.parley.url}/webhooks/${connectorId}/${webhookKey}`,
    };
  }

  /** Has a customer write; gives the conversation's id. */
  async conversation({ owner, id }: Line, input: object = {}): Promise<string> {
    const { conversation } = await must<{ conversation: { id: string } }>(
      owner,
      'messageRecord',
      {
        channelId: id,
        input: {
          threadKey: unique('thread'),
          externalId: unique('message'),
          direction: 'INBOUND',
          body: 'Where is my parcel?',
          sentAt: '2026-03-01T11:00:00Z',
          customer: { externalId: unique('person') },
          ...input,
        },
      },
      'conversation { id }',
    );
    return conversation.id;
  }

  /** Has a message sent; gives its id. */
  async send(owner: Client, conversationId: string, body = 'Hello', more = {}): Promise<string> {
    const args = { conversationId, input: { body, ...more } };
    const { message: sent } = await must<{ message: { id: string } }>(
      owner,
      'messageSend',
      args,
      'message { id }',
    );
    return sent.id;
  }

  /** Has something done to a message or conversation. */
  async act(owner: Client, name: string, args: object): Promise<void> {
    await must(owner, name, args, 'message { id }');
  }

  /** The problems of a mutation that is refused. */
  async problems(
    owner: Client,
    name: string,
    args: object,
  ): Promise<(WireProblem & { reason: string | null })[]> {
    const answer = await call<{ userErrors: (WireProblem & { reason: string | null })[] }>(
      owner,
      name,
      args,
      '{ userErrors { code reason message path } }',
    );
    return answer.userErrors;
  }

  /** The message as it is now. */
  async view(owner: Client, id: string): Promise<MessageView> {
    const { node } = await owner.query<{ node: MessageView }>(
      `query ($id: ID!) { node(id: $id) { ... on Message { ${VIEW} } } }`,
      { id },
    );
    return node;
  }

  /** The conversation's messages, oldest first. */
  async messages(owner: Client, id: string): Promise<MessageView[]> {
    const { conversation } = await owner.query<{
      conversation: { messages: { nodes: MessageView[] } };
    }>(
      `query ($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { ${VIEW} } } } }`,
      { id },
    );
    return conversation.messages.nodes;
  }

  /** Delivers items of the platform, such as an echo. */
  async deliver({ url, secret }: Line, items: readonly object[]): Promise<void> {
    const body = JSON.stringify({ items });
    const headers = sign(body, { id: unique('delivery'), secret, at: this.parley.now() });
    const response = await fetch(url, { method: 'POST', body, headers });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  }

  /** Waits until a message needs no more attempts. */
  async settled(owner: Client, id: string): Promise<void> {
    const isOver = async () => !/QUEUED|SENDING/.test((await this.view(owner, id)).status!);
    await this.becomes(isOver);
  }

  /** Waits until something holds that takes more than one attempt. */
  async becomes(holds: () => Promise<boolean>): Promise<void> {
    await until(holds, 'it holds');
  }

  /** Has a message sent after all. */
  async retry(owner: Client, id: string): Promise<void> {
    await must(owner, 'messageSendRetry', { id }, 'message { id }');
  }

  /** How a channel gets on. */
  async health({
    workspaceId,
    channelId,
  }: Line): Promise<{ health: string; reason: string | null }> {
    const [state] = await asOwner<{ health: string; reason: string | null }>(
      this.parley,
      `select health, health_reason reason from channel_state
       where workspace_id = $1 and channel_id = $2`,
      [workspaceId, channelId],
    );
    return state!;
  }

  /** Has a channel's credentials be good again. */
  async reconnect({ workspaceId, channelId }: Line): Promise<void> {
    await asOwner(
      this.parley,
      `update channel_state set health = 'OK', health_reason = null, health_parts = '{}'
       where workspace_id = $1 and channel_id = $2`,
      [workspaceId, channelId],
    );
  }

  drain(): Promise<void> {
    return this.parley.app.drain();
  }

  /** How many messages wait, in all workspaces. */
  async waiting(): Promise<number> {
    const [row] = await asOwner<{ count: number }>(
      this.parley,
      'select count(*)::int count from outbound_queue',
    );
    return row!.count;
  }

  /** Waits until what was delivered is taken in. */
  async takenIn({ workspaceId }: Line): Promise<void> {
    await this.becomes(async () => {
      const [row] = await asOwner<{ waits: boolean }>(
        this.parley,
        `select exists (select from inbound_queue where workspace_id = $1 and not is_dead) waits`,
        [workspaceId],
      );
      return !row!.waits;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.platforms.map((platform) => platform.stop()));
    await this.parley.close();
  }
}

export { message };
