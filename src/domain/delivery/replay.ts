import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { Channel } from '../../entities';
import { seesChannel } from '../../auth/actor';
import { enqueue } from '../../jobs/queue';
import { defineCommand, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id, instant, optional } from '../kit/input';
import { queueAgain, type ReplayRange } from './queue-again';
import { wakeProcessor } from './wake-processor';

/** Up to so many are queued at once; more are left to a job. */
const AT_ONCE = 1_000;
const BEGINNING = new Date(0);

/**
 * Has the connector read anew what a channel took, as it came. What is known changes nothing, so this
 * is for deliveries that an earlier version of the connector did not understand.
 */
export const replayChannel = defineCommand({
  name: 'channelReplay',
  input: z.object({
    channelId: id('Channel'),
    input: optional(z.object({ from: optional(instant), to: optional(instant) })),
  }),
  async run(work, { channelId, input }) {
    const { session, actor, manager, now } = work;
    const { workspaceId } = actor;
    const channel = await manager.findOneBy(Channel, { workspaceId, id: channelId });
    if (!channel || !seesChannel(actor, channelId)) throw notFound('channel', ['channelId']);
    if (channel.connector === null) {
      const message = 'No connector keeps this channel in step, so it took no deliveries.';
      throw new DomainError(ErrorCode.INVALID_STATE, message, ['channelId']);
    }
    const range = await rangeOf(work, channelId, input);
    const deliveryCount = await count(work, range);
    if (deliveryCount <= AT_ONCE) {
      await queueAgain(session, range, null, AT_ONCE + 1, now);
    } else {
      const { from, to } = range;
      await enqueue(session, {
        task: 'replay-deliveries',
        payload: { workspaceId, channelId, from: from.toISOString(), to: to.toISOString() },
        queueName: `replay:${channelId}`,
      });
    }
    await wakeProcessor(session);
    return {
      result: { channelId, deliveryCount },
      audit: { subject: channelId, detail: { deliveryCount } },
    };
  },
});

/** What comes from now on is not part of it. */
async function rangeOf(
  { session, actor }: Work,
  channelId: string,
  input: { from: Date | null; to: Date | null } | null,
): Promise<ReplayRange> {
  const [row] = await queryObjects<{ now: Date }>(session, sql`select clock_timestamp() as now`);
  const { from, to } = input ?? {};
  return {
    ...{ workspaceId: actor.workspaceId, channelId },
    from: from ?? BEGINNING,
    to: to && to < row!.now ? to : row!.now,
  };
}

async function count(
  { session }: Work,
  { workspaceId, channelId, from, to }: ReplayRange,
): Promise<number> {
  const [row] = await queryObjects<{ count: number }>(
    session,
    sql`select count(*)::int as count from inbound_delivery
        where workspace_id = ${workspaceId} and channel_id = ${channelId}
          and received_at >= ${from} and received_at < ${to}`,
  );
  return row!.count;
}
