import { randomBytes } from 'node:crypto';
import type { ChannelKey, OpenChannel } from './open-channel';

const UUID_BYTES = 16;
const RANDOM_BYTES = 16;
const KEY = /^[\w-]{64}$/;

/**
 * A new secret part of a channel's address. It holds the ids, so that the channel is found inside its
 * workspace by its primary key; what makes it a secret is the rest.
 */
export function newWebhookKey({ workspaceId, channelId }: ChannelKey): string {
  const bytes = [uuidBytes(workspaceId), uuidBytes(channelId), randomBytes(RANDOM_BYTES)];
  return Buffer.concat(bytes).toString('base64url');
}

/** The channel that a key claims to be of; the caller compares the whole key. Null for none. */
export function channelOfWebhookKey(key: string): ChannelKey | null {
  if (!KEY.test(key)) return null;
  const bytes = Buffer.from(key, 'base64url');
  return {
    workspaceId: uuidText(bytes.subarray(0, UUID_BYTES)),
    channelId: uuidText(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
  };
}

/** The address that platforms call; null where the channel takes no requests, or the base is unknown. */
export function webhookUrlOf(
  { connector, webhookKey }: Pick<OpenChannel, 'connector' | 'webhookKey'>,
  publicUrl: string | null,
): string | null {
  if (webhookKey === null || publicUrl === null) return null;
  return `${publicUrl}/webhooks/${connector.manifest.id}/${webhookKey}`;
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
