import { sealSettings } from '../../src/connections/open-channel';
import { newWebhookKey } from '../../src/connections/webhook-address';
import { globalId, newId } from '../../src/domain/kit/ids';
import { startTestApp, type TestApp } from '../support/app';
import type { Client } from '../support/client';
import { asOwner } from '../support/owner';

/**
 * Samples of a platform's webhooks, signed and sent over HTTP to a running server, and what the graph
 * says afterwards. Platforms themselves are not there: files that samples name can't be fetched.
 */

/** One request of a platform's. */
export interface Sample {
  name: string;
  body: Buffer;
}

/** The account that samples are about, as a channel has it. */
export interface SampleAccount {
  connector: string;
  externalId: string;
  identityScope?: string;
  /** Secret and internal ones included. */
  settings: Readonly<Record<string, unknown>>;
  /** The headers by which the platform shows that a body is its own. */
  sign(body: Buffer, settings: Readonly<Record<string, unknown>>): Record<string, string>;
}

export interface SampleChannel {
  owner: Client;
  workspaceId: string;
  id: string;
  url: string;
  account: SampleAccount;
}

export class SamplesWorld {
  private constructor(readonly parley: TestApp) {}

  static async create(): Promise<SamplesWorld> {
    return new SamplesWorld(await startTestApp({ PARLEY_SECRET_KEY: 'ab'.repeat(32) }, 'all'));
  }

  /** A channel of the account, in a workspace of its own. */
  async connect(account: SampleAccount): Promise<SampleChannel> {
    const { owner, workspaceId } = await this.parley.workspace();
    const { connections, secrets: box } = this.parley.app;
    const { manifest } = connections.connectors[account.connector]!;
    const key = { workspaceId, channelId: newId() };
    const { settings, secrets } = await sealSettings(box, manifest, key, account.settings);
    const webhookKey = newWebhookKey(key);
    await asOwner(
      this.parley,
      `insert into channel (workspace_id, id, kind, connector, name, external_id, identity_scope,
         visibility, settings, secrets, webhook_key, created_at, updated_at)
       values ($1, $2, $3, $4, 'Samples', $5, $6, $7, $8, $9, $10, now(), now())`,
      [
        ...[workspaceId, key.channelId, manifest.kind, account.connector, account.externalId],
        ...[account.identityScope ?? '', manifest.visibility, settings, secrets, webhookKey],
      ],
    );
    await asOwner(
      this.parley,
      'insert into channel_state (workspace_id, channel_id) values ($1, $2) on conflict do nothing',
      [workspaceId, key.channelId],
    );
    return {
      ...{ owner, workspaceId, account, id: globalId('Channel', key.channelId) },
      url: `${this.parley.url}/webhooks/${account.connector}/${webhookKey}`,
    };
  }

  /** Sends a body; gives the status of the answer. */
  async post(
    { url, account }: SampleChannel,
    body: Buffer,
    headers: Record<string, string> = account.sign(body, account.settings),
  ): Promise<number> {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    await response.arrayBuffer();
    return response.status;
  }

  /**
   * Sends samples one after the other, and gives what the graph says once they are processed. A body that was taken before is a new request here, as from a second attempt
   * whose bytes differ: a space is put behind it.
   */
  async tell(channel: SampleChannel, samples: readonly Sample[]): Promise<Record<string, unknown>> {
    const taken = new Set<string>();
    for (const { name, body } of samples) {
      const again = taken.has(name);
      taken.add(name);
      const status = await this.post(channel, again ? Buffer.concat([body, SPACE]) : body);
      if (status !== 200) throw new Error(`${name} was answered by ${status}`);
    }
    await this.parley.app.drain();
    return this.read(channel);
  }

  /** All that the graph says, with people by their ids on the platform, and in an order of its own. */
  async read({ owner }: SampleChannel): Promise<Record<string, unknown>> {
    const { conversations, customers, ...others } = await owner.query<Told>(EVERYTHING);
    const names = new Map(
      customers.nodes.map(({ id, identities }) => {
        const ids = identities.nodes.map(({ externalId }) => externalId).sort();
        return [id, ids.join(' = ')];
      }),
    );
    const talks = conversations.nodes.map(async ({ id, ...talk }) => {
      const { conversation } = await owner.query<Talk>(ONE_TALK, { id });
      return { ...talk, messages: conversation.messages.nodes };
    });
    const told = { ...others, customers, conversations: await Promise.all(talks) };
    return sorted(told, names) as Record<string, unknown>;
  }

  /** What could not be processed, or was logged as a fault. */
  async troubles({ owner }: SampleChannel): Promise<unknown[]> {
    const { inboundDeliveries } = await owner.query<{
      inboundDeliveries: { nodes: { status: string; error: string | null }[] };
    }>('{ inboundDeliveries(first: 100) { nodes { status error body } } }');
    const dead = inboundDeliveries.nodes.filter(({ status }) => status !== 'PROCESSED');
    return [...dead, ...this.parley.faults.splice(0)];
  }

  close(): Promise<void> {
    return this.parley.close();
  }
}

const SPACE = Buffer.from(' ');

interface Told {
  conversations: { nodes: { id: string }[] };
  customers: { nodes: { id: string; identities: { nodes: { externalId: string }[] } }[] };
}

interface Talk {
  conversation: { messages: { nodes: object[] } };
}

const EVERYTHING = `{
  conversations(first: 100) { nodes {
    id visibility subject status startedAt lastMessageAt messageCount
    customer { id } post { externalId }
  } }
  customers(first: 100) { nodes {
    id name email phone
    identities(first: 20) { nodes { scope externalId handle displayName profile } }
  } }
  posts(first: 100) { nodes { externalId body authorName publishedAt url editedAt deletedAt } }
  touchpoints(first: 100) { nodes { type externalId occurredAt properties customer { id } } }
  channels(first: 10) { nodes { health { status reason } } }
}`;

const ONE_TALK = `query ($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes {
  externalId direction body content sentAt editedAt deletedAt hiddenAt isAutomatic status
  deliveredAt readAt authorName replyToExternalId
  authorCustomer { id }
  failure { code message }
  replyTo { externalId }
  reactions(first: 10) { nodes { reaction reactedAt customer { id } } }
  revisions(first: 10) { nodes { kind previousBody } }
  attachments(first: 10) { nodes { fileName contentType sourceUrl } }
} } } }`;

/** Of touchpoints that stand for messages. */
const OWN_ID = /^01[0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Our own ids replaced by names, and lists in an order that does not depend on ids. */
function sorted(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? (OWN_ID.test(value) ? 'own' : value);
  if (Array.isArray(value)) {
    const items = value.map((item) => sorted(item, names));
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, sorted(inner, names)]),
  );
}
