import { z } from 'zod';
import { seesChannel } from '../../auth/actor';
import type { OpenChannel } from '../../connections/open-channel';
import { refusalOf, type ConnectorRefusal } from '../../connections/refusal';
import type { ChannelHealth } from '../../entities/channel';
import { defineCommand, type Outcome } from '../kit/command';
import { id } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { lockChannel, requireConnected, withoutConnector } from './lock-channel';
import { clearHealth, reportHealth } from './set-health';

const input = z.object({ id: id('Channel') });

/** How long a test may take, in milliseconds. */
const LONGEST = 30_000;

/** What a test found. */
interface Finding {
  health: ChannelHealth;
  /** What a person has to know or do; null when all is well. */
  reason: string | null;
  durationMs: number;
}

interface Tested {
  channelId: string;
  ok: boolean;
  reason: string | null;
  durationMs: number;
}

/** Tries whether a channel's account can be used at this moment, and notes what it finds. */
export async function testChannel(
  context: RequestContext,
  args: { id: string },
  idempotencyKey: string | null,
): Promise<PayloadSource<Tested>> {
  const { connections, actor } = context;
  const { id: channelId } = input.parse(args);
  const isMoot = !seesChannel(actor, channelId) || (await context.isSettled(idempotencyKey));
  const open = isMoot ? null : await connections.read(actor.workspaceId, channelId);
  const isThere = open && open.status !== 'DISCONNECTED';
  const finding = isThere ? await probe(context, open) : null;
  return context.run(storeFinding(finding), args, idempotencyKey);
}

async function probe({ connections, calledAt }: RequestContext, open: OpenChannel) {
  const began = performance.now();
  const signal = AbortSignal.timeout(LONGEST);
  const connectorContext = connections.contextOf(open, signal, calledAt);
  const found = (health: ChannelHealth, reason: string | null): Finding => {
    return { health, reason, durationMs: Math.round(performance.now() - began) };
  };
  try {
    await open.connector.probe?.(connectorContext);
    return found('OK', null);
  } catch (error) {
    const refusal = refusalOf(error, open);
    if (refusal) return found(healthOf(refusal), refusal.message);
    connectorContext.log.error({ err: error }, 'a connector failed in a way that it does not know');
    return found('DEGRADED', 'The connector failed: the operator’s log says how.');
  }
}

function healthOf({ kind }: ConnectorRefusal): ChannelHealth {
  return kind === 'RECONNECT' ? 'NEEDS_RECONNECT' : 'DEGRADED';
}

const storeFinding = (finding: Finding | null) =>
  defineCommand({
    name: 'channelTest',
    input,
    async run(work, { id: channelId }): Promise<Outcome<Tested>> {
      const channel = await lockChannel(work, channelId);
      requireConnected(channel);
      if (!finding) throw withoutConnector();
      const { health, reason, durationMs } = finding;
      const isOk = health === 'OK';
      return {
        result: { channelId, ok: isOk, reason, durationMs },
        events: isOk
          ? await clearHealth(work, channelId)
          : await reportHealth(work, channelId, { part: 'ACCOUNT', health, reason, at: work.now }),
      };
    },
  });
