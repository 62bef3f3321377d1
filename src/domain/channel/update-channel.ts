import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import { openChannel, sealSettings, type OpenChannel } from '../../connections/open-channel';
import { settingsChangeShape } from '../../connectors/kit/settings-shape';
import { Channel } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id, line } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { announceChannel } from './announce-channel';
import { askAccount, prepared } from './ask-connector';
import { lockChannel, requireConnected, withoutConnector } from './lock-channel';
import { noticeChannel } from './notice';
import { clearHealth } from './set-health';
import { checkSettings } from './settings-check';
import { syncLater } from '../template/sync-templates';

const input = z.object({
  id: id('Channel'),
  input: z.object({ name: line(200).nullish(), settings: z.unknown().optional() }),
});

interface Updated {
  channelId: string;
}

/** New values of settings, with what the connector learnt by them; null is none. */
type Change = Record<string, unknown>;

/** Changes a channel's name and settings; a connector signs in with new ones before they are kept. */
export async function updateChannel(
  context: RequestContext,
  args: { id: string; input: object },
  idempotencyKey: string | null,
): Promise<PayloadSource<Updated>> {
  const parsed = input.safeParse(args);
  const settings = parsed.data?.input.settings ?? null;
  const isMoot = !parsed.success || settings === null || (await context.isSettled(idempotencyKey));
  const change = isMoot
    ? null
    : await prepared(() => prepareChange(context, parsed.data.id, settings));
  const answer = await context.run(storeChange(context, change), args, idempotencyKey);
  if (parsed.success) context.connections.forget(context.actor.workspaceId, parsed.data.id);
  const isChanged = change !== null && !(change instanceof DomainError);
  if (isChanged && answer.channelId !== undefined && Object.keys(change).length > 0) {
    await announceChannel(context, answer.channelId);
  }
  return answer;
}

async function prepareChange(
  context: RequestContext,
  channelId: string,
  given: unknown,
): Promise<Change | null> {
  const { connections, actor } = context;
  const isVisible = seesChannel(actor, channelId);
  const open = isVisible ? await connections.read(actor.workspaceId, channelId) : null;
  // whether there is a channel without a connector is the command's to tell
  if (!open) return null;
  requireConnected(open);
  const fields = open.connector.manifest.settings;
  const change = await checkSettings(context, fields, settingsChangeShape(fields), given);
  const before = open.channel.settings;
  const isSame = ([key, value]: [string, unknown]) => isDeepStrictEqual(before[key] ?? null, value);
  if (Object.entries(change).every(isSame)) return {};
  const settings = { ...before, ...change };
  const draft: OpenChannel = { ...open, channel: { ...open.channel, settings } };
  const { account, settings: all } = await askAccount(context, draft);
  if (account.externalId === open.channel.externalId) return changedOf(before, all);
  const message = `These are the settings of another account: ${account.externalId}. Connect it as a channel of its own.`;
  throw new DomainError(ErrorCode.CONFLICT, message, ['input', 'settings']);
}

function changedOf(before: Readonly<Change>, after: Change): Change {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(before[key] ?? null, value)),
  );
}

const storeChange = (context: RequestContext, change: Change | DomainError | null) =>
  defineCommand({
    name: 'channelUpdate',
    input,
    async run(work, { id: channelId, input: { name, settings } }): Promise<Outcome<Updated>> {
      const channel = await lockChannel(work, channelId);
      if (change instanceof DomainError) throw change;
      if (settings != null && change === null) throw withoutConnector();
      const keys = Object.keys(change ?? {});
      const isRenamed = name != null && name !== channel.name;
      if (!isRenamed && keys.length === 0) return { result: { channelId } };
      const { manager, actor, now } = work;
      await manager.update(
        Channel,
        { workspaceId: actor.workspaceId, id: channelId },
        {
          ...(isRenamed && { name }),
          ...(keys.length > 0 &&
            ((await mergedSettings(work, context, channelId, change!)) as object)),
          updatedAt: now,
        },
      );
      await noticeChannel(work, channelId);
      const connector = context.connections.connectors[channel.connector ?? ''];
      if (keys.length > 0 && connector?.templates) await syncLater(work, channelId);
      const fields = [...(isRenamed ? ['name'] : []), ...(keys.length > 0 ? ['settings'] : [])];
      const updated: NewEvent = { type: 'channel.updated', subjectId: channelId, data: { fields } };
      // what was just signed in with is well
      const healthEvents = keys.length > 0 ? await clearHealth(work, channelId) : [];
      return {
        result: { channelId },
        events: [updated, ...healthEvents],
        audit: { subject: channelId, detail: { fields, settings: keys } },
      };
    },
  });

/** Onto what is stored by now: a token may have been renewed meanwhile. */
async function mergedSettings(
  { session, actor: { workspaceId } }: Work,
  { connections, secrets }: RequestContext,
  channelId: string,
  change: Change,
) {
  const { connectors } = connections;
  const open = await openChannel({ connectors, secrets }, session, { workspaceId, channelId });
  if (!open) throw notFound('channel', ['id']);
  requireConnected(open);
  const all = { ...open.channel.settings, ...change };
  return sealSettings(secrets, open.connector.manifest, open, all);
}
