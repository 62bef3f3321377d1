import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import { refusalOf } from '../../connections/refusal';
import type { SettingField } from '../../connectors/kit/settings';
import { Channel, ChannelState } from '../../entities';
import { SecretUnreadable } from '../../secrets/secret-box';
import { defineCommand, type Outcome } from '../kit/command';
import { id } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { healthy } from './health';
import { lockChannel, withoutConnector } from './lock-channel';
import { noticeChannel } from './notice';

const input = z.object({ id: id('Channel') });

/** How long a platform may take to let us go, in milliseconds. */
const LONGEST = 15_000;

interface Disconnected {
  channelId: string;
}

/** Takes a channel's account away: its secrets are wiped, its history stays. */
export async function disconnectChannel(
  context: RequestContext,
  args: { id: string },
  idempotencyKey: string | null,
): Promise<PayloadSource<Disconnected>> {
  const { connections, actor } = context;
  const { id: channelId } = input.parse(args);
  if (seesChannel(actor, channelId) && !(await context.isSettled(idempotencyKey))) {
    await takeLeave(context, channelId);
  }
  const { connectors } = connections;
  const fieldsOf = (connector: string) => connectors[connector]?.manifest.settings ?? [];
  const answer = await context.run(storeDisconnection(fieldsOf), args, idempotencyKey);
  connections.forget(actor.workspaceId, channelId);
  return answer;
}

/** As well as it goes: who wants to be gone must not be held up by a platform that is down. */
async function takeLeave({ connections, actor, calledAt }: RequestContext, channelId: string) {
  const open = await connections.read(actor.workspaceId, channelId).catch((error: unknown) => {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  });
  if (!open?.connector.disconnect || open.status === 'DISCONNECTED') return;
  const signal = AbortSignal.timeout(LONGEST);
  const connectorContext = connections.draftContext(open, signal, calledAt);
  try {
    await open.connector.disconnect(connectorContext);
  } catch (error) {
    const refusal = refusalOf(error, open);
    if (refusal) connectorContext.log.info({ reason: refusal.message }, 'took leave in vain');
    else connectorContext.log.error({ err: error }, 'could not take leave of a platform');
  }
}

const storeDisconnection = (fieldsOf: (connector: string) => readonly SettingField[]) =>
  defineCommand({
    name: 'channelDisconnect',
    input,
    async run(work, { id: channelId }): Promise<Outcome<Disconnected>> {
      const channel = await lockChannel(work, channelId);
      if (channel.connector === null) throw withoutConnector();
      if (channel.status === 'DISCONNECTED') return { result: { channelId } };
      const { manager, actor, now } = work;
      const { workspaceId } = actor;
      const kept = new Set(
        fieldsOf(channel.connector).flatMap(({ key, internal }) => (internal ? [] : [key])),
      );
      const settings = Object.entries(channel.settings).filter(([key]) => kept.has(key));
      await manager.update(Channel, { workspaceId, id: channelId }, {
        ...{ status: 'DISCONNECTED', secrets: null, webhookKey: null, updatedAt: now },
        settings: Object.fromEntries(settings),
      } as object);
      const state = { ...healthy, healthSince: now, sourceHolder: null, sourceUntil: null };
      await manager.update(ChannelState, { workspaceId, channelId }, state);
      await noticeChannel(work, channelId);
      return {
        result: { channelId },
        events: [{ type: 'channel.disconnected', subjectId: channelId, data: {} }],
        audit: { subject: channelId },
      };
    },
  });
