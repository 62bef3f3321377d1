import type { Connector, ConnectedChannel, Manifest } from '../connectors/kit/connector';
import { queryObjects, type Session } from '../db/sessions';
import { raw, sql } from '../db/sql';
import { globalId } from '../domain/kit/ids';
import type { SecretBox } from '../secrets/secret-box';

/** Which channel: bare UUIDs, as the database has them. */
export interface ChannelKey {
  workspaceId: string;
  channelId: string;
}

/** A channel that a connector keeps in step, with its secrets opened. */
export interface OpenChannel extends ChannelKey {
  connector: Connector;
  status: 'ACTIVE' | 'PAUSED' | 'DISCONNECTED';
  webhookKey: string | null;
  visibility: 'PUBLIC' | 'PRIVATE';
  channel: ConnectedChannel;
}

interface ChannelRow {
  connector: string | null;
  name: string;
  external_id: string;
  identity_scope: string;
  visibility: 'PUBLIC' | 'PRIVATE';
  status: OpenChannel['status'];
  settings: Record<string, unknown>;
  webhook_key: string | null;
  secrets: Buffer | null;
}

/** What reading a channel takes. */
export interface Opening {
  connectors: Readonly<Record<string, Connector>>;
  secrets: SecretBox;
}

/**
 * Reads a channel; null where there is none, or none that a connector of this version keeps in step.
 * @param locked keeps its row from being changed until the end of the transaction.
 */
export async function openChannel(
  { connectors, secrets }: Opening,
  session: Session,
  key: ChannelKey,
  locked = false,
): Promise<OpenChannel | null> {
  const { workspaceId, channelId } = key;
  const [row] = await queryObjects<ChannelRow & Record<string, unknown>>(
    session,
    sql`select connector, name, external_id, identity_scope, visibility, status, settings,
          webhook_key, secrets
        from channel where workspace_id = ${workspaceId} and id = ${channelId}
        ${raw(locked ? 'for no key update' : '')}`,
  );
  const connector = row?.connector == null ? undefined : connectors[row.connector];
  if (!row || !connector) return null;
  return {
    ...{ workspaceId, channelId, connector },
    ...{ status: row.status, webhookKey: row.webhook_key, visibility: row.visibility },
    channel: {
      id: globalId('Channel', channelId),
      name: row.name,
      externalId: row.external_id,
      identityScope: row.identity_scope,
      settings: { ...row.settings, ...(await openSecrets(secrets, key, row.secrets)) },
    },
  };
}

export async function openSecrets(
  box: SecretBox,
  { workspaceId, channelId }: ChannelKey,
  sealed: Buffer | null,
): Promise<Record<string, unknown>> {
  if (sealed === null) return {};
  const text = await box.open(sealed, { workspaceId, rowId: channelId });
  return JSON.parse(text) as Record<string, unknown>;
}

/** Settings in the form in which they are stored. */
export interface StoredSettings {
  settings: Record<string, unknown>;
  secrets: Buffer | null;
}

/** Encrypts what is secret, and whatever the manifest does not know. */
export async function sealSettings(
  box: SecretBox,
  manifest: Manifest,
  { workspaceId, channelId }: ChannelKey,
  all: Readonly<Record<string, unknown>>,
): Promise<StoredSettings> {
  const open = new Set(manifest.settings.flatMap(({ key, secret }) => (secret ? [] : [key])));
  const given = Object.entries(all).filter(([, value]) => value != null);
  const settings = Object.fromEntries(given.filter(([key]) => open.has(key)));
  const hidden = Object.fromEntries(given.filter(([key]) => !open.has(key)));
  if (Object.keys(hidden).length === 0) return { settings, secrets: null };
  const owner = { workspaceId, rowId: channelId };
  return { settings, secrets: await box.seal(JSON.stringify(hidden), owner) };
}
