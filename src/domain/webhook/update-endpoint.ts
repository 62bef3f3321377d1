import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { WebhookEndpoint } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import type { DomainError } from '../kit/errors';
import { id } from '../kit/input';
import type { PayloadSource, RequestContext } from '../kit/request-context';
import { description } from './create-endpoint';
import { endpointUrl, refusalOf } from './endpoint-url';
import { eventTypeNames } from './event-types';
import { lockEndpoint } from './visible-endpoints';
import { wakeSender } from './wake-sender';

interface Updated {
  webhookEndpointId: string;
}

const fields = z.object({
  url: endpointUrl.nullish(),
  description: description.nullish(),
  eventTypes: eventTypeNames.nullish(),
  ordered: z.boolean().nullish(),
  enabled: z.boolean().nullish(),
});

type Fields = z.output<typeof fields>;

/** Changes an endpoint; fields left out stay as they are. */
export async function updateWebhookEndpoint(
  context: RequestContext,
  args: { id: string; input: { url?: string | null } },
  idempotencyKey: string | null,
): Promise<PayloadSource<Updated>> {
  const refusal = await refusalOf(context.outgoing, args.input.url);
  return context.run(updateEndpoint(refusal), args, idempotencyKey);
}

/** @param refusal of the URL, as it was looked up before the transaction. */
const updateEndpoint = (refusal: DomainError | null) =>
  defineCommand({
    name: 'webhookEndpointUpdate',
    input: z.object({ id: id('WebhookEndpoint'), input: fields }),
    async run(work, { id: endpointId, input }): Promise<Outcome<Updated>> {
      const endpoint = await lockEndpoint(work, endpointId, ['id']);
      if (refusal) throw refusal;
      const wanted = changesOf(endpoint, input);
      const changed = Object.keys(wanted);
      const switched = switchOf(endpoint, input.enabled);
      const result = { webhookEndpointId: endpointId };
      if (changed.length === 0 && switched === null) return { result };

      const { manager, actor, now } = work;
      const isFreshStart = switched === 'ON' || 'url' in wanted;
      await manager.update(
        WebhookEndpoint,
        { workspaceId: actor.workspaceId, id: endpointId },
        {
          ...wanted,
          ...(switched === 'ON' && { status: 'ENABLED', disabledReason: null, disabledAt: null }),
          ...(switched === 'OFF' && {
            ...({ status: 'DISABLED', disabledReason: 'MANUAL', disabledAt: now } as const),
          }),
          ...(isFreshStart && { failingSince: null, restingUntil: null }),
          updatedAt: now,
        },
      );
      if (isFreshStart) await beginDeliveriesAnew(work, endpointId);
      const named = [...changed, ...(switched === 'ON' ? ['enabled'] : [])];
      return {
        result,
        events: eventsOf(endpointId, named, switched === 'OFF'),
        audit: { subject: endpointId, detail: { fields: named, switched } },
      };
    },
  });

function changesOf(endpoint: WebhookEndpoint, input: Fields): Partial<WebhookEndpoint> {
  const { url, description, eventTypes, ordered } = input;
  const given = {
    // what an endpoint always has can't be cleared
    ...(url != null && { url }),
    ...(ordered != null && { ordered }),
    ...(description !== undefined && { description }),
    ...(eventTypes !== undefined && { eventTypes }),
  };
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => !isDeepStrictEqual(value, endpoint[name as keyof WebhookEndpoint]),
    ),
  );
}

function switchOf(
  { status }: WebhookEndpoint,
  enabled: boolean | null | undefined,
): 'ON' | 'OFF' | null {
  if (enabled == null || enabled === (status === 'ENABLED')) return null;
  return enabled ? 'ON' : 'OFF';
}

function eventsOf(subjectId: string, fields: string[], isDisabled: boolean): NewEvent[] {
  return [
    ...(fields.length > 0
      ? [{ type: 'webhook_endpoint.updated', subjectId, data: { fields } } as const]
      : []),
    ...(isDisabled
      ? [{ type: 'webhook_endpoint.disabled', subjectId, data: { reason: 'MANUAL' } } as const]
      : []),
  ];
}

/** What is pending has all its time again, and begins at once. */
async function beginDeliveriesAnew({ session, actor }: Work, endpointId: string): Promise<void> {
  await queryObjects(
    session,
    sql`update webhook_delivery set due_at = now(), round_attempts = 0, round_began_at = null
        where workspace_id = ${actor.workspaceId} and endpoint_id = ${endpointId}
          and status = 'PENDING' and due_at is not null and locked_by is null`,
  );
  await wakeSender(session);
}
