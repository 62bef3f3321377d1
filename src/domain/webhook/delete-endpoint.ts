import { z } from 'zod';
import { WebhookEndpoint } from '../../entities';
import { defineCommand } from '../kit/command';
import { globalId } from '../kit/ids';
import { id } from '../kit/input';
import { lockEndpoint } from './visible-endpoints';

/** Deletes an endpoint. Its deliveries, however many, are gone with it; a job removes the rows. */
export const deleteWebhookEndpoint = defineCommand({
  name: 'webhookEndpointDelete',
  input: z.object({ id: id('WebhookEndpoint') }),
  async run(work, { id: endpointId }) {
    await lockEndpoint(work, endpointId, ['id']);
    const { manager, actor, now } = work;
    await manager.update(
      WebhookEndpoint,
      { workspaceId: actor.workspaceId, id: endpointId },
      { deletedAt: now, status: 'DISABLED', secret: Buffer.alloc(0), previousSecret: null },
    );
    return {
      result: { deletedId: globalId('WebhookEndpoint', endpointId) },
      events: [{ type: 'webhook_endpoint.deleted', subjectId: endpointId, data: {} }],
      audit: { subject: endpointId },
    };
  },
});
