import { z } from 'zod';
import { WebhookEndpoint } from '../../entities';
import type { SecretBox } from '../../secrets/secret-box';
import { defineCommand, type Outcome } from '../kit/command';
import { id, optional } from '../kit/input';
import { newSigningSecret, signingSecret } from './signing-secret';
import { lockEndpoint } from './visible-endpoints';

/** How long the secret before is still signed with, unless the caller says otherwise, in hours. */
const OVERLAP = { usual: 24, longest: 168 };

const overlapHours = z
  .number()
  .int()
  .min(0, 'Must be 0 or more.')
  .max(OVERLAP.longest, `Must be at most ${OVERLAP.longest} hours.`);

interface Rotated {
  webhookEndpointId: string;
  /** Shown once; null in an answer that was stored. */
  secret: string | null;
}

/** Gives an endpoint a new secret; for a while requests are signed with the one before too. */
export const rotateWebhookSecret = (secrets: SecretBox) =>
  defineCommand({
    name: 'webhookEndpointRotateSecret',
    input: z.object({
      id: id('WebhookEndpoint'),
      input: optional(
        z.object({ secret: optional(signingSecret), overlapHours: optional(overlapHours) }),
      ),
    }),
    async run(work, { id: endpointId, input }): Promise<Outcome<Rotated>> {
      const endpoint = await lockEndpoint(work, endpointId, ['id']);
      const { manager, actor, now } = work;
      const { workspaceId } = actor;
      const secret = input?.secret ?? newSigningSecret();
      const hours = input?.overlapHours ?? OVERLAP.usual;
      await manager.update(
        WebhookEndpoint,
        { workspaceId, id: endpointId },
        {
          secret: await secrets.seal(secret, { workspaceId, rowId: endpointId }),
          previousSecret: hours > 0 ? endpoint.secret : null,
          previousSecretUntil: hours > 0 ? new Date(now.getTime() + hours * 3_600_000) : null,
          updatedAt: now,
        },
      );
      return {
        result: { webhookEndpointId: endpointId, secret },
        events: [{ type: 'webhook_endpoint.secret_rotated', subjectId: endpointId, data: {} }],
        audit: { subject: endpointId, detail: { overlapHours: hours } },
      };
    },
    storable: (result) => ({ ...result, secret: null }),
  });
