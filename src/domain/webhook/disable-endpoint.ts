import { z } from 'zod';
import { WebhookEndpoint } from '../../entities';
import { defineCommand, type Outcome } from '../kit/command';

/**
 * Stops sending to an endpoint, when its receiver says that it is gone, or when nothing has got
 * through to it for as long as a delivery is tried. What is pending stays.
 */
export const disableWebhookEndpoint = defineCommand({
  name: 'webhookEndpointDisable',
  input: z.object({
    endpointId: z.uuid(),
    reason: z.enum(['GONE', 'FAILING']),
    /** For FAILING: no attempt may have succeeded from then on. */
    since: z.date().nullable(),
  }),
  async run(
    { manager, actor, now },
    { endpointId, reason, since },
  ): Promise<Outcome<{ isDisabled: boolean }>> {
    const key = { workspaceId: actor.workspaceId, id: endpointId };
    const endpoint = await manager.findOne(WebhookEndpoint, {
      where: key,
      lock: { mode: 'for_no_key_update' },
    });
    // somebody switched it off, or deleted it, while the request was under way
    if (endpoint?.status !== 'ENABLED') return { result: { isDisabled: true } };
    const { failingSince } = endpoint;
    const hasSucceeded = since !== null && (failingSince === null || failingSince > since);
    if (hasSucceeded) return { result: { isDisabled: false } };
    await manager.update(WebhookEndpoint, key, {
      ...{ status: 'DISABLED', disabledReason: reason, disabledAt: now },
      updatedAt: now,
    });
    return {
      result: { isDisabled: true },
      events: [{ type: 'webhook_endpoint.disabled', subjectId: endpointId, data: { reason } }],
      audit: { subject: endpointId, detail: { reason } },
    };
  },
});
