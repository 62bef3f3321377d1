import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { WebhookEndpoint } from '../../entities';
import { readHead } from '../../events/log';
import type { SecretBox } from '../../secrets/secret-box';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { newId } from '../kit/ids';
import { line, optional } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { refusalOf, endpointUrl } from './endpoint-url';
import { eventTypeNames } from './event-types';
import { newSigningSecret, signingSecret } from './signing-secret';

/** How many endpoints a workspace may have: each is a reader of the log. */
const MOST_ENDPOINTS = 50;

export const description = line(200);

interface Created {
  webhookEndpointId: string;
  /** Shown once; null in an answer that was stored. */
  secret: string | null;
}

/** Makes an endpoint, which gets what happens from now on and its maker may know. */
export async function createWebhookEndpoint(
  context: RequestContext,
  args: { input: { url: string } },
  idempotencyKey: string | null,
): Promise<PayloadSource<Created>> {
  const { secrets, outgoing } = context;
  const refusal = await refusalOf(outgoing, args.input.url);
  return context.run(createEndpoint(secrets, refusal), args, idempotencyKey);
}

/** @param refusal of the URL, as it was looked up before the transaction. */
const createEndpoint = (secrets: SecretBox, refusal: DomainError | null) =>
  defineCommand({
    name: 'webhookEndpointCreate',
    input: z.object({
      input: z.object({
        url: endpointUrl,
        description: optional(description),
        eventTypes: optional(eventTypeNames),
        ordered: optional(z.boolean()),
        secret: optional(signingSecret),
      }),
    }),
    async run(work, { input }): Promise<Outcome<Created>> {
      if (refusal) throw refusal;
      await refuseTooMany(work);
      const { session, manager, actor, now } = work;
      const { workspaceId } = actor;
      const id = newId();
      const secret = input.secret ?? newSigningSecret();
      const { head } = await readHead(session, workspaceId);
      await manager.insert(WebhookEndpoint, {
        workspaceId,
        id,
        url: input.url,
        description: input.description,
        eventTypes: input.eventTypes,
        ordered: input.ordered ?? false,
        status: 'ENABLED',
        position: String(head),
        secret: await secrets.seal(secret, { workspaceId, rowId: id }),
        permissions: [...actor.permissions],
        channelIds: actor.channelIds && [...actor.channelIds],
        createdAt: now,
        updatedAt: now,
      });
      return {
        result: { webhookEndpointId: id, secret },
        events: [{ type: 'webhook_endpoint.created', subjectId: id, data: {} }],
        audit: { subject: id, detail: { host: new URL(input.url).host } },
      };
    },
    storable: (result) => ({ ...result, secret: null }),
  });

/** Endpoints are made one after the other, so that none slips past the limit. */
async function refuseTooMany({ session, actor: { workspaceId } }: Work): Promise<void> {
  await queryObjects(
    session,
    sql`select from workspace where workspace_id = ${workspaceId} for no key update`,
  );
  const [{ count }] = (await queryObjects<{ count: number }>(
    session,
    sql`select count(*)::int as count from webhook_endpoint
        where workspace_id = ${workspaceId} and deleted_at is null`,
  )) as [{ count: number }];
  if (count < MOST_ENDPOINTS) return;
  const message = `There are ${MOST_ENDPOINTS} webhook endpoints already, which is the most: delete one first.`;
  throw new DomainError(ErrorCode.INVALID_STATE, message);
}
