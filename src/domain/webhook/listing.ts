import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { sql } from '../../db/sql';
import {
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  type WebhookDeliveryStatus,
} from '../../entities';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';
import { ofVisibleEndpoint, onVisibleEndpoint } from './visible-endpoints';

const endpoints: Listing<WebhookEndpoint> = {
  shape: RowShape.of(WebhookEndpoint),
  table: 'webhook_endpoint',
  alias: 'e',
};

const endpointOrder: Order<Read<WebhookEndpoint>> = {
  name: 'whe-created',
  descending: false,
  columns: [
    { sql: 'e.created_at', type: 'timestamptz', value: (endpoint) => endpoint.createdAt },
    { sql: 'e.id', type: 'uuid', value: (endpoint) => endpoint.id },
  ],
};

/** A page of the endpoints that have no rights beyond the actor's, oldest first. */
export function listWebhookEndpoints(
  reader: Reader,
  args: PageArgs,
): Promise<Page<Read<WebhookEndpoint>>> {
  return readPage(reader, endpoints, checkPage(args, endpointOrder), [
    ...onVisibleEndpoint(reader.actor, 'e'),
  ]);
}

const deliveries: Listing<WebhookDelivery> = {
  shape: RowShape.of(WebhookDelivery),
  table: 'webhook_delivery',
  alias: 'd',
};

/** By id, whose order is that of time and, for events, that of the log. */
const deliveryOrder: Order<Read<WebhookDelivery>> = {
  name: 'whd-id',
  descending: true,
  columns: [{ sql: 'd.id', type: 'uuid', value: (delivery) => delivery.id }],
};

/** A page of what an endpoint was told or is to be told, newest first. */
export function listWebhookDeliveries(
  reader: Reader,
  args: PageArgs & { endpointId: string; status?: WebhookDeliveryStatus | null },
): Promise<Page<Read<WebhookDelivery>>> {
  const endpointId = uuidOf('WebhookEndpoint', args.endpointId) ?? NIL_UUID;
  return readPage(reader, deliveries, checkPage(args, deliveryOrder), [
    sql`d.endpoint_id = ${endpointId}`,
    ...(args.status == null ? [] : [sql`d.status = ${args.status}`]),
    ...ofVisibleEndpoint(reader.actor, 'd.endpoint_id'),
  ]);
}

export const attempts: Listing<WebhookAttempt> = {
  shape: RowShape.of(WebhookAttempt),
  table: 'webhook_attempt',
  alias: 'a',
};

export const attemptOrder: Order<Read<WebhookAttempt>> = {
  name: 'wha-number',
  descending: false,
  columns: [{ sql: 'a.number', type: 'bigint', value: ({ number }) => String(number) }],
};
