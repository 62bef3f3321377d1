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
  const { rows } = await database.query<{ id: string }>(
    'select workspace_id as id from workspace limit 1',
  );
  const key = { workspaceId: rows[0]!.id, channelId: newId() };
  const { manifest } = connectors[platform]!;
  const { account, settings } = platformMessages[platform].facts;
  const box = new SecretBox({ key: Buffer.from(SECRET_KEY, 'hex'), previous: [] }, '');
  const sealed = await sealSettings(box, manifest, key, settings);
  const webhookKey = newWebhookKey(key);
  // a transport of one's own has no account
  const externalId = platform === 'custom' ? key.channelId : account.externalId;
  await database.query(
    `insert into channel (workspace_id, id, kind, connector, name, external_id, visibility, settings,
       secrets, webhook_key, created_at, updated_at)
     values ($1, $2, $3, $4, 'Bench', $5, $6, $7, $8, $9, now(), now())`,
    [
      ...[key.workspaceId, key.channelId, manifest.kind, platform, externalId],
      ...[manifest.visibility, sealed.settings, sealed.secrets, webhookKey],
    ],
  );
  return { url: `${node.url}/webhooks/${platform}/${webhookKey}`, platform };
}
