import DataLoader from 'dataloader';
import type { Read } from '../../db/row-shape';
import type { WebhookDelivery } from '../../entities';
import type { RequestContext } from '../kit/request-context';
import { readEventsAt } from '../../events/log';
import { eventPayload, pingPayload } from './payload';

type Delivery = Read<WebhookDelivery>;

const loaders = new WeakMap<RequestContext, DataLoader<Delivery, string | null>>();

/**
 * What is sent for a delivery; null when its event is past the retention of the log. However many
 * attempts of a request ask, the log is read once.
 */
export async function requestBodyOf(
  context: RequestContext,
  deliveryId: string,
): Promise<string | null> {
  const delivery = await context.loaders.byId('WebhookDelivery', deliveryId);
  if (!delivery) return null;
  let loader = loaders.get(context);
  if (!loader) loaders.set(context, (loader = bodyLoader(context)));
  return loader.load(delivery);
}

function bodyLoader({ reader }: RequestContext): DataLoader<Delivery, string | null> {
  return new DataLoader(async (deliveries) => {
    const positions = deliveries.flatMap(({ position }) => position ?? []);
    const events = await reader.with((session, id) => readEventsAt(session, id, positions));
    return deliveries.map(({ position, endpointId, createdAt }) => {
      if (position === null) return pingPayload(endpointId, createdAt);
      const event = events.get(Number(position));
      return event ? eventPayload(event) : null;
    });
  });
}
