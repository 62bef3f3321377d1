import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { allOf, sql } from '../../db/sql';
import { onVisibleChannel } from '../channel/visible-channels';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id } from '../kit/input';
import { wakeProcessor } from './wake-processor';

const path = ['id'];

/** Has a dead letter processed again, with all its attempts; one that waits anyway comes at once. */
export const retryInboundDelivery = defineCommand({
  name: 'inboundDeliveryRetry',
  input: z.object({ id: id('InboundDelivery') }),
  async run({ session, actor, now }, { id: deliveryId }) {
    const { workspaceId } = actor;
    const [delivery] = await queryObjects<{ queued: boolean }>(
      session,
      sql`select exists (
            select from inbound_queue q
            where q.workspace_id = d.workspace_id and q.delivery_id = d.id
          ) as queued
          from inbound_delivery d
          where d.workspace_id = ${workspaceId} and d.id = ${deliveryId}
            and ${allOf(onVisibleChannel(actor, 'd.channel_id'))}`,
    );
    if (!delivery) throw notFound('delivery', path);
    if (!delivery.queued) {
      const message =
        'It has been processed already; channelReplay processes what a channel took once more.';
      throw new DomainError(ErrorCode.INVALID_STATE, message, path);
    }
    await queryObjects(
      session,
      sql`update inbound_queue set is_dead = false, attempts = 0, due_at = ${now}
          where workspace_id = ${workspaceId} and delivery_id = ${deliveryId}`,
    );
    await wakeProcessor(session);
    return { result: { inboundDeliveryId: deliveryId }, audit: { subject: deliveryId } };
  },
});
