import type { Client } from 'pg';
import { sealSettings } from '../../src/connections/open-channel';
import { newWebhookKey } from '../../src/connections/webhook-address';
import { connectors } from '../../src/connectors/registry';
import { newId } from '../../src/domain/kit/ids';
import { SecretBox } from '../../src/secrets/secret-box';
import type { Server } from './child';
import type { DeliveryTarget } from './ingest-load';
import { SECRET_KEY } from './parley';
import { platformMessages, type PlatformName } from './platform-messages';

/** A channel of a platform in the node's first workspace. */
export async function connectBenchChannel(
  database: Client,
  node: Server,
  platform: PlatformName,
): Promise<Omit<DeliveryTarget, 'prefix'>> {
  const { account, settings } = platformMessages[platform].facts;
  // a transport of one's own has no account
  const externalId = platform === 'custom' ? undefined : account.externalId;
  const { url } = await storeBenchChannel(database, node, platform, settings, externalId);
  return { url, platform };
}

/** A channel of any connector in the node's first workspace; without an id of its own it is its own. */
export async function storeBenchChannel(
  database: Client,
  node: Server,
  connector: string,
  settings: Readonly<Record<string, unknown>>,
  accountId?: string,
): Promise<{ url: string; channelId: string }> {
  const { rows } = await database.query<{ id: string }>(
    'select workspace_id as id from workspace limit 1',
  );
  const key = { workspaceId: rows[0]!.id, channelId: newId() };
  const { manifest } = connectors[connector]!;
  const box = new SecretBox({ key: Buffer.from(SECRET_KEY, 'hex'), previous: [] }, '');
  const sealed = await sealSettings(box, manifest, key, settings);
  const webhookKey = newWebhookKey(key);
  const externalId = accountId ?? key.channelId;
  await database.query(
    `insert into channel (workspace_id, id, kind, connector, name, external_id, visibility, settings,
       secrets, webhook_key, created_at, updated_at)
     values ($1, $2, $3, $4, 'Bench', $5, $6, $7, $8, $9, now(), now())`,
    [
      ...[key.workspaceId, key.channelId, manifest.kind, connector, externalId],
      ...[manifest.visibility, sealed.settings, sealed.secrets, webhookKey],
    ],
  );
  return { url: `${node.url}/webhooks/${connector}/${webhookKey}`, channelId: key.channelId };
}
