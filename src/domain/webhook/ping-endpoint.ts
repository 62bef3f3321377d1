import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { newId } from '../kit/ids';
import { id } from '../kit/input';
import { PING_TYPE } from './payload';
import { lockEndpoint } from './visible-endpoints';
import { wakeSender } from './wake-sender';

/** Sends a test to an endpoint: one request, made as soon as it can be. */
export const pingWebhookEndpoint = defineCommand({
  name: 'webhookEndpointPing',
  input: z.object({ id: id('WebhookEndpoint') }),
  async run(work, { id: endpointId }) {
    const { session, actor, now } = work;
    const { status } = await lockEndpoint(work, endpointId, ['id']);
    if (status !== 'ENABLED') throw disabled(['id']);
    const deliveryId = newId();
    await queryObjects(
      session,
      sql`insert into webhook_delivery
            (workspace_id, id, endpoint_id, kind, type, status, due_at, created_at)
          values (${actor.workspaceId}, ${deliveryId}, ${endpointId}, 'PING', ${PING_TYPE},
                  'PENDING', now(), ${now})`,
    );
    await wakeSender(session);
    return { result: { webhookDeliveryId: deliveryId } };
  },
});

/** The refusal to send anything to an endpoint that is switched off. */
export function disabled(path: readonly string[]): DomainError {
  const message =
    'The endpoint is disabled: enable it first, by webhookEndpointUpdate with enabled: true.';
  return new DomainError(ErrorCode.INVALID_STATE, message, path);
}
