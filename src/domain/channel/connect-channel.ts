import { z } from 'zod';
import { sealSettings, type OpenChannel } from '../../connections/open-channel';
import { newWebhookKey } from '../../connections/webhook-address';
import type { Connector } from '../../connectors/kit/connector';
import { settingsShape } from '../../connectors/kit/settings-shape';
import { sql } from '../../db/sql';
import { Channel, ChannelState } from '../../entities';
import type { NewEvent } from '../../events/registry';
import type { SecretBox } from '../../secrets/secret-box';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { globalId, newId } from '../kit/ids';
import { line, optional } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { announceChannel } from './announce-channel';
import { askAccount, askToRegister, prepared } from './ask-connector';
import { healthy } from './health';
import { noticeChannel } from './notice';
import { checkSettings } from './settings-check';
import { syncLater } from '../template/sync-templates';

const input = z.object({
  connector: z.string(),
  input: z.object({ name: optional(line(200)), settings: z.unknown().optional() }),
});

type Input = z.output<typeof input>;

interface Connected {
  channelId: string;
}

/** Connects an account, or connects one again that was disconnected. */
export async function connectChannel(
  context: RequestContext,
  args: { connector: string; input: object },
  idempotencyKey: string | null,
): Promise<PayloadSource<Connected>> {
  const parsed = input.safeParse(args);
  const isMoot = !parsed.success || (await context.isSettled(idempotencyKey));
  const draft = isMoot ? null : await prepared(() => prepareChannel(context, parsed.data));
  const answer = await context.run(storeChannel(context.secrets, draft), args, idempotencyKey);
  if (!isMoot && answer.channelId !== undefined) await announceChannel(context, answer.channelId);
  return answer;
}

/** Everything that has to be asked of others before the transaction. */
async function prepareChannel(context: RequestContext, { connector: id, input }: Input) {
  const { connections, actor } = context;
  if (actor.channelIds !== null) {
    const message = 'You are limited to some channels, so you can’t connect new ones.';
    throw new DomainError(ErrorCode.FORBIDDEN, message);
  }
  const connector = Object.hasOwn(connections.connectors, id) ? connections.connectors[id] : null;
  if (!connector) throw notFound('connector', ['connector']);
  const fields = connector.manifest.settings;
  const settings = await checkSettings(context, fields, settingsShape(fields), input.settings);
  const first = draftOf(connector, actor.workspaceId, newId(), settings);
  const { account, settings: all } = await askAccount(context, first);
  const known = await findAccount(context, connector.manifest.kind, account.externalId);
  if (known && known.status !== 'DISCONNECTED') throw isConnected(known);
  const draft = draftOf(connector, actor.workspaceId, known?.id ?? first.channelId, all);
  draft.channel = {
    ...draft.channel,
    name: input.name ?? known?.name ?? account.name ?? connector.manifest.label,
    externalId: account.externalId,
    identityScope: account.identityScope ?? '',
  };
  await askToRegister(context, draft);
  return draft;
}

function draftOf(
  connector: Connector,
  workspaceId: string,
  channelId: string,
  settings: Record<string, unknown>,
): OpenChannel {
  const key = { workspaceId, channelId };
  return {
    ...key,
    connector,
    status: 'ACTIVE',
    webhookKey: connector.webhook ? newWebhookKey(key) : null,
    visibility: connector.manifest.visibility,
    channel: {
      id: globalId('Channel', channelId),
      ...{ name: '', externalId: '', identityScope: '', settings },
    },
  };
}

type Known = Pick<Channel, 'id' | 'name' | 'status'>;

async function findAccount({ reader }: RequestContext, kind: string, externalId: string) {
  const [known] = await reader.objects<Known>(
    sql`select id, name, status from channel
        where workspace_id = ${reader.workspaceId} and kind = ${kind} and external_id = ${externalId}`,
  );
  return known;
}

function isConnected({ name }: Pick<Known, 'name'>): DomainError {
  const message = `This account is connected already, as “${name}”: update that channel, or disconnect it first.`;
  return new DomainError(ErrorCode.CONFLICT, message, ['input', 'settings']);
}

const storeChannel = (secrets: SecretBox, draft: OpenChannel | DomainError | null) =>
  defineCommand({
    name: 'channelConnect',
    input,
    async run(work): Promise<Outcome<Connected>> {
      if (draft instanceof DomainError) throw draft;
      if (!draft) throw new DomainError(ErrorCode.CONFLICT, 'The key has just expired: try again.');
      const { channelId, connector, channel } = draft;
      const { id, kind } = connector.manifest;
      const given = Object.entries(channel.settings).flatMap(([key, value]) =>
        value == null ? [] : [key],
      );
      const isNew = await writeChannel(work, secrets, draft);
      await noticeChannel(work, channelId);
      if (connector.templates) await syncLater(work, channelId);
      const created: NewEvent = { type: 'channel.created', subjectId: channelId, data: { kind } };
      return {
        result: { channelId },
        events: [
          ...(isNew ? [created] : []),
          { type: 'channel.connected', subjectId: channelId, data: { connector: id } },
        ],
        audit: {
          subject: channelId,
          detail: { connector: id, kind, settings: given },
        },
      };
    },
  });

/** Whether it is a new one. */
async function writeChannel(
  { manager, actor: { workspaceId }, now }: Work,
  secrets: SecretBox,
  draft: OpenChannel,
): Promise<boolean> {
  const { channelId, connector, channel, webhookKey, visibility } = draft;
  const { kind, id } = connector.manifest;
  const { name, externalId, identityScope } = channel;
  const known = await manager.findOne(Channel, {
    where: { workspaceId, kind, externalId },
    lock: { mode: 'for_no_key_update' },
  });
  // somebody else has connected it meanwhile
  if (known && (known.id !== channelId || known.status !== 'DISCONNECTED')) {
    throw isConnected(known);
  }
  const stored = await sealSettings(secrets, connector.manifest, draft, channel.settings);
  const values = {
    ...{ name, connector: id, identityScope, webhookKey, visibility, ...stored },
    ...{ status: 'ACTIVE' as const, updatedAt: now },
  };
  const key = { workspaceId, channelId };
  if (known) {
    await manager.update(Channel, { workspaceId, id: channelId }, values as object);
    // how far it had read is kept, so that it goes on there
    await manager.update(ChannelState, key, { ...healthy, healthSince: now });
  } else {
    const made = { workspaceId, id: channelId, kind, externalId, createdAt: now };
    await manager.insert(Channel, { ...made, ...values } as object);
    await manager.insert(ChannelState, { ...key, healthSince: now });
  }
  return !known;
}
