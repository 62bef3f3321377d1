import { Permission } from '../../auth/permissions';
import { openSecrets } from '../../connections/open-channel';
import { webhookUrlOf } from '../../connections/webhook-address';
import type { Connector } from '../../connectors/kit/connector';
import { formFields } from '../../connectors/kit/settings-shape';
import type { Read } from '../../db/row-shape';
import type { Channel } from '../../entities';
import { SecretUnreadable } from '../../secrets/secret-box';
import { readLinked } from '../outbound/reply-facts';
import type { RequestContext } from '../kit/request-context';
import { capabilitiesOf, type ChannelCapabilitiesView } from './present-connector';

/** A channel and its connector, where this version has it. */
interface Found {
  channel: Read<Channel>;
  connector: Connector | undefined;
}

/** By its id, because a list may have brought along only some of its columns. */
async function find(context: RequestContext, id: string): Promise<Found> {
  const channel = (await context.loaders.byId('Channel', id))!;
  const { connectors } = context.connections;
  return { channel, connector: connectors[channel.connector ?? ''] };
}

/** The settings of the form that are no secrets. */
export async function shownSettings(context: RequestContext, id: string): Promise<object> {
  const { channel, connector } = await find(context, id);
  const shown = formFields(connector?.manifest.settings ?? []).filter(({ secret }) => !secret);
  const entries = shown.flatMap(({ key }) =>
    Object.hasOwn(channel.settings, key) ? [[key, channel.settings[key]] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** The keys of the form's secrets that are there; none where no key at hand opens them. */
export async function secretsSet(context: RequestContext, id: string): Promise<string[]> {
  const { channel, connector } = await find(context, id);
  const { workspaceId, secrets: sealed } = channel;
  const key = { workspaceId, channelId: id };
  const secrets = await openSecrets(context.secrets, key, sealed).catch((error: unknown) => {
    if (error instanceof SecretUnreadable) return {};
    throw error;
  });
  return formFields(connector?.manifest.settings ?? [])
    .filter((field) => field.secret && Object.hasOwn(secrets, field.key))
    .map((field) => field.key);
}

export async function channelCapabilities(
  context: RequestContext,
  id: string,
): Promise<ChannelCapabilitiesView> {
  const { channel, connector: own } = await find(context, id);
  const linked = own?.manifest.answersBy === undefined ? null : await readLinked(context, channel);
  const connector = linked ? context.connections.connectors[linked.channel.connector ?? ''] : own;
  if (!connector) return { private: null, public: null };
  return capabilitiesOf(connector.manifest, connector.send !== undefined);
}

export async function webhookUrl(context: RequestContext, id: string): Promise<string | null> {
  if (!context.actor.permissions.has(Permission.CHANNEL_MANAGE)) return null;
  const { channel, connector } = await find(context, id);
  if (!connector) return null;
  return webhookUrlOf({ connector, webhookKey: channel.webhookKey }, context.calledAt);
}

/** How its connector gets on; null where no connector keeps it in step. */
export async function channelHealth({ loaders }: RequestContext, id: string) {
  const [channel, state] = await Promise.all([
    loaders.byId('Channel', id),
    loaders.channelState(id),
  ]);
  if (!channel || channel.connector === null || !state) return null;
  const { health, healthReason, healthSince, lastInboundAt, lastOutboundAt } = state;
  return {
    ...{ channelId: id, status: health, reason: healthReason, since: healthSince },
    ...{ lastInboundAt, lastOutboundAt },
  };
}
