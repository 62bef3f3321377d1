import type { StoredEvent } from '../../events/log';
import { presentEvent } from '../event/present-event';
import { globalId } from '../kit/ids';

/** The type of what `webhookEndpointPing` sends; no event has it. */
export const PING_TYPE = 'webhook.ping';

/** The body of a request that tells of an event: the same each time that it is written. */
export function eventPayload(event: StoredEvent): string {
  const data = presentEvent(event);
  return JSON.stringify({ type: data.type, timestamp: data.occurredAt, data });
}

/** The body of a test. @param createdAt ISO 8601. */
export function pingPayload(endpointId: string, createdAt: string): string {
  const data = { endpointId: globalId('WebhookEndpoint', endpointId) };
  return JSON.stringify({ type: PING_TYPE, timestamp: createdAt, data });
}
