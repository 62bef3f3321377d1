import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { allOf, sql } from '../../db/sql';
import { defineCommand, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { id } from '../kit/input';
import { readEventsAt } from '../../events/log';
import { disabled } from './ping-endpoint';
import { ofVisibleEndpoint } from './visible-endpoints';
import { wakeSender } from './wake-sender';

const path = ['deliveryId'];

interface Row {
  position: string | null;
  status: string;
  /** Whether it waits for an earlier one of its subject. */
  is_waiting: boolean;
  is_under_way: boolean;
  is_enabled: boolean;
}

/**
 * Sends a delivery at once, whatever became of it: it is pending again, with all its time. One that
 * is being sent at this moment is left alone.
 */
export const redeliverWebhook = defineCommand({
  name: 'webhookRedeliver',
  input: z.object({ deliveryId: id('WebhookDelivery') }),
  async run(work, { deliveryId }) {
    const { session, actor } = work;
    const delivery = await lockDelivery(work, deliveryId);
    const result = { webhookDeliveryId: deliveryId };
    if (!delivery.is_enabled) throw disabled(path);
    if (delivery.is_waiting) {
      const message =
        'It waits for an earlier event of the same subject, because the endpoint is ordered: redeliver that one.';
      throw new DomainError(ErrorCode.INVALID_STATE, message, path);
    }
    await requireEvent(work, delivery.position);
    if (delivery.is_under_way) return { result };
    await queryObjects(
      session,
      sql`update webhook_delivery set status = 'PENDING', due_at = now(), locked_by = null,
            round_attempts = 0, round_began_at = null, finished_at = null
          where workspace_id = ${actor.workspaceId} and id = ${deliveryId}`,
    );
    await wakeSender(session);
    return { result };
  },
});

async function lockDelivery({ session, actor }: Work, deliveryId: string): Promise<Row> {
  const [row] = await queryObjects<Row & Record<string, unknown>>(
    session,
    sql`select d.position, d.status, d.status = 'PENDING' and d.due_at is null as is_waiting,
          d.status = 'PENDING' and d.locked_by is not null and d.due_at > now() as is_under_way,
          (select e.status = 'ENABLED' from webhook_endpoint e
           where e.workspace_id = d.workspace_id and e.id = d.endpoint_id) as is_enabled
        from webhook_delivery d
        where d.workspace_id = ${actor.workspaceId} and d.id = ${deliveryId}
          and ${allOf(ofVisibleEndpoint(actor, 'd.endpoint_id'))}
        for update of d`,
  );
  if (!row) throw notFound('webhook delivery', path);
  return row;
}

/** What is sent is written from the log. */
async function requireEvent({ session, actor }: Work, position: string | null): Promise<void> {
  if (position === null) return;
  const found = await readEventsAt(session, actor.workspaceId, [position]);
  if (found.size > 0) return;
  const message = 'The event is past the retention of the log, so it can’t be sent any more.';
  throw new DomainError(ErrorCode.INVALID_STATE, message, path);
}
